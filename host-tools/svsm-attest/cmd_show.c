/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "report_json.h"
#include "show.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "Usage: " PROGRAM " show [--as KIND] [--json] FILE...\n"
			   "Print reports, certificates, CRLs, certificate tables, manifests, quotes, event logs and "
			   "evidence bundles in words.\n"
			   "Nothing is verified.\n"
			   "\n"
			   "  -a, --as KIND   do not guess: bundle, report, certificate, crl, table, "
			   "services-manifest, vtpm-manifest, quote\n"
			   "                  or event-log\n"
			   "  -j, --json      reports only: as JSON\n"
			   "      --product NAME  with --json: the product line of a version 2 report\n"
			   "  -h, --help      this text\n"
			   "\n"
			   "Exit status: 0 shown, 2 wrong command line, 3 cannot be read, 10 not of the kind.\n";

static int show_as_json(const char *name, const struct blob *bytes, enum product product)
{
	struct findings findings = {.count = 0};
	struct report report;
	json_t *object;
	char *text;

	if (!report_parse(bytes->data, bytes->size, &report, &findings) && report.product == PRODUCT_UNKNOWN) {
		fprintf(stderr, PROGRAM ": %s: %s\n", name, findings.item[0].error.text);
		return EXIT_FIRST_STAGE + VERIFY_PARSE;
	}
	object = report_json(&report, report.product == PRODUCT_UNKNOWN ? product : report.product);
	text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
	if (text)
		puts(text);
	free(text);
	json_decref(object);
	return text ? 0 : EXIT_INPUT_OUTPUT;
}

static int show_file(const char *name, enum file_kind kind, bool json, enum product product)
{
	struct error error;
	struct blob bytes;
	int result = 0;

	if (!file_read(name, EVIDENCE_FILE_MAX, &bytes, &error))
		return command_fail(&error);
	if (kind == FILE_KIND_UNKNOWN)
		kind = file_kind_guess(&bytes);
	if (json && bytes.size != SNP_REPORT_SIZE) {
		fprintf(stderr, PROGRAM ": %s: not a report of %u bytes, and --json is for reports only\n", name,
			SNP_REPORT_SIZE);
		result = EXIT_FIRST_STAGE + VERIFY_PARSE;
	} else if (json) {
		result = show_as_json(name, &bytes, product);
	} else if (!show(kind, name, &bytes, stdout, &error)) {
		bool named = strncmp(error.text, name, strlen(name)) == 0;

		fprintf(stderr, PROGRAM ": %s%s%s\n", named ? "" : name, named ? "" : ": ", error.text);
		result = EXIT_FIRST_STAGE + VERIFY_PARSE;
	}
	blob_free(&bytes);
	return result;
}

int command_show(int argc, char **argv)
{
	static const struct option options[] = {
		{"as", required_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"product", required_argument, NULL, 'P'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	enum file_kind kind = FILE_KIND_UNKNOWN;
	enum product product = PRODUCT_UNKNOWN;
	bool json = false;
	int option, result = 0;

	while ((option = getopt_long(argc, argv, "a:jh", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			if (!file_kind_from_name(optarg, &kind))
				return command_usage(argv[0], "--as must name a kind that --help lists");
			break;
		case 'j':
			json = true;
			break;
		case 'P':
			product = product_from_name(optarg);
			if (product == PRODUCT_UNKNOWN)
				return command_usage(argv[0], "--product must be Milan, Genoa or Turin");
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (optind == argc)
		return command_usage(argv[0], "a file is needed");
	if (json && kind != FILE_KIND_UNKNOWN && kind != FILE_KIND_REPORT)
		return command_usage(argv[0], "--json is for reports only");
	for (int i = optind; i < argc; i++) {
		int one = show_file(argv[i], kind, json, product);

		result = result ? result : one;
	}
	return command_flush(result);
}
