/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Evidence as a bundle. */
#include "evidence_json.h"

#include "abi/svsm.h"

#include <stdlib.h>

static json_t *base64(const struct blob *blob)
{
	char *text = blob->data ? blob_base64(blob->data, blob->size) : NULL;
	json_t *value = text ? json_string(text) : json_null();

	free(text);
	return value;
}

static json_t *manifest_json(const struct evidence *e)
{
	static const uint8_t guid[16] = SVSM_GUID_VTPM;
	char text[MANIFEST_GUID_TEXT_SIZE];
	bool single = e->manifest_kind == MANIFEST_SINGLE_SERVICE;

	if (!e->manifest.data)
		return json_null();
	manifest_guid_text(guid, text);
	return json_pack("{s:s, s:s?, s:I, s:o}", "kind", manifest_kind_name(e->manifest_kind), "service",
			 single ? text : NULL, "version", (json_int_t)e->manifest_version, "data",
			 base64(&e->manifest));
}

static json_t *binding_json(const struct evidence *e)
{
	const char *method = evidence_binding_name(e->binding);

	switch (e->binding) {
	case AK_BINDING_ACTIVATION:
		return json_pack("{s:s, s:o, s:o, s:o}", "method", method, "credential", base64(&e->credential),
				 "secret", base64(&e->secret), "recovered", base64(&e->recovered));
	case AK_BINDING_CERTIFICATION:
		return json_pack("{s:s, s:o, s:o}", "method", method, "attest", base64(&e->certify_attest), "signature",
				 base64(&e->certify_signature));
	case AK_BINDING_MANIFEST:
		return json_pack("{s:s}", "method", method);
	default:
		return json_null();
	}
}

static json_t *eks_json(const struct evidence *e)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < e->ek_count; i++)
		json_array_append_new(list, base64(&e->ek[i]));
	return list;
}

static json_t *quote_json(const struct evidence *e)
{
	if (!e->quote_attest.data)
		return json_null();
	return json_pack("{s:o, s:o}", "attest", base64(&e->quote_attest), "signature", base64(&e->quote_signature));
}

static json_t *pcrs_json(const struct evidence *e)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < e->pcr_count; i++) {
		char *digest = blob_base64(e->pcr[i].digest, e->pcr[i].size);

		json_array_append_new(list, json_pack("{s:s, s:I, s:s?}", "bank", evidence_bank_name(e->pcr[i].bank),
						      "index", (json_int_t)e->pcr[i].index, "digest", digest));
		free(digest);
	}
	return list;
}

json_t *evidence_json(const struct evidence *e)
{
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
			 "svsm-evidence", "version", 1, "collector", e->collector, "nonce", base64(&e->nonce), "report",
			 base64(&e->report), "certificates", base64(&e->certificates), "manifest", manifest_json(e),
			 "selector", e->has_selector ? base64(&e->selector) : json_null(), "eks", eks_json(e), "ak",
			 base64(&e->ak), "ak_binding", binding_json(e), "quote", quote_json(e), "pcrs", pcrs_json(e),
			 "event_log", e->has_event_log ? base64(&e->event_log) : json_null());
}
