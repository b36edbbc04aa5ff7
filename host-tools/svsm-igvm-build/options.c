/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "cpu_model.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX_DIGITS "0123456789abcdefABCDEF"

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

bool command_hex_number(const char *text, uint64_t *out)
{
	if (strncmp(text, "0x", 2) == 0)
		text += 2;
	if (*text == '\0' || strlen(text) > 16 || strspn(text, HEX_DIGITS) != strlen(text))
		return false;
	*out = strtoull(text, NULL, 16);
	return true;
}

bool command_unhex(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) != 2 * size || strspn(text, HEX_DIGITS) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

const struct profile *command_profile(const char *command, const char *name)
{
	const struct profile *profile = profile_find(name);

	if (profile)
		return profile;
	fprintf(stderr, PROGRAM " %s: unknown profile '%s'; there are", command, name);
	for (size_t i = 0; profile_at(i); i++)
		fprintf(stderr, " %s", profile_at(i)->name);
	fputc('\n', stderr);
	return NULL;
}

bool command_cpu_model(const char *command, const char *text, uint32_t *signature)
{
	if (cpu_model_parse(text, signature))
		return true;
	fprintf(stderr, PROGRAM " %s: unknown CPU model '%s'; FAMILY:MODEL:STEPPING, 0x... or a version of", command,
		text);
	for (size_t i = 0; cpu_model_name(i); i++)
		fprintf(stderr, " %s", cpu_model_name(i));
	fputc('\n', stderr);
	return false;
}

int command_launch_option(const char *command, int option, const char *text, struct measure_options *measure)
{
	uint64_t number;

	switch (option) {
	case 'p':
		measure->profile = command_profile(command, text);
		return measure->profile ? 0 : ERROR_USAGE;
	case 'n':
		if (!command_number(text, 1, LAUNCH_VCPU_MAX, &number))
			return command_usage(command, "--vcpus must be 1 to 512");
		measure->vcpus = (uint32_t)number;
		return 0;
	case 'c':
		return command_cpu_model(command, text, &measure->cpu_signature) ? 0 : ERROR_USAGE;
	default:
		return -1;
	}
}

int command_json_option(int argc, char **argv, const char *help, bool *json)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			*json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return -1;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	return 0;
}

void command_hex(const uint8_t *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 0xf];
	}
	*out = '\0';
}

json_t *command_json_hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

int command_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, PROGRAM ": cannot write the result\n");
	return ERROR_IO;
}

int command_print_json(json_t *object)
{
	const bool ok = object && json_dumpf(object, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;

	json_decref(object);
	if (ok)
		return command_flush();
	fprintf(stderr, PROGRAM ": cannot write the result\n");
	return ERROR_IO;
}
