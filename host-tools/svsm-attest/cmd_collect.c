/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "collect.h"
#include "evidence_json.h"
#include "file.h"
#include "tsm.h"

#include <getopt.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define CREDENTIAL_FILE_MAX 16384u

static const char help[] =
	"Usage: " PROGRAM " collect --nonce HEX [OPTIONS] [-o FILE]\n"
	"       " PROGRAM " collect --keys [OPTIONS]\n"
	"In the guest, as root: gather the evidence that there is, and write the bundle to FILE or standard output.\n"
	"With --keys: print the EK and the AK, one line each, for the relying party's 'activate'.\n"
	"\n"
	"  -n, --nonce HEX         the relying party's nonce, 128 digits\n"
	"  -c, --credential FILE   the two lines of the relying party's 'activate': shows that the AK is in this "
	"TPM\n"
	"  -o, --output FILE       write the bundle there\n"
	"      --services          ask the SVSM for the manifest of all services, not of the vTPM alone\n"
	"      --manifest-version N  of the vTPM's manifest (0)\n"
	"      --ek L-1|L-2        endorsement key: RSA-2048 (L-1, the default) or ECC P-256 (L-2)\n"
	"      --ak-handle HANDLE  use the AK at this persistent handle; by default one is made\n"
	"      --certify-with HANDLE  have the AK certified by this signing key of the manifest\n"
	"      --bank NAME         sha256 (default), sha384 or sha512\n"
	"      --pcrs LIST         PCRs to quote (0,1,2,3,4,5,6,7,8,9)\n"
	"      --event-log FILE    default: /sys/kernel/security/tpm0/binary_bios_measurements; 'none': leave it out\n"
	"      --no-svsm, --no-tpm leave that part out\n"
	"      --tcti CONF         how to reach the TPM (device:/dev/tpmrm0)\n"
	"      --tsm DIR           where configfs-tsm is (" TSM_ROOT ")\n"
	"  -h, --help              this text\n"
	"\n"
	"Exit status: 0 done, 2 wrong command line, 3 something cannot be read, written or asked for.\n";

static bool parse_pcrs(const char *text, uint32_t *out)
{
	*out = 0;
	while (*text) {
		size_t digits = strspn(text, "0123456789");
		unsigned long pcr = strtoul(text, NULL, 10);

		if (digits == 0 || digits > 2 || pcr >= EVIDENCE_PCR_COUNT)
			return false;
		*out |= 1u << pcr;
		text += digits;
		if (*text == ',' && text[1])
			text++;
		else if (*text)
			return false;
	}
	return *out != 0;
}

static bool parse_handle(const char *text, TPM2_HANDLE *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 16);

	*out = (TPM2_HANDLE)value;
	return *text && *end == 0 && value >= TPM2_PERSISTENT_FIRST && value <= TPM2_PERSISTENT_LAST;
}

