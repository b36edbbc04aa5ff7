/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Fills the cache ahead of time. */
#include "commands.h"

#include "cache.h"
#include "file.h"
#include "verify_options.h"

#include <curl/curl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " fetch [OPTIONS] [REPORT...]\n"
	"       " PROGRAM " fetch [OPTIONS] --product NAME\n"
	"Get from KDS what the verification of these reports needs, and keep it in the cache: leaf, chain and CRL.\n"
	"With --product alone: the chains and the CRL of that product line.\n"
	"\n"
	"      --product NAME        Milan, Genoa or Turin; needed for version 2 reports\n"
	"  -k, --kds-url URL         ask this replica, not https://kdsintf.amd.com\n"
	"      --kds-timeout SECONDS give up after so long, with all repetitions (120)\n"
	"      --cache DIR           ~/.cache/svsm-attest\n"
	"  -q, --quiet               do not say what was fetched\n"
	"  -h, --help                this text\n"
	"\n"
	"Exit status: 0 all is there, 2 wrong command line, 3 input or output, 4 network, 10 not a report, 11 KDS "
	"does\n"
	"not know the chip at this TCB.\n";

static int fail(const char *name, const struct error *error)
{
	fprintf(stderr, PROGRAM ": %s: %s\n", name, error->text);
	return error->kind == ERROR_NETWORK ? EXIT_NETWORK
	       : error->kind == ERROR_IO    ? EXIT_INPUT_OUTPUT
					    : EXIT_FIRST_STAGE + VERIFY_CHAIN;
}

static void say(const struct verify_options *options, const char *what, const char *name)
{
	if (!options->quiet)
		printf("%s: %s\n", name, what);
}

static int fetch_line(const struct verify_options *options, const struct certs_query *query, const char *name)
{
	struct certificate_list authorities;
	struct error error;
	struct blob crl;
	X509 *leaf = X509_new();
	bool form, ok;
	int result = 0;

	/* An empty leaf stands for any: the product line is known. */
	ok = leaf && certs_authorities(&options->certs, query, leaf, &authorities, &form, &error);
	if (!leaf)
		error_resources(&error, "fetch");
	if (!ok)
		result = fail(name, &error);
	else
		say(options, report_signing_key(&query->report->fields) ? "ASVK and ARK" : "ASK and ARK", name);
	if (ok)
		certificate_list_free(&authorities);
	X509_free(leaf);
	if (result == 0 && !certs_crl(&options->certs, query, &crl, &error))
		return fail(name, &error);
	if (result == 0) {
		blob_free(&crl);
		say(options, "CRL", name);
	}
	return result;
}

static int fetch_product(const struct verify_options *options)
{
	struct report report = {.product = options->product};
	const struct certs_query query = {.report = &report, .product = options->product, .now = time(NULL)};
	int result = fetch_line(options, &query, product_name(options->product));

	report.fields.key_info = SNP_SIGNING_KEY_VLEK << SNP_KEY_INFO_SIGNING_KEY_SHIFT;
	return result ? result : fetch_line(options, &query, product_name(options->product));
}

static int fetch_report(const struct verify_options *options, const char *name)
{
	struct findings findings = {.count = 0};
	struct certs_query query = {.product = PRODUCT_UNKNOWN, .now = time(NULL)};
	struct report report;
	struct error error;
	struct blob bytes;
	X509 *leaf;
	bool form;

	if (!file_read(name, SNP_REPORT_SIZE, &bytes, &error))
		return command_fail(&error);
	if (!report_parse(bytes.data, bytes.size, &report, &findings)) {
		blob_free(&bytes);
		fprintf(stderr, PROGRAM ": %s: %s\n", name, findings.item[0].error.text);
		return EXIT_FIRST_STAGE + VERIFY_PARSE;
	}
	blob_free(&bytes);
	query.report = &report;
	query.product = report.product == PRODUCT_UNKNOWN ? options->product : report.product;
	/* VLEKs come from the host, not from KDS. */
	if (report_signing_key(&report.fields) == SNP_SIGNING_KEY_VCEK) {
		if (!certs_leaf(&options->certs, &query, &leaf, &form, &error))
			return fail(name, &error);
		X509_free(leaf);
		say(options, "VCEK", name);
	}
	if (query.product == PRODUCT_UNKNOWN)
		return command_usage("fetch", "a version 2 report does not name its product line: say --product");
	return fetch_line(options, &query, name);
}

static int run(const struct verify_options *options, char **names, int count)
{
	int result = 0;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		struct error error;

		error_resources(&error, "start libcurl");
		return command_fail(&error);
	}
	if (count == 0)
		result = fetch_product(options);
	for (int i = 0; i < count; i++) {
		int one = fetch_report(options, names[i]);

		result = result ? result : one;
	}
	curl_global_cleanup();
	return command_flush(result);
}

int command_fetch(int argc, char **argv)
{
	static const struct option options[] = {
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{"product", required_argument, NULL, 'P'},
		{"kds-url", required_argument, NULL, 'k'},
		{"kds-timeout", required_argument, NULL, 'T'},
		{"cache", required_argument, NULL, 'C'},
		{NULL, 0, NULL, 0},
	};
	struct verify_options taken;
	const char *problem;
	int option;

	verify_options_default(&taken);
	while ((option = getopt_long(argc, argv, "qhk:", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == '?')
			return command_usage(argv[0], NULL);
		if (option == 'q') {
			taken.quiet = true;
			continue;
		}
		(void)verify_options_take(&taken, option, optarg, &problem);
		if (problem)
			return command_usage(argv[0], problem);
	}
	if (optind == argc && taken.product == PRODUCT_UNKNOWN)
		return command_usage(argv[0], "a report or --product NAME is needed");
	if (!taken.certs.cache)
		return command_usage(argv[0], "neither XDG_CACHE_HOME nor HOME is set: give --cache DIR");
	taken.certs.kds.notes = taken.quiet ? NULL : stderr;
	return run(&taken, argv + optind, argc - optind);
}
