/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"

#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "console.h"
#include "evidence_bundle.h"
#include "freestanding_string.h"
#include "hex.h"
#include "keys.h"
#include "link.h"
#include "memory.h"
#include "tpm_wire.h"
#include "vtpm.h"

#define WAIT_NONCE_MS 20000u
#define WAIT_CREDENTIAL_MS 60000u
#define BUNDLE_PAGES 8u
#define EVENT_PCR 8u
#define ATTRIBUTES_AT 4u /* in a TPMT_PUBLIC */
#define ATTRIBUTE_USER_WITH_AUTH 0x40u
#define ATTRIBUTE_DECRYPT 0x20000u

/* What this guest adds to PCR 8: SHA-256 of the word "conformance" */
static const uint8_t event[TPM_SHA256_BYTES] = {0x6c, 0x1d, 0x6c, 0xed, 0xf2, 0x76, 0xea, 0x3f, 0xd7, 0x48, 0x6a,
						0x21, 0x2f, 0xd6, 0x2b, 0x32, 0xfb, 0xb9, 0xec, 0xaa, 0x4d, 0xea,
						0x70, 0x54, 0x54, 0x86, 0x73, 0x71, 0x99, 0xdd, 0x24, 0xed};

static struct proof proof;

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

/* The request for evidence says in which form: docs/contracts.md, section 5. */
static bool take_request(struct hex_line *line)
{
	struct tpm_blob *selector = &proof.selector, *template = &proof.ek_template;
	size_t size;

	key_template(&key_specs[KEY_DEFAULT_EK], 0, template);
	proof.form = hex_take_word(line, "nonce")      ? EVIDENCE_KEY
		     : hex_take_word(line, "list")     ? EVIDENCE_LIST
		     : hex_take_word(line, "selector") ? EVIDENCE_SELECTED
						       : EVIDENCE_NONE;
	if (proof.form == EVIDENCE_NONE || !hex_take_field(line, proof.nonce, sizeof(proof.nonce), &size) ||
	    size != sizeof(proof.nonce))
		return false;
	if (proof.form == EVIDENCE_LIST &&
	    !hex_take_field(line, template->data, sizeof(template->data), &template->size))
		return false;
	if (proof.form == EVIDENCE_SELECTED) {
		if (!hex_take_field(line, selector->data, sizeof(selector->data), &selector->size) ||
		    selector->size <= SELECTOR_TEMPLATE)
			return false;
		template->size = selector->size - SELECTOR_TEMPLATE;
		memcpy(template->data, selector->data + SELECTOR_TEMPLATE, template->size);
	}
	return hex_at_end(line) && template->size > ATTRIBUTES_AT + 4;
}

static uint32_t attributes(void)
{
	struct tpm_reader reader = {.at = proof.ek_template.data + ATTRIBUTES_AT, .left = 4};

	return tpm_get(&reader, 4);
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

/* A key that decrypts is the EK, beside an AK; one that signs is the AK itself and needs no other. */
static bool make_keys(void)
{
	proof.has_ek = (attributes() & ATTRIBUTE_DECRYPT) != 0;
	proof.ak_template = proof.ek_template;
	if (proof.has_ek) {
		key_template(&key_specs[KEY_SIGNING_ECC], 0, &proof.ak_template);
		if (!step("evidence: TPM2_CreatePrimary of the EK", tpm_create_primary(&proof.ek_template, &proof.ek),
			  TPM_RC_SUCCESS))
			return false;
	}
	return step("evidence: TPM2_CreatePrimary of the AK", tpm_create_primary(&proof.ak_template, &proof.ak),
		    TPM_RC_SUCCESS);
}

static bool activate(void)
{
	bool with_policy = (attributes() & ATTRIBUTE_USER_WITH_AUTH) == 0;
	struct hex_line line;

	if (!proof.has_ek)
		return true;
	link_hex("ek", proof.ek.public.data, proof.ek.public.size);
	link_hex("ak", proof.ak.public.data, proof.ak.public.size);
	return step("evidence: credential received", link_read_line(&line, WAIT_CREDENTIAL_MS), true) &&
	       step("evidence: credential well-formed", take_credential(&line), true) &&
	       step("evidence: TPM2_ActivateCredential",
		    tpm_activate(proof.ak.handle, proof.ek.handle, with_policy, &proof.credential, &proof.secret,
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
	       (!proof.has_ek ||
		step("evidence: TPM2_FlushContext of the EK", tpm_flush(proof.ek.handle), TPM_RC_SUCCESS));
}

static bool report(void)
{
	uint32_t function = proof.form == EVIDENCE_SELECTED ? ATTEST_SINGLE_SERVICE_EX : ATTEST_SINGLE_SERVICE;
	uint8_t *selector = memory_pages(1);
	struct attest_result result;

	if (!step("evidence: memory", selector != NULL && attest_start(&proof.attest), true))
		return false;
	attest_default(&proof.attest, 0);
	memcpy(proof.attest.nonce, proof.nonce, sizeof(proof.nonce));
	if (proof.form == EVIDENCE_LIST)
		bytes_put(proof.attest.request + ATT_MANIFEST_VERSION, 4, 1);
	memcpy(selector, proof.selector.data, proof.selector.size);
	if (proof.form == EVIDENCE_SELECTED)
		attest_select(&proof.attest, (uint64_t)selector, (uint32_t)proof.selector.size);
	result = attest_call(function, (uint64_t)proof.attest.request);
	if (!step("evidence: report and manifest", result.rax, R_SUCCESS) ||
	    !step("evidence: report size", result.report_size, REPORT_BYTES) ||
	    !step("evidence: manifest size", result.manifest_size <= ATTEST_MANIFEST_CAPACITY, true))
		return false;
	proof.manifest_size = (size_t)result.manifest_size;
	return true;
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
	evidence_bundle_write(&proof, &json);
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
	if (step("evidence: request received", take_request(&line), true) &&
	    step("evidence: memory", vtpm_start(), true) && make_keys() && activate() && quote() && report())
		send_bundle();
	link_drain();
}
