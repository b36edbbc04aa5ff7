/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "batch.h"

#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_SOME_REFUSED 1

static const char help[] =
	"Usage: " PROGRAM " batch [OPTIONS] [FILE]\n"
	"Judge many items: one JSON object a line, from FILE or standard input; one verdict a line, in the same order, "
	"to\n"
	"standard output. An item that cannot be read is refused like any other; the rest go on.\n"
	"So is a line of more than 6 MiB, by its number.\n"
	"\n"
	"Item: {\"id\": STRING or NUMBER, \"report\": BASE64, \"cert\": BASE64, \"certificates\": BASE64 (host's "
	"table),\n"
	"       \"event_log\": BASE64, \"nonce\": HEX, \"report_data\": HEX}, all but report optional;\n"
	"       or \"evidence\": BUNDLE in place of report, with \"nonce\".\n"
	"\n"
	"  -J, --jobs N              threads (one for each processor)\n"
	"\n";
static const char help_end[] =
	"  -h, --help                this text\n"
	"\n"
	"Exit status: 0 all accepted, 1 at least one refused, 2 wrong command line, 3 input or output.\n";

static unsigned int default_jobs(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > (long)BATCH_JOBS_MAX ? BATCH_JOBS_MAX : (unsigned int)count;
}

static bool parse_jobs(const char *text, unsigned int *out)
{
	if (strlen(text) == 0 || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (unsigned int)strtoul(text, NULL, 10);
	return *out > 0 && *out <= BATCH_JOBS_MAX;
}

static int run(const struct verify_options *options, unsigned int jobs, const char *name)
{
	FILE *from = name && strcmp(name, "-") != 0 ? fopen(name, "re") : stdin;
	struct batch_result result = {.refused = 0};
	struct verify_inputs in;
	struct error error;
	bool ok;

	if (!from) {
		error_io(&error, "%s: cannot open: %s", name, strerror(errno));
		return command_fail(&error);
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		error_resources(&error, "start libcurl");
		return command_fail(&error);
	}
	ok = verify_inputs_read(options, &in, &error) && batch_run(options, &in, jobs, from, stdout, &result, &error);
	verify_inputs_free(&in);
	curl_global_cleanup();
	if (from != stdin)
		fclose(from);
	if (!ok) {
		struct error detail = error;

		error_io(&error, "%s: %.500s", from == stdin ? "standard input" : name, detail.text);
		return command_fail(&error);
	}
	return result.refused ? EXIT_SOME_REFUSED : 0;
}

int command_batch(int argc, char **argv)
{
	static const struct option options[] = {
		{"jobs", required_argument, NULL, 'J'},
		{"help", no_argument, NULL, 'h'},
		VERIFY_SHARED_LONG,
		{NULL, 0, NULL, 0},
	};
	unsigned int jobs = default_jobs();
	struct verify_options taken;
	const char *problem;
	int option;

	verify_options_default(&taken);
	while ((option = getopt_long(argc, argv, "J:h" VERIFY_SHARED_SHORT, options, NULL)) != -1) {
		if (option == 'h') {
			printf("%s%s%s", help, verify_options_help, help_end);
			return 0;
		}
		if (option == '?')
			return command_usage(argv[0], NULL);
		problem = NULL;
		if (option == 'J')
			problem = parse_jobs(optarg, &jobs) ? NULL : "--jobs must be from 1 to 256";
		else
			(void)verify_options_take(&taken, option, optarg, &problem);
		if (problem)
			return command_usage(argv[0], problem);
	}
	if (argc - optind > 1)
		return command_usage(argv[0], "at most one file with items");
	return run(&taken, jobs, optind < argc ? argv[optind] : NULL);
}
