/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include <stdio.h>

int command_fail(const struct error *error)
{
	fprintf(stderr, PROGRAM ": %s\n", error->text);
	return error->kind == ERROR_NETWORK ? EXIT_NETWORK : EXIT_INPUT_OUTPUT;
}

int command_flush(int result)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return result;
	fputs(PROGRAM ": cannot write to standard output\n", stderr);
	return result == 0 ? EXIT_INPUT_OUTPUT : result;
}

int command_usage(const char *command, const char *words)
{
	if (words)
		fprintf(stderr, PROGRAM " %s: %s\n", command, words);
	fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", command);
	return EXIT_USAGE;
}
