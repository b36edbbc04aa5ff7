/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "0.1"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"challenge", command_challenge}, {"activate", command_activate},
	{"credential", command_activate}, /* the command's first name, which scripts have */
	{"verify", command_verify},	  {"collect", command_collect},
	{"batch", command_batch},	  {"fetch", command_fetch},
	{"show", command_show},
};

static const char help[] =
	"Usage: " PROGRAM " COMMAND [OPTIONS]\n"
	"Attest a confidential VM of AMD SEV-SNP and the vTPM of its SVSM.\n"
	"\n"
	"  challenge    make a nonce for the guest\n"
	"  activate     make a credential that only the guest's TPM can open\n"
	"  collect      in the guest: gather evidence\n"
	"  verify       verify the guest's evidence, or a report alone, and give a verdict\n"
	"  batch        the same for many, one JSON object a line\n"
	"  fetch        get certificates ahead of time\n"
	"  show         print reports, certificates, manifests, quotes and event logs in words\n"
	"\n"
	"  -h, --help      this text; after a command, that command's options\n"
	"  -V, --version   version\n"
	"\n"
	"Exit status: 0 accepted or done, 2 wrong command line, 3 input or output, 4 network; refused at:\n"
	"10 parse, 11 chain, 12 revocation, 13 signature, 14 binding, 15 tcb, 16 policy, 17 svsm, 18 keys,\n"
	"19 quote, 20 event-log.\n";

int main(int argc, char **argv)
{
	json_read_wipe_memory();
	if (argc < 2) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(PROGRAM " " VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, PROGRAM ": unknown command '%.40s'\nTry '" PROGRAM " --help'.\n", argv[1]);
	return EXIT_USAGE;
}
