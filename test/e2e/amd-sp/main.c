/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void help(FILE *to)
{
	fprintf(to,
		"NAME\n"
		"    amd-sp - plays the AMD-SP and its key distribution service for the simulated SNP machine\n\n"
		"SYNOPSIS\n"
		"    amd-sp init --state DIR\n"
		"    amd-sp [run] --state DIR [--ram FILE] [OPTION...]\n"
		"    amd-sp forge --state DIR --out FILE [--report FILE] [FIELD...]\n\n"
		"COMMANDS\n%s\n%s\n%s\n"
		"FILES in the state directory\n"
		"    ark.pem ask.pem         test root and intermediate certificate; ark.pem is written last\n"
		"    ark.key ask.key vcek.key chip.json\n"
		"                            private keys, chip id, TCB and the secret of derived keys\n"
		"    kds-url                 URL of the running service, written when it is ready\n"
		"    launch.json             what LAUNCH_FINISH measured\n\n"
		"EXIT STATUS\n"
		"    0 done; 1 failed, the reason is on standard error; 2 wrong command line\n",
		command_init_help, command_run_help, command_forge_help);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "init") == 0)
		return command_init(argc - 1, argv + 1);
	if (strcmp(argv[1], "forge") == 0)
		return command_forge(argc - 1, argv + 1);
	if (strcmp(argv[1], "run") == 0)
		return command_run(argc - 1, argv + 1);
	if (argv[1][0] == '-')
		return command_run(argc, argv);
	fprintf(stderr, "amd-sp: no command is named %s; see amd-sp --help\n", argv[1]);
	return EXIT_USAGE;
}
