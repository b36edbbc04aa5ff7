/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "verify_options.h"

#include <curl/curl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " verify EVIDENCE.json (--state FILE | --nonce HEX) [OPTIONS]\n"
	"       " PROGRAM " verify --report FILE [OPTIONS]\n"
	"Verify evidence. Prints one line for each stage and each violation, then the verdict.\n"
	"\n"
	"Evidence:\n"
	"  EVIDENCE.json             a bundle, from 'collect'\n"
	"      --report FILE         or an SNP attestation report alone (1184 bytes), with any of:\n"
	"      --certs FILE          the host's certificate table\n"
	"      --svsm-manifest FILE  the SVSM's manifest: in the form that --form names\n"
	"      --ek FILE, --ak FILE  TPM keys (TPMT_PUBLIC or TPM2B_PUBLIC)\n"
	"      --recovered FILE      what TPM2_ActivateCredential gave back; or\n"
	"      --certify FILE        what TPM2_Certify made of the AK (TPMS_ATTEST), with --certify-signature FILE;\n"
	"                            with neither the AK must stand in the manifest\n"
	"      --quote FILE          TPMS_ATTEST, with --quote-signature FILE (TPMT_SIGNATURE) and\n"
	"      --pcr-values FILE     lines like 'sha256 7 HEX'\n"
	"      --event-log FILE      TCG event log\n"
	"\n"
	"Challenge:\n"
	"  -s, --state FILE          from the challenge and activate commands; good for one verdict\n"
	"      --nonce HEX|@FILE     or the nonce itself, 64 bytes\n"
	"      --report-data HEX|@FILE  or what REPORT_DATA must be, 64 bytes\n"
	"\n"
	"Certificates, besides those below:\n"
	"  -o, --offline-certs DIR   vcek.der, cert_chain.pem and crl.der in DIR, where no option names a file\n"
	"\n";
static const char help_end[] =
	"  -j, --json                the verdict as JSON on standard output, and no text\n"
	"      --json-file FILE      the verdict as JSON in FILE too\n"
	"  -q, --quiet               no text\n"
	"  -h, --help                this text\n"
	"\n"
	"Exit status: 0 accepted, 2 wrong command line, 3 input or output, 4 network; refused at: 10 parse, 11 chain,\n"
	"12 revocation, 13 signature, 14 binding, 15 tcb, 16 policy, 17 svsm, 18 keys, 19 quote, 20 event-log.\n";

static char *verdict_text(const struct verify *verify, bool explain)
{
	json_t *verdict = verify_json(verify, explain);
	char *text = verdict ? json_dumps(verdict, JSON_INDENT(2)) : NULL;

	json_decref(verdict);
	return text;
}

static bool write_verdict(const struct verify_options *options, const struct verify *verify, struct error *error)
{
	char *text = options->json || options->json_file ? verdict_text(verify, options->explain) : NULL;
	bool ok = true;

	if ((options->json || options->json_file) && !text)
		return error_resources(error, "write the verdict as JSON");
	/* Somebody who reads only the file must not find an older verdict there. */
	if (options->json_file)
		ok = file_write(options->json_file, text, strlen(text), 0644, error);
	if (options->json)
		puts(text);
	else if (!options->quiet)
		verify_print(verify, options->explain, stdout);
	free(text);
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_io(error, "cannot print the verdict");
	return ok;
}

/* A challenge ends with the first verdict. Where certificates could not be had, there was none. */
static bool end_challenge(const struct verify_options *options, struct verify_inputs *in, int result,
			  struct error *error)
{
	bool used = result != EXIT_INPUT_OUTPUT && result != EXIT_NETWORK;
	bool ok = true;

	if (in->state_lock >= 0)
		ok = state_release(options->state, in->state_lock, used, error);
	in->state_lock = -1;
	return ok;
}

static bool read_evidence(const struct verify_options *options, struct verify_inputs *in, struct verify *verify,
			  struct error *error)
{
	if (options->bundle) {
		verify->name = options->bundle;
		verify->bundle = &in->bundle;
		return file_read(options->bundle, EVIDENCE_FILE_MAX, &in->bundle, error);
	}
	verify->name = options->loose.report;
	return loose_files_read(&options->loose, &verify->evidence, error);
}

static int judge(const struct verify_options *options, struct verify_inputs *in, struct verify *verify)
{
	struct error error;
	int result;

	if (!read_evidence(options, in, verify, &error))
		return command_fail(&error);
	verify_inputs_apply(options, in, verify);
	verify_run(verify);
	result = verify_exit_code(verify);
	if (!end_challenge(options, in, result, &error) || !write_verdict(options, verify, &error)) {
		command_fail(&error);
		return result == EXIT_ACCEPTED ? EXIT_INPUT_OUTPUT : result;
	}
	return result;
}