static bool parse_version(const char *text, uint32_t *out)
{
	if (strlen(text) == 0 || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

/* Two lines of hexadecimal digits */
static bool read_credential(const char *path, struct collect_request *request, struct error *error)
{
	char text[CREDENTIAL_FILE_MAX + 1], *second, *third;
	struct blob file;

	if (!file_read(path, CREDENTIAL_FILE_MAX, &file, error))
		return false;
	memcpy(text, file.data, file.size);
	text[file.size] = 0;
	blob_free(&file);
	second = strchr(text, '\n');
	if (second) {
		*second++ = 0;
		third = strchr(second, '\n');
		if (third)
			*third++ = 0;
		if ((!third || *third == 0) && blob_from_hex(&request->credential, text, EVIDENCE_TPM_BLOB_MAX) &&
		    blob_from_hex(&request->secret, second, EVIDENCE_TPM_BLOB_MAX))
			return true;
	}
	return error_refuse(error, "%s: not the two lines that 'activate' prints", path);
}

static bool write_bundle(const struct evidence *evidence, const char *path, struct error *error)
{
	json_t *bundle = evidence_json(evidence);
	char *text = bundle ? json_dumps(bundle, JSON_INDENT(2)) : NULL;
	bool ok;

	if (!text)
		ok = error_resources(error, "write the bundle");
	else if (path)
		ok = file_write(path, text, strlen(text), 0600, error);
	else
		ok = (puts(text) != EOF && fflush(stdout) == 0) || error_io(error, "cannot print the bundle");
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
	json_decref(bundle);
	return ok;
}

static int run_keys(const struct collect_request *request)
{
	struct error error;
	struct blob ek, ak;
	char *ek_text = NULL, *ak_text = NULL;
	bool ok = collect_keys(request, &ek, &ak, &error);

	if (ok) {
		ek_text = blob_hex(ek.data, ek.size);
		ak_text = blob_hex(ak.data, ak.size);
		ok = (ek_text && ak_text && printf("%s\n%s\n", ek_text, ak_text) > 0 && fflush(stdout) == 0) ||
		     error_io(&error, "cannot print the keys");
	}
	free(ek_text);
	free(ak_text);
	blob_free(&ek);
	blob_free(&ak);
	return ok ? 0 : command_fail(&error);
}

static int run(struct collect_request *request, const char *credential, const char *output)
{
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	struct error error;
	bool ok;

	if (!evidence) {
		error_resources(&error, "start");
		return command_fail(&error);
	}
	ok = (!credential || read_credential(credential, request, &error)) &&
	     collect(request, evidence, stderr, &error) && write_bundle(evidence, output, &error);
	evidence_free(evidence);
	free(evidence);
	blob_free(&request->credential);
	blob_free(&request->secret);
	return ok ? 0 : command_fail(&error);
}

enum {
	OPTION_SERVICES = 256,
	OPTION_VERSION,
	OPTION_EK,
	OPTION_AK,
	OPTION_CERTIFY,
	OPTION_BANK,
	OPTION_PCRS,
	OPTION_LOG,
	OPTION_NO_SVSM,
	OPTION_NO_TPM,
	OPTION_TCTI,
	OPTION_TSM,
	OPTION_KEYS,
};

struct arguments {
	struct collect_request request;
	const char *nonce, *credential, *output;
	bool keys;
};

/* NULL, or what is wrong */
static const char *take(struct arguments *a, int option, const char *argument)
{
	struct collect_request *r = &a->request;

	switch (option) {
	case 'n':
		a->nonce = argument;
		return blob_hex_exact(r->nonce, sizeof(r->nonce), argument) ? NULL
									    : "--nonce must be 128 hexadecimal digits";
	case 'c':
		a->credential = argument;
		return NULL;
	case 'o':
		a->output = argument;
		return NULL;
	case OPTION_SERVICES:
		r->services = true;
		return NULL;
	case OPTION_VERSION:
		return parse_version(argument, &r->manifest_version) ? NULL : "--manifest-version must be a number";
	case OPTION_EK:
		r->ek = strcmp(argument, "L-1") == 0   ? TPM_EK_L1
			: strcmp(argument, "L-2") == 0 ? TPM_EK_L2
						       : TPM_EK_NONE;
		return r->ek ? NULL : "--ek must be L-1 or L-2";
	case OPTION_AK:
		return parse_handle(argument, &r->ak_handle) ? NULL : "--ak-handle must be like 0x81010002";
	case OPTION_CERTIFY:
		return parse_handle(argument, &r->certify_with) ? NULL : "--certify-with must be like 0x81010003";
	case OPTION_BANK:
		r->bank = evidence_bank(argument);
		return r->bank ? NULL : "--bank must be sha256, sha384 or sha512";
	case OPTION_PCRS:
		return parse_pcrs(argument, &r->pcrs) ? NULL
						      : "--pcrs must be numbers from 0 to 23 with commas between";
	case OPTION_LOG:
		r->event_log = argument;
		return NULL;
	case OPTION_NO_SVSM:
		r->no_svsm = true;
		return NULL;
	case OPTION_NO_TPM:
		r->no_tpm = true;
		return NULL;
	case OPTION_TCTI:
		r->tcti = argument;
		return NULL;
	case OPTION_TSM:
		r->tsm_root = argument;
		return NULL;
	case OPTION_KEYS:
		a->keys = true;
		return NULL;
	default:
		return "";
	}
}

int command_collect(int argc, char **argv)
{
	static const struct option options[] = {
		{"nonce", required_argument, NULL, 'n'},
		{"credential", required_argument, NULL, 'c'},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{"keys", no_argument, NULL, OPTION_KEYS},
		{"services", no_argument, NULL, OPTION_SERVICES},
		{"manifest-version", required_argument, NULL, OPTION_VERSION},
		{"ek", required_argument, NULL, OPTION_EK},
		{"ak-handle", required_argument, NULL, OPTION_AK},
		{"certify-with", required_argument, NULL, OPTION_CERTIFY},
		{"bank", required_argument, NULL, OPTION_BANK},
		{"pcrs", required_argument, NULL, OPTION_PCRS},
		{"event-log", required_argument, NULL, OPTION_LOG},
		{"no-svsm", no_argument, NULL, OPTION_NO_SVSM},
		{"no-tpm", no_argument, NULL, OPTION_NO_TPM},
		{"tcti", required_argument, NULL, OPTION_TCTI},
		{"tsm", required_argument, NULL, OPTION_TSM},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {
		.request = {.tsm_root = TSM_ROOT, .ek = TPM_EK_L1, .bank = TPM2_ALG_SHA256, .pcrs = 0x3ff}};
	const char *problem;
	int option;

	while ((option = getopt_long(argc, argv, "n:c:o:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		problem = take(&arguments, option, optarg);
		if (problem)
			return command_usage(argv[0], *problem ? problem : NULL);
	}
	if (optind != argc)
		return command_usage(argv[0], "nothing but options is expected");
	if (arguments.keys)
		return run_keys(&arguments.request);
	if (!arguments.nonce)
		return command_usage(argv[0], "--nonce HEX is needed, from the relying party's 'challenge'");
	return run(&arguments.request, arguments.credential, arguments.output);
}
