/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Every parser of hostile bytes. One program for each group; FUZZ names the group. */
#include "batch.h"
#include "certificate_table.h"
#include "event_log.h"
#include "floor.h"
#include "json_read.h"
#include "loose_files.h"
#include "quote.h"
#include "show.h"
#include "verify_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GROUP_BUNDLE 1
#define GROUP_REPORT 2
#define GROUP_CERTIFICATES 3
#define GROUP_TPM 4
#define GROUP_EVENT_LOG 5
#define GROUP_JSON 6
#define GROUP_BATCH 7

/* Nothing that is shown is looked at, but all of it is formatted. */
__attribute__((unused)) static void show_all(enum file_kind kind, const struct blob *bytes)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct error error;

	if (!out)
		abort();
	(void)!show(kind, "fuzz", bytes, out, &error);
	fclose(out);
	free(text);
}

/* Judges evidence, with no policy and nobody to ask; the verdict must have a form whatever happens. */
__attribute__((unused)) static void judge(struct verify *verify)
{
	static const uint8_t nonce[EVIDENCE_NONCE_SIZE];
	static const struct certs certs = {.offline = true, .kds = {.url = "http://127.0.0.1:9"}};
	json_t *verdict;

	verify->name = "fuzz";
	verify->nonce = nonce;
	verify->certs = &certs;
	verify->now = 1787702400;
	verify_run(verify);
	verdict = verify_json(verify, true);
	if (!verdict || verify_exit_code(verify) == EXIT_ACCEPTED)
		abort();
	json_decref(verdict);
	verify_free(verify);
	free(verify);
}

#if FUZZ == GROUP_BUNDLE
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blob bytes = {(uint8_t *)(uintptr_t)data, size};
	struct verify *verify = calloc(1, sizeof(*verify));

	if (!verify)
		abort();
	verify->bundle = &bytes;
	judge(verify);
	show_all(FILE_KIND_BUNDLE, &bytes);
	return 0;
}
#elif FUZZ == GROUP_REPORT
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blob bytes = {(uint8_t *)(uintptr_t)data, size};
	struct verify *verify = calloc(1, sizeof(*verify));

	if (!verify || !blob_copy(&verify->evidence.report, data, size))
		abort();
	judge(verify);
	show_all(FILE_KIND_REPORT, &bytes);
	(void)file_kind_guess(&bytes);
	return 0;
}
#elif FUZZ == GROUP_CERTIFICATES
/* As a host's table with a report that asks for what is in it, as a chain and as a CRL */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blob bytes = {(uint8_t *)(uintptr_t)data, size};
	struct findings findings = {.count = 0};
	struct certificate_list list;
	struct chain chain;
	struct report report;
	struct error error;
	char until[32];

	memset(&report, 0, sizeof(report));
	report.fields.version = 3;
	if (certificate_list_parse(&list, &bytes)) {
		const struct chain_rules rules = {.now = 1787702400};

		for (size_t i = 0; i < list.count; i++)
			chain_check_leaf(list.item[i], &report, PRODUCT_TURIN, &findings);
		if (chain_assemble(&chain, list.item[0], &list, &error)) {
			chain_check(&chain, &rules, &findings);
			chain_check_crl(&chain, &bytes, rules.now, until, &findings);
		}
		chain_free(&chain);
	}
	certificate_list_free(&list);
	show_all(FILE_KIND_CERTIFICATES, &bytes);
	show_all(FILE_KIND_CRL, &bytes);
	show_all(FILE_KIND_CERTIFICATE_TABLE, &bytes);
	return 0;
}
#elif FUZZ == GROUP_TPM
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blob bytes = {(uint8_t *)(uintptr_t)data, size};
	static struct manifest manifest;
	struct tpm_public key;
	struct error error;

	if (tpm_public_parse(&key, "fuzz", data, size, &error)) {
		(void)!tpm_public_ek_profile(&key, &error);
		if (tpm_public_is_ak(&key, &error))
			(void)!quote_check_signature(&key, &bytes, &bytes, &error);
	}
	tpm_public_free(&key);
	for (int form = MANIFEST_FORM_KEY; form <= MANIFEST_FORM_SERVICES; form++) {
		(void)!manifest_parse(&manifest, (enum manifest_form)form, data, size, &error);
		manifest_free(&manifest);
	}
	show_all(FILE_KIND_MANIFEST_SERVICES, &bytes);
	show_all(FILE_KIND_MANIFEST_VTPM, &bytes);
	show_all(FILE_KIND_QUOTE, &bytes);
	return 0;
}
#elif FUZZ == GROUP_EVENT_LOG
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct blob bytes = {(uint8_t *)(uintptr_t)data, size};

	show_all(FILE_KIND_EVENT_LOG, &bytes);
	return 0;
}
#elif FUZZ == GROUP_JSON
/* The relying party's own files, which it may have from elsewhere */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/svsm-attest-fuzz.XXXXXX";
	struct reference reference;
	struct policy policy;
	struct floors floors = {.count = 0};
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	char *text = strndup((const char *)data, size);
	struct state state;
	struct error error;
	FILE *file;
	int fd;

	fd = mkstemp(path);
	file = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
	if (policy_read(path, &policy, &error))
		policy_free(&policy);
	if (reference_read(path, &reference, &error))
		reference_free(&reference);
	(void)!floors_read(&floors, path, &error);
	if (state_read(path, &state, &error))
		state_free(&state);
	unlink(path);
	if (!evidence || !text)
		abort();
	(void)!loose_files_pcr_values(text, evidence, &error);
	free(evidence);
	free(text);
	return 0;
}
#elif FUZZ == GROUP_BATCH
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verify_options options;
	static struct verify_inputs in;
	const struct batch_line line = {.number = 1, .text = (char *)(uintptr_t)data, .size = size};
	bool accepted;
	char *verdict;

	if (!options.certs.kds.url) {
		verify_options_default(&options);
		options.certs.offline = true;
		options.certs.cache = NULL;
		in.state_lock = -1;
	}
	verdict = batch_judge(&options, &in, &line, &accepted);
	if (!verdict || accepted)
		abort();
	free(verdict);
	return 0;
}
#endif
