/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_fail(const struct error *error)
{
	fprintf(stderr, PROGRAM ": %s\n", error->text);
	return (int)error->kind;
}

int command_usage(const char *command, const char *reason)
{
	if (reason)
		fprintf(stderr, PROGRAM " %s: %s\n", command, reason);
	fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", command);
	return ERROR_USAGE;
}

bool command_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return errno == 0 && *end == '\0' && *out >= min && *out <= max;
}

void command_hex(const uint8_t *bytes, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

json_t *command_json_hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

int command_print_json(json_t *object)
{
	int failed = !object || json_dumpf(object, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF ||
		     fflush(stdout) != 0;

	json_decref(object);
	if (!failed)
		return 0;
	fprintf(stderr, PROGRAM ": cannot write the result\n");
	return ERROR_IO;
}
