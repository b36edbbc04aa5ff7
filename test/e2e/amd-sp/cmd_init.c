/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"
#include "sp_state.h"

#include <getopt.h>
#include <stddef.h>

const char command_init_help[] =
	"  init      makes the keys of a chip and its test CA. A state that exists already is left as it is.\n"
	"    --state DIR             where to keep them\n";

int command_init(int argc, char **argv)
{
	static const struct option options[] = {{"state", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	const char *state = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			return EXIT_USAGE;
		state = optarg;
	}
	if (state == NULL || optind != argc) {
		sp_error("init needs --state DIR and nothing else");
		return EXIT_USAGE;
	}
	if (sp_state_exists(state))
		return 0;
	return sp_state_create(state, SP_RSA_BITS) ? 0 : EXIT_FAILED;
}
