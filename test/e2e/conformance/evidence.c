/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"

#include "abi.h"
#include "attest.h"
#include "check.h"
#include "console.h"
#include "freestanding_string.h"
#include "hex.h"
#include "json.h"
#include "keys.h"
#include "link.h"
#include "memory.h"
#include "tpm_key.h"
#include "vtpm.h"

#define WAIT_NONCE_MS 20000u
#define WAIT_CREDENTIAL_MS 60000u
#define BUNDLE_PAGES 8u
#define QUOTED_PCRS 10u
#define EVENT_PCR 8u

/* What this guest adds to PCR 8: SHA-256 of the word "conformance" */
static const uint8_t event[TPM_SHA256_BYTES] = {0x6c, 0x1d, 0x6c, 0xed, 0xf2, 0x76, 0xea, 0x3f, 0xd7, 0x48, 0x6a,
						0x21, 0x2f, 0xd6, 0x2b, 0x32, 0xfb, 0xb9, 0xec, 0xaa, 0x4d, 0xea,
						0x70, 0x54, 0x54, 0x86, 0x73, 0x71, 0x99, 0xdd, 0x24, 0xed};

/* All that goes into the bundle */
static struct {
	uint8_t nonce[ATT_NONCE_BYTES];
	struct tpm_blob ek_template, ak_template;
	struct tpm_key ek, ak;
	struct tpm_blob credential, secret, recovered, quote, signature;
	uint8_t pcr[QUOTED_PCRS][TPM_SHA256_BYTES];
	struct attest attest;
	size_t manifest_size;
} proof;

/* Names the step in a check and on the link; false ends the evidence. */
static bool step(const char *name, uint64_t got, uint64_t expected)
{
	if (check_equal(name, got, expected))
		return true;
	link_text("error ");
	link_text(name);
	link_text("\n");
	return false;
}

static bool take_nonce(struct hex_line *line)
{
	size_t size;

	return hex_take_word(line, "nonce") && hex_take_field(line, proof.nonce, sizeof(proof.nonce), &size) &&
	       size == sizeof(proof.nonce) && hex_at_end(line);
}

/* A TPM2B: two bytes of size, then as many bytes */
static bool is_sized(const struct tpm_blob *blob)
{
	return blob->size >= 2 && (size_t)(blob->data[0] << 8 | blob->data[1]) == blob->size - 2;
}

static bool take_credential(struct hex_line *line)
{
	return hex_take_word(line, "credential") &&
	       hex_take_field(line, proof.credential.data, sizeof(proof.credential.data), &proof.credential.size) &&
	       hex_take_field(line, proof.secret.data, sizeof(proof.secret.data), &proof.secret.size) &&
	       hex_at_end(line) && is_sized(&proof.credential) && is_sized(&proof.secret);
}

static bool make_keys(void)
{
	key_template(&key_specs[KEY_DEFAULT_EK], 0, &proof.ek_template);
	key_template(&key_specs[KEY_SIGNING_ECC], 0, &proof.ak_template);
	return step("evidence: TPM2_CreatePrimary of the EK", tpm_create_primary(&proof.ek_template, &proof.ek),
		    TPM_RC_SUCCESS) &&
	       step("evidence: TPM2_CreatePrimary of the AK", tpm_create_primary(&proof.ak_template, &proof.ak),
		    TPM_RC_SUCCESS);
}

static bool activate(void)
{
	struct hex_line line;

	link_hex("ek", proof.ek.public.data, proof.ek.public.size);
	link_hex("ak", proof.ak.public.data, proof.ak.public.size);
	return step("evidence: credential received", link_read_line(&line, WAIT_CREDENTIAL_MS), true) &&
	       step("evidence: credential well-formed", take_credential(&line), true) &&
	       step("evidence: TPM2_ActivateCredential",
		    tpm_activate(proof.ak.handle, proof.ek.handle, true, &proof.credential, &proof.secret,
				 &proof.recovered),
		    TPM_RC_SUCCESS);
}

