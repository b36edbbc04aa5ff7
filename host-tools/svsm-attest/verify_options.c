/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "verify_options.h"

#include "cache.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOTS_FILE_MAX 262144u
#define KDS_LIMIT_MAX 3600u

const char verify_options_help[] =
	"What is acceptable:\n"
	"  -p, --policy FILE         what this relying party accepts; without it only what makes evidence genuine is\n"
	"                            judged\n"
	"  -r, --reference FILE      reference values, from svsm-igvm-build\n"
	"      --form FORM           the form of the SVSM's manifest, if no policy says: key (the vTPM's default key,\n"
	"                            manifest version 0; the default), list (all its keys, version 1) or services\n"
	"      --manifest FILE       form list, and exactly these keys: a key-template manifest\n"
	"      --selector FILE       the one key that was asked for (SINGLE_SERVICE_EX): a manifest selector; both "
	"take\n"
	"                            the place of the policy's manifest_form and ek_profiles\n"
	"      --floors FILE         minimum TCB versions from a dated floors file, besides the policy's\n"
	"      --product NAME        Milan, Genoa (Bergamo, Siena) or Turin: for reports that do not say (version 2);\n"
	"                            others must agree\n"
	"      --now TIME            judge as of TIME (2026-11-24T12:00:00Z, with an offset, or seconds since 1970)\n"
	"      --revocation MODE     require (default), best-effort or off\n"
	"  -t, --trust-root FILE     TEST roots instead of AMD's pinned ones; the verdict says so\n"
	"\n"
	"Certificates (PEM or DER):\n"
	"      --cert FILE           VCEK or VLEK        --chain FILE   ASK or ASVK, and ARK        --crl FILE   ARK's "
	"CRL\n"
	"  -k, --kds-url URL         ask this replica for the rest, not https://kdsintf.amd.com\n"
	"      --kds-timeout SECONDS give up after so long, with all repetitions (120)\n"
	"      --offline             ask nobody\n"
	"      --cache DIR           keep what KDS answers there (~/.cache/svsm-attest); --no-cache: nowhere\n"
	"\n"
	"Output:\n"
	"      --explain             each check, with the attack it closes\n";

void verify_options_default(struct verify_options *options)
{
	*options = (struct verify_options){.now = time(NULL)};
	options->certs.kds = (struct kds){.url = KDS_AMD, .limit_seconds = KDS_LIMIT_SECONDS, .wait_ms = KDS_WAIT_MS};
	if (cache_default(options->cache))
		options->certs.cache = options->cache;
}

/* "+01:00" or "Z", in seconds; false when there is anything else */
static bool parse_offset(const char *text, long *out)
{
	unsigned int hours, minutes;
	int used = 0;

	*out = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') ||
	    sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 || used != 5 || hours > 23 || minutes > 59)
		return false;
	*out = (long)(hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
	return true;
}

