/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "accept.h"
#include "differences_pages.h"
#include "findings_json.h"
#include "load.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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
	"Without --profile all loaders are asked. That one of them is not meant for such an image is a note, no "
	"finding;\n"
	"so is that sources of a loader disagree about the launch digest.\n"
	"\n"
	"Exit status: 0 clean, 1 findings, 2 wrong command line, 3 not an IGVM file or not readable.\n";

#define PROFILE_LIST_MAX 8u
struct arguments {
	const char *path;
	bool json, none, named;
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

/* Notes of loaders that nobody named go from `findings` to `notes`. */
static void set_aside(struct findings *findings, struct findings *notes)
{
	size_t to = 0;

	for (size_t i = 0; i < findings->kept; i++) {
		const struct finding *item = &findings->item[i];
		const struct profile *profile = profile_find(item->scope);

		if (!profile || !profile->note || strcmp(profile->note, item->rule) != 0) {
			findings->item[to++] = *item;
			continue;
		}
		findings_add(notes, item->severity, item->scope, item->rule, item->offset, "%s", item->message);
		findings->count--;
		findings->errors -= item->severity == FINDING_ERROR;
	}
	findings->kept = to;
}

/* Where the sources of a loader disagree about the order or the types of this file's pages: a note, not its fault. */
static void note_sources(const struct profile *profile, const struct igvm_file *file, struct findings *notes)
{
	struct launch_order *order = calloc(2, sizeof(*order));
	const struct profile *const readings[] = {profile, profile->other};
	struct launch_page page[2];
	const struct launch_page *at[2];
	struct error error;
	bool ok = order && profile->other;
	uint64_t step;

	for (int i = 0; ok && i < 2; i++)
		ok = launch_order_make(file, readings[i], launch_order_contexts(file), 0, &order[i], &error);
	step = ok ? differences_pages_first(&order[0], &order[1], page, at) : 0;
	if (step)
		findings_add(notes, FINDING_WARNING, profile->name, "sources", at[0] ? at[0]->offset : at[1]->offset,
			     "sources disagree from step %" PRIu64 " on: %s", step, profile->disagreement);
	for (int i = 0; order && i < 2; i++)
		launch_order_free(&order[i]);
	free(order);
}

static int report(const struct arguments *arguments, const struct findings *findings, const struct findings *notes,
		  int status)
{
	int printed = 0;

	if (arguments->json) {
		printed = command_print_json(
			json_pack("{s:s, s:i, s:s, s:o, s:b, s:I, s:o, s:o}", "format", "svsm-igvm-lint", "version", 1,
				  "file", arguments->path, "profiles", profiles_json(arguments), "clean",
				  findings->count == 0, "finding_count", (json_int_t)findings->count, "findings",
				  findings_json(findings), "notes", findings_json(notes)));
	} else {
		findings_print(stdout, arguments->path, NULL, findings);
		findings_print(stdout, arguments->path, "note", notes);
		if (findings->count == 0)
			printf("%s: clean\n", arguments->path);
		printed = command_flush();
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
	struct findings *notes = calloc(1, sizeof(*notes));
	struct loaded loaded;
	int status;

	if (!notes)
		return error_no_memory(&error), command_fail(&error);
	if (load_igvm(arguments->path, &loaded, &error)) {
		for (size_t i = 0; i < arguments->profile_count; i++)
			accept_check(&loaded.file, arguments->profile[i], loaded.findings);
		if (!arguments->named)
			set_aside(loaded.findings, notes);
		for (size_t i = 0; i < arguments->profile_count; i++)
			note_sources(arguments->profile[i], &loaded.file, notes);
	}
	if (!loaded.findings || loaded.findings->count == 0) {
		/* Nothing found: clean, or it could not be read at all, be it for its size. */
		status = error.kind == ERROR_NONE ? report(arguments, loaded.findings, notes, 0)
						  : (command_fail(&error), EXIT_NOT_IGVM);
	} else if (not_igvm(loaded.findings)) {
		(void)command_fail(&error);
		status = report(arguments, loaded.findings, notes, EXIT_NOT_IGVM);
	} else {
		status = report(arguments, loaded.findings, notes, EXIT_FINDINGS);
	}
	loaded_free(&loaded);
	free(notes);
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
			arguments.named = true;
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