static bool quote(void)
{
	bool done = step("evidence: TPM2_PCR_Extend", tpm_pcr_extend(EVENT_PCR, event), TPM_RC_SUCCESS) &&
		    step("evidence: TPM2_Quote",
			 tpm_quote(proof.ak.handle, QUOTED_PCRS, proof.nonce, sizeof(proof.nonce), &proof.quote,
				   &proof.signature),
			 TPM_RC_SUCCESS);

	for (uint32_t i = 0; done && i < QUOTED_PCRS; i++) {
		uint32_t code = tpm_pcr_read(i, proof.pcr[i]);

		done = code == TPM_RC_SUCCESS || step("evidence: TPM2_PCR_Read", code, TPM_RC_SUCCESS);
	}
	return done && step("evidence: TPM2_FlushContext of the AK", tpm_flush(proof.ak.handle), TPM_RC_SUCCESS) &&
	       step("evidence: TPM2_FlushContext of the EK", tpm_flush(proof.ek.handle), TPM_RC_SUCCESS);
}

static bool report(void)
{
	struct attest_result result;

	if (!step("evidence: memory", attest_start(&proof.attest), true))
		return false;
	attest_default(&proof.attest, 0);
	memcpy(proof.attest.nonce, proof.nonce, sizeof(proof.nonce));
	result = attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)proof.attest.request);
	if (!step("evidence: SINGLE_SERVICE", result.rax, R_SUCCESS) ||
	    !step("evidence: report size", result.report_size, REPORT_BYTES) ||
	    !step("evidence: manifest size", result.manifest_size <= ATTEST_MANIFEST_CAPACITY, true))
		return false;
	proof.manifest_size = (size_t)result.manifest_size;
	return true;
}

static void blob(struct json *json, const char *name, const struct tpm_blob *data)
{
	json_base64(json, name, data->data, data->size);
}

static void write_bundle(struct json *json)
{
	json_open(json, NULL, '{');
	json_string(json, "format", "svsm-evidence");
	json_number(json, "version", 1);
	json_string(json, "collector", "conformance");
	json_base64(json, "nonce", proof.nonce, sizeof(proof.nonce));
	json_base64(json, "report", proof.attest.report, REPORT_BYTES);
	json_null(json, "certificates");
	json_open(json, "manifest", '{');
	json_string(json, "kind", "single-service");
	json_string(json, "service", ATTEST_VTPM_GUID_TEXT);
	json_number(json, "version", 0);
	json_base64(json, "data", proof.attest.manifest, proof.manifest_size);
	json_close(json, '}');
	json_null(json, "selector");
	json_open(json, "eks", '[');
	blob(json, NULL, &proof.ek.public);
	json_close(json, ']');
	blob(json, "ak", &proof.ak.public);
	json_open(json, "ak_binding", '{');
	json_string(json, "method", "activation");
	blob(json, "credential", &proof.credential);
	blob(json, "secret", &proof.secret);
	blob(json, "recovered", &proof.recovered);
	json_close(json, '}');
	json_open(json, "quote", '{');
	blob(json, "attest", &proof.quote);
	blob(json, "signature", &proof.signature);
	json_close(json, '}');
	json_open(json, "pcrs", '[');
	for (uint32_t i = 0; i < QUOTED_PCRS; i++) {
		json_open(json, NULL, '{');
		json_string(json, "bank", "sha256");
		json_number(json, "index", i);
		json_base64(json, "digest", proof.pcr[i], TPM_SHA256_BYTES);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_null(json, "event_log");
	json_close(json, '}');
}

static void put_size(size_t size)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + size % 10);
		size /= 10;
	} while (size != 0);
	link_write(digits + at, sizeof(digits) - at);
}

static void send_bundle(void)
{
	struct json json = {.out = (char *)memory_pages(BUNDLE_PAGES), .capacity = BUNDLE_PAGES * PAGE_BYTES};

	if (!step("evidence: memory", json.out != NULL, true))
		return;
	write_bundle(&json);
	if (!step("evidence: bundle fits", json.failed, false))
		return;
	link_text("evidence ");
	put_size(json.size);
	link_text("\n");
	link_write(json.out, json.size);
	link_text("\nend\n");
	console_printf("note: evidence sent\n");
}

void evidence_run(void)
{
	struct hex_line line;

	if (!link_start() || !link_read_line(&line, WAIT_NONCE_MS)) {
		console_printf("note: nobody asked for evidence on COM2\n");
		return;
	}
	if (step("evidence: nonce received", take_nonce(&line), true) && step("evidence: memory", vtpm_start(), true) &&
	    make_keys() && activate() && quote() && report())
		send_bundle();
	link_drain();
}
