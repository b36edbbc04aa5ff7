/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence_bundle.h"

static void blob(struct json *json, const char *name, const struct tpm_blob *data)
{
	json_base64(json, name, data->data, data->size);
}

void evidence_bundle_write(const struct proof *proof, struct json *json)
{
	json_open(json, NULL, '{');
	json_string(json, "format", "svsm-evidence");
	json_number(json, "version", 1);
	json_string(json, "collector", "conformance");
	json_base64(json, "nonce", proof->nonce, sizeof(proof->nonce));
	json_base64(json, "report", proof->attest.report, REPORT_BYTES);
	json_null(json, "certificates");
	json_open(json, "manifest", '{');
	json_string(json, "kind", "single-service");
	json_string(json, "service", ATTEST_VTPM_GUID_TEXT);
	json_number(json, "version", proof->form == EVIDENCE_LIST ? 1 : 0);
	json_base64(json, "data", proof->attest.manifest, proof->manifest_size);
	json_close(json, '}');
	if (proof->form == EVIDENCE_SELECTED)
		blob(json, "selector", &proof->selector);
	else
		json_null(json, "selector");
	json_open(json, "eks", '[');
	if (proof->has_ek)
		blob(json, NULL, &proof->ek.public);
	json_close(json, ']');
	blob(json, "ak", &proof->ak.public);
	json_open(json, "ak_binding", '{');
	json_string(json, "method", proof->has_ek ? "activation" : "manifest");
	if (proof->has_ek) {
		blob(json, "credential", &proof->credential);
		blob(json, "secret", &proof->secret);
		blob(json, "recovered", &proof->recovered);
	}
	json_close(json, '}');
	json_open(json, "quote", '{');
	blob(json, "attest", &proof->quote);
	blob(json, "signature", &proof->signature);
	json_close(json, '}');
	json_open(json, "pcrs", '[');
	for (uint32_t i = 0; i < QUOTED_PCRS; i++) {
		json_open(json, NULL, '{');
		json_string(json, "bank", "sha256");
		json_number(json, "index", i);
		json_base64(json, "digest", proof->pcr[i], TPM_SHA256_BYTES);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_null(json, "event_log");
	json_close(json, '}');
}
