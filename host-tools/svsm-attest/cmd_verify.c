/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"

#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOTS_FILE_MAX 262144u

static const char help[] =
	"Usage: " PROGRAM " verify EVIDENCE.json --state FILE --reference FILE --policy FILE --trust-root PEM\n"
	"                          (--kds-url URL | --offline-certs DIR) [OPTIONS]\n"
	"Verify evidence for the challenge in the state file. Prints one line for each stage, then the verdict.\n"
	"\n"
	"  -s, --state FILE          from the challenge and credential commands\n"
	"  -r, --reference FILE      reference values, from svsm-igvm-build\n"
	"  -p, --policy FILE         what this relying party accepts\n"
	"  -t, --trust-root PEM      AMD root keys (ARK) to trust, one or more certificates\n"
	"  -k, --kds-url URL         fetch certificates there; AMD's is https://kdsintf.amd.com\n"
	"  -o, --offline-certs DIR   or read them from vcek.der, cert_chain.pem and crl.der in DIR\n"
	"  -j, --json OUT            also write the verdict as JSON\n"
	"      --product NAME        Milan, Genoa or Turin: for reports that do not say (version 2)\n"
	"      --now TIME            judge as of TIME (2026-11-24T12:00:00Z, or seconds since 1970)\n"
	"  -h, --help                this text\n"
	"\n"
	"Exit status: 0 accepted, 2 wrong command line, 3 cannot read or fetch; refused at: 10 parse, 11 chain,\n"
	"12 revocation, 13 signature, 14 binding, 15 tcb, 16 policy, 17 svsm, 18 keys, 19 quote, 20 event-log.\n";

struct arguments {
	const char *evidence, *state, *reference, *policy, *trust_root, *kds_url, *folder, *json;
	time_t now;
	enum product product;
};

/* All that is read before the first stage; the bundle is only bytes. */
struct inputs {
	struct blob bundle, pem;
	struct state state;
	struct policy policy;
	struct reference reference;
	struct chain_roots roots;
};

static bool read_inputs(const struct arguments *arguments, struct inputs *in, struct error *error)
{
	return state_read(arguments->state, &in->state, error) && policy_read(arguments->policy, &in->policy, error) &&
	       reference_read(arguments->reference, &in->reference, error) &&
	       file_read(arguments->trust_root, ROOTS_FILE_MAX, &in->pem, error) &&
	       chain_roots_parse(&in->roots, arguments->trust_root, &in->pem, error) &&
	       file_read(arguments->evidence, EVIDENCE_FILE_MAX, &in->bundle, error);
}

static void free_inputs(struct inputs *in)
{
	blob_free(&in->bundle);
	blob_free(&in->pem);
	state_free(&in->state);
	policy_free(&in->policy);
	reference_free(&in->reference);
	chain_roots_free(&in->roots);
}

static bool write_json(const char *path, const struct verify *verify, struct error *error)
{
	json_t *verdict = verify_json(verify);
	char *text = verdict ? json_dumps(verdict, JSON_INDENT(2)) : NULL;
	bool ok = text ? file_write(path, text, strlen(text), 0644, error)
		       : error_resources(error, "write the verdict as JSON");

	free(text);
	json_decref(verdict);
	return ok;
}

static int judge(const struct arguments *arguments, const struct inputs *in)
{
	struct verify verify = {
		.name = arguments->evidence,
		.bundle = &in->bundle,
		.state = &in->state,
		.policy = &in->policy,
		.reference = &in->reference,
		.roots = &in->roots,
		.kds = {.url = arguments->kds_url,
			.folder = arguments->folder,
			.attempts = KDS_ATTEMPTS,
			.wait_ms = KDS_WAIT_MS},
		.now = arguments->now,
		.product_hint = arguments->product,
	};
	struct error error;
	int result;

	verify_run(&verify);
	verify_print(&verify, stdout);
	result = verify_exit_code(&verify);
	/* Somebody who reads only the file must not find an older verdict there. */
	if (arguments->json && !write_json(arguments->json, &verify, &error)) {
		command_fail(&error);
		result = result == EXIT_ACCEPTED ? EXIT_CANNOT_READ : result;
	}
	if (fflush(stdout) != 0)
		result = result == EXIT_ACCEPTED ? EXIT_CANNOT_READ : result;
	verify_free(&verify);
	return result;
}

static int run(const struct arguments *arguments)
{
	struct inputs in;
	struct error error;
	int result;

	memset(&in, 0, sizeof(in));
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		error_resources(&error, "start libcurl");
		return command_fail(&error);
	}
	result = read_inputs(arguments, &in, &error) ? judge(arguments, &in) : command_fail(&error);
	free_inputs(&in);
	curl_global_cleanup();
	return result;
}

static bool parse_time(const char *text, time_t *out)
{
	struct tm parts = {.tm_year = 0};
	char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);

	if (end && *end == 0) {
		*out = timegm(&parts);
		return *out > 0;
	}
	if (strlen(text) == 0 || strlen(text) > 11 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (time_t)strtoll(text, NULL, 10);
	return *out > 0;
}

static bool is_http(const char *url)
{
	return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

/* NULL when the command line is complete */
static const char *missing(const struct arguments *arguments)
{
	if (!arguments->evidence)
		return "one file with evidence is needed";
	if (!arguments->state || !arguments->reference || !arguments->policy || !arguments->trust_root)
		return "--state, --reference, --policy and --trust-root are needed";
	if (!arguments->kds_url == !arguments->folder)
		return "one of --kds-url and --offline-certs is needed";
	if (arguments->kds_url && !is_http(arguments->kds_url))
		return "--kds-url must start with https:// or http://";
	return NULL;
}

int command_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"reference", required_argument, NULL, 'r'},
		{"policy", required_argument, NULL, 'p'},
		{"trust-root", required_argument, NULL, 't'},
		{"kds-url", required_argument, NULL, 'k'},
		{"offline-certs", required_argument, NULL, 'o'},
		{"json", required_argument, NULL, 'j'},
		{"product", required_argument, NULL, 'P'},
		{"now", required_argument, NULL, 'N'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.now = time(NULL)};
	const char *problem;
	int option;

	while ((option = getopt_long(argc, argv, "s:r:p:t:k:o:j:h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			arguments.state = optarg;
			break;
		case 'r':
			arguments.reference = optarg;
			break;
		case 'p':
			arguments.policy = optarg;
			break;
		case 't':
			arguments.trust_root = optarg;
			break;
		case 'k':
			arguments.kds_url = optarg;
			break;
		case 'o':
			arguments.folder = optarg;
			break;
		case 'j':
			arguments.json = optarg;
			break;
		case 'P':
			arguments.product = product_from_name(optarg);
			if (arguments.product == PRODUCT_UNKNOWN)
				return command_usage(argv[0], "--product must be Milan, Genoa or Turin");
			break;
		case 'N':
			if (!parse_time(optarg, &arguments.now))
				return command_usage(argv[0],
						     "--now must be like 2026-11-24T12:00:00Z, or seconds since 1970");
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (argc - optind == 1)
		arguments.evidence = argv[optind];
	problem = missing(&arguments);
	if (problem)
		return command_usage(argv[0], problem);
	return run(&arguments);
}