static int run(const struct verify_options *options)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	struct verify_inputs in;
	struct error error;
	int result;

	if (!verify || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(verify);
		error_resources(&error, "start");
		return command_fail(&error);
	}
	if (!verify_inputs_read(options, &in, &error) ||
	    (options->state && !state_take(options->state, &in.state, &in.state_lock, &error)))
		result = command_fail(&error);
	else
		result = judge(options, &in, verify);
	verify_free(verify);
	verify_inputs_free(&in);
	free(verify);
	curl_global_cleanup();
	return result;
}

/* What can be told without reading a file; @FILE is read later. A nonce is as long as REPORT_DATA. */
static bool is_report_data(const char *argument)
{
	uint8_t bytes[SNP_REPORT_DATA_SIZE];

	static_assert(EVIDENCE_NONCE_SIZE == SNP_REPORT_DATA_SIZE, "one check serves both");
	return argument[0] == '@' || blob_hex_exact(bytes, sizeof(bytes), argument);
}

/* NULL when the command line is complete */
static const char *missing(const struct verify_options *o)
{
	const char *problem = loose_files_problem(&o->loose);

	if (!o->bundle && !o->loose.report)
		return "evidence is needed: a bundle, or --report FILE";
	if (problem)
		return problem;
	if (o->bundle && loose_files_any(&o->loose))
		return "a bundle already holds what separate files would";
	if (o->bundle && !o->state && !o->nonce)
		return "a bundle is judged against a challenge: --state FILE or --nonce HEX";
	if (o->loose.manifest && !o->state && !o->nonce)
		return "--svsm-manifest needs --state or --nonce: REPORT_DATA covers the nonce and the manifest";
	if ((o->state != NULL) + (o->nonce != NULL) + (o->report_data != NULL) > 1)
		return "only one of --state, --nonce and --report-data can be";
	if (o->nonce && !is_report_data(o->nonce))
		return "--nonce must be 128 hexadecimal digits, or @FILE";
	if (o->report_data && !is_report_data(o->report_data))
		return "--report-data must be 128 hexadecimal digits, or @FILE";
	return NULL;
}

enum { OPTION_NONCE = LOOSE_FILES_OPTION_END, OPTION_REPORT_DATA, OPTION_JSON_FILE };

static int take_options(int argc, char **argv, struct verify_options *o)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"quiet", no_argument, NULL, 'q'},
		{"offline-certs", required_argument, NULL, 'o'},
		{"nonce", required_argument, NULL, OPTION_NONCE},
		{"report-data", required_argument, NULL, OPTION_REPORT_DATA},
		{"json-file", required_argument, NULL, OPTION_JSON_FILE},
		{"help", no_argument, NULL, 'h'},
		LOOSE_FILES_LONG,
		VERIFY_SHARED_LONG,
		{NULL, 0, NULL, 0},
	};
	const char *problem;
	int option;

	while ((option = getopt_long(argc, argv, "s:jqo:h" VERIFY_SHARED_SHORT, options, NULL)) != -1) {
		switch (option) {
		case 's':
			o->state = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'q':
			o->quiet = true;
			break;
		case 'o':
			o->certs.folder = optarg;
			break;
		case OPTION_NONCE:
			o->nonce = optarg;
			break;
		case OPTION_REPORT_DATA:
			o->report_data = optarg;
			break;
		case OPTION_JSON_FILE:
			o->json_file = optarg;
			break;
		case 'h':
			printf("%s%s%s", help, verify_options_help, help_end);
			return -1;
		default:
			if (option == '?')
				return command_usage(argv[0], NULL);
			problem = NULL;
			if (!loose_files_take(&o->loose, option, optarg))
				(void)verify_options_take(o, option, optarg, &problem);
			if (problem)
				return command_usage(argv[0], problem);
		}
	}
	return 0;
}

int command_verify(int argc, char **argv)
{
	struct verify_options options;
	const char *problem;
	int result;

	verify_options_default(&options);
	result = take_options(argc, argv, &options);
	if (result != 0)
		return result < 0 ? 0 : result;
	if (argc - optind > 1)
		return command_usage(argv[0], "more than one file with evidence; see 'batch' for many");
	if (argc - optind == 1)
		options.bundle = argv[optind];
	problem = missing(&options);
	if (problem)
		return command_usage(argv[0], problem);
	options.certs.kds.notes = options.quiet ? NULL : stderr;
	return run(&options);
}
