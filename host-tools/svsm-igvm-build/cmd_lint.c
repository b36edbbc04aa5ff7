/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "accept.h"
#include "findings_json.h"
#include "load.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define EXIT_FINDINGS 1
#define EXIT_NOT_IGVM 3

static const char help[] =
	"Usage: " PROGRAM " lint [OPTIONS] FILE.igvm\n"
	"Check an IGVM file: the strict rules of the format, then what each loader takes.\n"
	"\n"
	"  -p, --profile P   only this loader (see '" PROGRAM
	" profiles'); may be repeated; 'none' checks the format only\n"
	"  -j, --json        JSON instead of text\n"
	"  -h, --help        this text\n"
	"\n"
	"Exit status: 0 clean, 1 findings, 2 wrong command line, 3 not an IGVM file or not readable.\n";

#define PROFILE_LIST_MAX 8u
struct arguments {
	const char *path;
	bool json, none;
	size_t profile_count; /* 0: all */
	const struct profile *profile[PROFILE_LIST_MAX];
};

static json_t *profiles_json(const struct arguments *arguments)
{
	json_t *list = json_array();

	for (size_t i = 0; i < arguments->profile_count; i++)
		json_array_append_new(list, json_string(arguments->profile[i]->name));
	return list;
}

static int report(const struct arguments *arguments, const struct findings *findings, int status)
{
	int printed = 0;

	if (arguments->json) {
		printed = command_print_json(json_pack(
			"{s:s, s:i, s:s, s:o, s:b, s:I, s:o}", "format", "svsm-igvm-lint", "version", 1, "file",
			arguments->path, "profiles", profiles_json(arguments), "clean", findings->count == 0,
			"finding_count", (json_int_t)findings->count, "findings", findings_json(findings)));
	} else {
		findings_print(stdout, arguments->path, findings);
		if (findings->count == 0)
			printf("%s: clean\n", arguments->path);
		printed = fflush(stdout) == 0 ? 0 : ERROR_IO;
	}
	return printed ? printed : status;
}

static bool not_igvm(const struct findings *findings)
{
	return findings->count > 0 && strcmp(findings->item[0].rule, IGVM_RULE_MAGIC) == 0;
}

static int run(const struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct loaded loaded;
	int status;

	if (load_igvm(arguments->path, &loaded, &error)) {
		for (size_t i = 0; i < arguments->profile_count; i++)
			accept_check(&loaded.file, arguments->profile[i], loaded.findings);
	}
	if (!loaded.findings || loaded.findings->count == 0) {
		/* Nothing found: clean, or it could not be read at all. */
		status = error.kind == ERROR_NONE ? report(arguments, loaded.findings, 0) : command_fail(&error);
	} else if (not_igvm(loaded.findings)) {
		(void)command_fail(&error);
		status = report(arguments, loaded.findings, EXIT_NOT_IGVM);
	} else {
		status = report(arguments, loaded.findings, EXIT_FINDINGS);
	}
	loaded_free(&loaded);
	return status;
}

int command_lint(int argc, char **argv)
{
	static const struct option options[] = {
		{"profile", required_argument, NULL, 'p'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.json = false};
	int option;

	while ((option = getopt_long(argc, argv, "p:jh", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			if (strcmp(optarg, "none") == 0) {
				arguments.none = true;
				break;
			}
			if (arguments.profile_count == PROFILE_LIST_MAX)
				return command_usage(argv[0], "--profile is given too often");
			arguments.profile[arguments.profile_count] = command_profile(argv[0], optarg);
			if (!arguments.profile[arguments.profile_count++])
				return ERROR_USAGE;
			break;
		case 'j':
			arguments.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (argc - optind != 1)
		return command_usage(argv[0], "exactly one file is needed");
	if (arguments.none && arguments.profile_count > 0)
		return command_usage(argv[0], "--profile none stands alone");
	arguments.path = argv[optind];
	for (size_t i = 0; !arguments.none && i < PROFILE_LIST_MAX && arguments.profile_count == i && profile_at(i);
	     i++)
		arguments.profile[arguments.profile_count++] = profile_at(i);
	return run(&arguments);
}
