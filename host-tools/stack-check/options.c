/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VERSION "0.1"

enum { OPTION_SARIF = 256, OPTION_FOLDED, OPTION_HTML, OPTION_BASELINE };

static const char help[] =
	"Usage: " PROGRAM " [OPTIONS] --entry NAME... PATH...\n"
	"       " PROGRAM " diff OLD.json NEW.json\n"
	"Prove how deep the stack gets below each entry function.\n"
	"\n"
	"PATH is an ELF program, library, object or archive for x86-64, a .su or .ci file, or a directory of them.\n"
	"\n"
	"  -e, --entry NAME      function whose stack is bounded; \"file.c:name\" for a static one; may be repeated\n"
	"  -b, --budget BYTES    most the entries may use; K and M are understood\n"
	"  -c, --config FILE     JSON: recursion, calls, frames, totals, switches, budgets, stacks; may be repeated\n"
	"  -j, --json            print JSON instead of a table\n"
	"  -q, --quiet           print only what is over a budget or unknown\n"
	"      --sarif FILE      write SARIF, the deepest paths as code flows\n"
	"      --folded FILE     write folded stacks for flame graphs\n"
	"      --html FILE       write a page with the call tree\n"
	"      --baseline FILE   tell what changed since a result of --json, and exit with 1 when an entry grew\n"
	"  -u, --allow-unknown   exit with 0 when a bound is unknown\n"
	"  -h, --help            this text\n"
	"  -V, --version         version\n"
	"\n"
	"Without --entry, all functions with a budget are entries: those of the config, and those that STACK_ENTRY of\n"
	"svsm/stack_budget.h declares in the sources.\n"
	"\n"
	"Exit status: 0 within budget, 1 over budget, 2 a bound is unknown, 3 bad input or command line.\n";

static bool parse_bytes(const char *text, int64_t *bytes)
{
	char *end;
	long long number;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoll(text, &end, 0);
	if (errno || number > (long long)1 << 40)
		return false;
	if ((*end == 'K' || *end == 'k') && end[1] == '\0')
		number *= 1024, end++;
	else if ((*end == 'M' || *end == 'm') && end[1] == '\0')
		number *= 1024 * 1024, end++;
	*bytes = number;
	return *end == '\0';
}

/*
 * `--entry a b program`: names after the first one are entries as long as no file has that name and they look like a
 * function's.
 */
static bool looks_like_entry(const char *word)
{
	struct stat status;

	return stat(word, &status) != 0 && !strchr(word, '/') && *word;
}

static bool add_operand(struct arena *arena, struct options *options, const char *word, bool after_entry)
{
	if (after_entry && looks_like_entry(word)) {
		arena_push(arena, options->entries, options->entry_count, word);
		return true;
	}
	arena_push(arena, options->paths, options->path_count, word);
	return false;
}

bool options_parse(struct arena *arena, int argc, char **argv, struct options *options, struct error *error)
{
	static const struct option long_options[] = {
		{"entry", required_argument, NULL, 'e'},
		{"budget", required_argument, NULL, 'b'},
		{"config", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"sarif", required_argument, NULL, OPTION_SARIF},
		{"folded", required_argument, NULL, OPTION_FOLDED},
		{"html", required_argument, NULL, OPTION_HTML},
		{"baseline", required_argument, NULL, OPTION_BASELINE},
		{"quiet", no_argument, NULL, 'q'},
		{"allow-unknown", no_argument, NULL, 'u'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	bool after_entry = false;
	int option;

	memset(options, 0, sizeof(*options));
	options->budget = -1;
	opterr = 0;
	/* "-": operands come as option 1, in order */
	while ((option = getopt_long(argc, argv, "-:e:b:c:jquhV", long_options, NULL)) != -1) {
		bool entry = false;

		switch (option) {
		case 1:
			entry = add_operand(arena, options, optarg, after_entry);
			break;
		case 'e':
			if (!*optarg)
				return error_set(error, "--entry: the name is empty");
			arena_push(arena, options->entries, options->entry_count, (const char *)optarg);
			entry = true;
			break;
		case 'b':
			if (!parse_bytes(optarg, &options->budget))
				return error_set(error, "--budget: '%s' is not a number of bytes", optarg);
			break;
		case 'c':
			arena_push(arena, options->configs, options->config_count, (const char *)optarg);
			break;
		case 'j':
			options->json = true;
			break;
		case OPTION_SARIF:
			options->sarif = optarg;
			break;
		case OPTION_FOLDED:
			options->folded = optarg;
			break;
		case OPTION_HTML:
			options->html = optarg;
			break;
		case OPTION_BASELINE:
			options->baseline = optarg;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'u':
			options->allow_unknown = true;
			break;
		case 'h':
			fputs(help, stdout);
			options->done = true;
			return true;
		case 'V':
			puts(PROGRAM " " VERSION);
			options->done = true;
			return true;
		case ':':
			return error_set(error, "option '%s' needs a value; try '" PROGRAM " --help'",
					 argv[optind - 1]);
		default:
			return error_set(error, "unknown option '%s'; try '" PROGRAM " --help'", argv[optind - 1]);
		}
		after_entry = entry;
	}
	for (; optind < argc; optind++)
		arena_push(arena, options->paths, options->path_count, (const char *)argv[optind]);
	if (!options->path_count) {
		if (options->entry_count > 1)
			return error_set(error,
					 "no PATH given: there is no file %s, so that it was taken for an entry's name",
					 options->entries[options->entry_count - 1]);
		return error_set(error, "no PATH given; try '" PROGRAM " --help'");
	}
	return true;
}