/* RFC 3339, whose fractions of a second are passed over, or seconds since 1970 */
static bool parse_time(const char *text, time_t *out)
{
	struct tm parts = {.tm_year = 0};
	char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
	long offset;

	if (!end)
		end = strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
	if (end) {
		if (*end == '.')
			end += 1 + strspn(end + 1, "0123456789");
		if (!parse_offset(end, &offset))
			return false;
		*out = timegm(&parts) - offset;
		return *out > 0;
	}
	if (strlen(text) == 0 || strlen(text) > 11 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (time_t)strtoll(text, NULL, 10);
	return *out > 0;
}

static bool parse_seconds(const char *text, unsigned int *out)
{
	if (strlen(text) == 0 || strlen(text) > 4 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (unsigned int)strtoul(text, NULL, 10);
	return *out > 0 && *out <= KDS_LIMIT_MAX;
}

static bool is_http(const char *url)
{
	return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

static const char *check_one_form(const struct verify_options *o)
{
	return (o->manifest != NULL) + (o->selector != NULL) + (o->form != NULL) <= 1
		       ? NULL
		       : "only one of --form, --manifest and --selector can be";
}

bool verify_options_take(struct verify_options *o, int option, const char *argument, const char **problem)
{
	enum manifest_form unused_form;
	enum revocation unused;

	*problem = NULL;
	switch (option) {
	case 'p':
		o->policy = argument;
		return true;
	case 'r':
		o->reference = argument;
		return true;
	case 't':
		o->trust_root = argument;
		return true;
	case 'k':
		o->certs.kds.url = argument;
		if (!is_http(argument))
			*problem = "--kds-url must start with https:// or http://";
		return true;
	case 'M':
		o->manifest = argument;
		*problem = check_one_form(o);
		return true;
	case 'S':
		o->selector = argument;
		*problem = check_one_form(o);
		return true;
	case 'f':
		o->form = argument;
		*problem = manifest_form_from_name(argument, &unused_form) ? check_one_form(o)
									   : "--form must be key, list or services";
		return true;
	case 'F':
		o->floors = argument;
		return true;
	case 'R':
		o->revocation = argument;
		if (!revocation_from_name(argument, &unused))
			*problem = "--revocation must be require, best-effort or off";
		return true;
	case 'P':
		o->product = product_from_name(argument);
		if (o->product == PRODUCT_UNKNOWN)
			*problem = "--product must be Milan, Genoa, Bergamo, Siena or Turin";
		return true;
	case 'N':
		if (!parse_time(argument, &o->now))
			*problem = "--now must be like 2026-11-24T12:00:00Z, or seconds since 1970";
		return true;
	case 'O':
		o->certs.offline = true;
		return true;
	case 'C':
		o->certs.cache = argument;
		return true;
	case 'X':
		o->certs.cache = NULL;
		return true;
	case 'T':
		if (!parse_seconds(argument, &o->certs.kds.limit_seconds))
			*problem = "--kds-timeout must be from 1 to 3600 seconds";
		return true;
	case 'E':
		o->explain = true;
		return true;
	case 'c':
		o->certs.chain_file = argument;
		return true;
	case 'l':
		o->certs.crl_file = argument;
		return true;
	case 'L':
		o->certs.leaf_file = argument;
		return true;
	default:
		return false;
	}
}

static bool read_roots(const char *path, struct verify_inputs *in, struct error *error)
{
	struct blob bytes;

	if (!file_read(path, ROOTS_FILE_MAX, &bytes, error))
		return false;
	in->has_roots = certificate_list_parse(&in->roots, &bytes);
	blob_free(&bytes);
	return in->has_roots || error_refuse(error, "trust root %s: must hold 1 to %u certificates, in PEM or DER form",
					     path, CERTIFICATE_LIST_MAX);
}

/* Hexadecimal digits, or @FILE with the bytes or their digits */
static bool read_bytes(const char *argument, const char *what, uint8_t *out, size_t size, struct error *error)
{
	char text[2 * EVIDENCE_NONCE_SIZE + 1];
	struct blob file;
	size_t length;
	bool ok;

	if (argument[0] != '@')
		return blob_hex_exact(out, size, argument) ||
		       error_refuse(error, "%s must be %zu hexadecimal digits, or @FILE", what, 2 * size);
	if (!file_read(argument + 1, 4096, &file, error))
		return false;
	ok = file.size == size;
	if (ok)
		memcpy(out, file.data, size);
	length = file.size;
	while (!ok && length > 0 && (file.data[length - 1] == '\n' || file.data[length - 1] == '\r'))
		length--;
	if (!ok && length == 2 * size && length < sizeof(text)) {
		memcpy(text, file.data, length);
		text[length] = 0;
		ok = strlen(text) == length && blob_hex_exact(out, size, text);
	}
	blob_free(&file);
	return ok || error_refuse(error, "%s: %s must hold %zu bytes or %zu hexadecimal digits", what, argument + 1,
				  size, 2 * size);
}

/* The stricter of command line and policy */
static enum revocation stricter(const struct verify_options *options, const struct verify_inputs *in)
{
	enum revocation mode = in->has_policy && in->policy.has_revocation ? in->policy.revocation : REVOCATION_REQUIRE;
	enum revocation said;

	if (!options->revocation || !revocation_from_name(options->revocation, &said))
		return mode;
	if (in->has_policy && in->policy.has_revocation)
		return said < mode ? said : mode;
	return said;
}

/* One form, and one who says it */
static bool settle_form(const struct verify_options *options, struct verify_inputs *in, struct error *error)
{
	if (!options->form || !manifest_form_from_name(options->form, &in->form))
		return true;
	return !in->has_policy || !in->policy.vtpm_required || in->policy.manifest_form == in->form ||
	       error_refuse(error, "--form %s contradicts policy '%s', which says \"%s\"", options->form,
			    in->policy.name, manifest_form_name(in->policy.manifest_form));
}

bool verify_inputs_read(const struct verify_options *o, struct verify_inputs *in, struct error *error)
{
	memset(in, 0, sizeof(*in));
	in->state_lock = -1;
	in->has_policy = o->policy != NULL;
	in->has_reference = o->reference != NULL;
	in->has_floors = o->floors != NULL;
	in->has_expectation = o->manifest != NULL || o->selector != NULL;
	in->has_nonce = o->nonce != NULL;
	in->has_report_data = o->report_data != NULL;
	if ((o->policy && !policy_read(o->policy, &in->policy, error)) ||
	    (o->floors && !floors_read(&in->floors, o->floors, error)) ||
	    (o->manifest && !expectation_read_manifest(&in->expectation, o->manifest, error)) ||
	    (o->selector && !expectation_read_selector(&in->expectation, o->selector, error)) ||
	    (o->reference && !reference_read(o->reference, &in->reference, error)) ||
	    (o->trust_root && !read_roots(o->trust_root, in, error)) ||
	    (o->nonce && !read_bytes(o->nonce, "--nonce", in->nonce, sizeof(in->nonce), error)) ||
	    (o->report_data &&
	     !read_bytes(o->report_data, "--report-data", in->report_data, sizeof(in->report_data), error)))
		return false;
	in->revocation = stricter(o, in);
	return settle_form(o, in, error);
}

void verify_inputs_free(struct verify_inputs *in)
{
	blob_free(&in->bundle);
	state_free(&in->state);
	policy_free(&in->policy);
	reference_free(&in->reference);
	certificate_list_free(&in->roots);
	if (in->state_lock >= 0)
		close(in->state_lock);
}

void verify_inputs_apply(const struct verify_options *options, const struct verify_inputs *in, struct verify *out)
{
	out->state = in->state_lock >= 0 ? &in->state : NULL;
	out->nonce = in->state_lock >= 0 ? in->state.nonce : in->has_nonce ? in->nonce : NULL;
	out->report_data = in->has_report_data ? in->report_data : NULL;
	out->expectation = in->has_expectation ? &in->expectation : NULL;
	out->form = in->form;
	out->policy = in->has_policy ? &in->policy : NULL;
	out->floors = in->has_floors ? &in->floors : NULL;
	out->reference = in->has_reference ? &in->reference : NULL;
	out->test_roots = in->has_roots ? &in->roots : NULL;
	out->certs = &options->certs;
	out->revocation = in->revocation;
	out->now = options->now;
	out->product_hint = options->product;
}
