/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"

#include "json_read.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define CERTIFICATES_MAX 65536u
#define SELECTOR_MAX 4096u
#define TPM_BLOB_MAX 2048u
#define RECOVERED_MAX 64u

TPMI_ALG_HASH evidence_bank(const char *name)
{
	return strcmp(name, "sha256") == 0   ? TPM2_ALG_SHA256
	       : strcmp(name, "sha384") == 0 ? TPM2_ALG_SHA384
	       : strcmp(name, "sha512") == 0 ? TPM2_ALG_SHA512
					     : 0;
}

static size_t bank_bytes(TPMI_ALG_HASH bank)
{
	return bank == TPM2_ALG_SHA256 ? 32 : bank == TPM2_ALG_SHA384 ? 48 : 64;
}

/* Null or base64; `present` may be NULL. */
static bool optional_blob(const json_t *object, const char *key, size_t max, struct blob *out, bool *present,
			  struct error *error)
{
	bool given = !json_is_null(json_object_get(object, key));

	if (present)
		*present = given;
	return !given || json_read_blob(object, "evidence", key, 0, max, out, error);
}

static bool parse_manifest(struct evidence *out, const json_t *object, struct error *error)
{
	const char *kind, *service;
	uint64_t version;

	if (!json_read_shape(object, "manifest", "kind service version data", "", error) ||
	    !json_read_string(object, "manifest", "kind", &kind, error) ||
	    !json_read_number(object, "manifest", "version", UINT32_MAX, &version, error) ||
	    !json_read_blob(object, "manifest", "data", 1, MANIFEST_MAX, &out->manifest_bytes, error))
		return false;
	out->manifest_version = (uint32_t)version;
	service = json_string_value(json_object_get(object, "service"));
	if (strcmp(kind, "services") == 0) {
		out->manifest_kind = MANIFEST_SERVICES;
		if (!json_is_null(json_object_get(object, "service")))
			return error_refuse(error, "manifest: field 'service' must be null for kind \"services\"");
	} else if (strcmp(kind, "single-service") == 0) {
		out->manifest_kind = MANIFEST_SINGLE_SERVICE;
		if (!service || !manifest_guid_is_vtpm(service))
			return error_refuse(error, "manifest: field 'service' must be the vTPM service's GUID");
	} else {
		return error_refuse(error, "manifest: field 'kind' must be \"services\" or \"single-service\"");
	}
	if (!manifest_parse(&out->manifest, out->manifest_kind, out->manifest_bytes.data, out->manifest_bytes.size,
			    error))
		return false;
	if (out->manifest_kind == MANIFEST_SINGLE_SERVICE && out->manifest.vtpm_version != out->manifest_version)
		return error_refuse(error, "manifest: said to be version %u, but its bytes are version %u",
				    out->manifest_version, out->manifest.vtpm_version);
	return true;
}

static bool parse_keys(struct evidence *out, const json_t *object, struct error *error)
{
	const json_t *eks;
	struct blob bytes;
	bool ok;

	if (!json_read_array(object, "evidence", "eks", MANIFEST_EKS_MAX, &eks, error))
		return false;
	if (json_array_size(eks) == 0)
		return error_refuse(error, "evidence: field 'eks' must name at least one key");
	for (size_t i = 0; i < json_array_size(eks); i++) {
		const char *text = json_string_value(json_array_get(eks, i));
		char where[48];

		snprintf(where, sizeof(where), "eks[%zu]", i);
		if (!text || !blob_from_base64(&bytes, text, TPM_PUBLIC_MAX))
			return error_refuse(error, "%s: must be canonical base64 of a TPMT_PUBLIC", where);
		ok = tpm_public_parse(&out->ek[i], where, bytes.data, bytes.size, error);
		blob_free(&bytes);
		if (!ok)
			return false;
		out->ek_count++;
	}
	if (!json_read_blob(object, "evidence", "ak", 1, TPM_PUBLIC_MAX, &bytes, error))
		return false;
	ok = tpm_public_parse(&out->ak, "ak", bytes.data, bytes.size, error);
	blob_free(&bytes);
	return ok;
}

static bool parse_binding(struct evidence *out, const json_t *object, struct error *error)
{
	static const char where[] = "ak_binding";
	const char *method;

	if (!json_read_shape(object, where, "method credential secret recovered", "", error) ||
	    !json_read_string(object, where, "method", &method, error))
		return false;
	if (strcmp(method, "activation") != 0)
		return error_refuse(error, "%s: field 'method' must be \"activation\"", where);
	return json_read_blob(object, where, "credential", 1, TPM_BLOB_MAX, &out->credential, error) &&
	       json_read_blob(object, where, "secret", 1, TPM_BLOB_MAX, &out->secret, error) &&
	       json_read_blob(object, where, "recovered", 1, RECOVERED_MAX, &out->recovered, error);
}

static bool parse_quote(struct evidence *out, const json_t *object, struct error *error)
{
	return json_read_shape(object, "quote", "attest signature", "", error) &&
	       json_read_blob(object, "quote", "attest", 1, TPM_BLOB_MAX, &out->quote_attest, error) &&
	       json_read_blob(object, "quote", "signature", 1, TPM_BLOB_MAX, &out->quote_signature, error);
}

static bool parse_pcr(struct evidence_pcr *out, const json_t *object, const char *where, struct error *error)
{
	struct blob digest;
	const char *bank;
	uint64_t index;

	if (!json_read_shape(object, where, "bank index digest", "", error) ||
	    !json_read_string(object, where, "bank", &bank, error) ||
	    !json_read_number(object, where, "index", EVIDENCE_PCR_COUNT - 1, &index, error))
		return false;
	out->bank = evidence_bank(bank);
	if (out->bank == 0)
		return error_refuse(error, "%s: field 'bank' must be \"sha256\", \"sha384\" or \"sha512\"", where);
	out->index = (uint32_t)index;
	out->size = bank_bytes(out->bank);
	if (!json_read_blob(object, where, "digest", out->size, out->size, &digest, error))
		return false;
	memcpy(out->digest, digest.data, out->size);
	blob_free(&digest);
	return true;
}

static bool parse_pcrs(struct evidence *out, const json_t *object, struct error *error)
{
	const json_t *list;

	if (!json_read_array(object, "evidence", "pcrs", EVIDENCE_PCRS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct evidence_pcr *pcr = &out->pcr[i];
		char where[48];

		snprintf(where, sizeof(where), "pcrs[%zu]", i);
		if (!parse_pcr(pcr, json_array_get(list, i), where, error))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (out->pcr[j].bank == pcr->bank && out->pcr[j].index == pcr->index)
				return error_refuse(error, "%s: PCR %u is there twice", where, pcr->index);
		}
		out->pcr_count++;
	}
	return true;
}

static bool parse_document(struct evidence *out, const char *name, const json_t *object, struct error *error)
{
	struct blob report;
	const char *collector;
	bool ok;

	if (!json_read_shape(object, name,
			     "format version collector nonce report certificates manifest selector eks ak ak_binding "
			     "quote pcrs event_log",
			     "", error) ||
	    !json_read_format(object, name, "svsm-evidence", error) ||
	    !json_read_string(object, name, "collector", &collector, error))
		return false;
	snprintf(out->collector, sizeof(out->collector), "%s", collector);
	error_printable(out->collector);
	if (!json_read_blob(object, name, "nonce", EVIDENCE_NONCE_SIZE, EVIDENCE_NONCE_SIZE, &out->nonce, error) ||
	    !json_read_blob(object, name, "report", SNP_REPORT_SIZE, SNP_REPORT_SIZE, &report, error))
		return false;
	ok = report_parse(report.data, report.size, &out->report, error);
	blob_free(&report);
	return ok && optional_blob(object, "certificates", CERTIFICATES_MAX, &out->certificates, NULL, error) &&
	       parse_manifest(out, json_object_get(object, "manifest"), error) &&
	       optional_blob(object, "selector", SELECTOR_MAX, &out->selector, &out->has_selector, error) &&
	       parse_keys(out, object, error) && parse_binding(out, json_object_get(object, "ak_binding"), error) &&
	       parse_quote(out, json_object_get(object, "quote"), error) && parse_pcrs(out, object, error) &&
	       optional_blob(object, "event_log", EVIDENCE_LOG_MAX, &out->event_log, &out->has_event_log, error);
}

bool evidence_parse(struct evidence *out, const char *name, const struct blob *bytes, struct error *error)
{
	json_t *document = NULL;
	bool ok;

	memset(out, 0, sizeof(*out));
	if (bytes->size > EVIDENCE_FILE_MAX)
		return error_refuse(error, "%s: larger than %u bytes", name, EVIDENCE_FILE_MAX);
	ok = json_read_bytes(name, bytes, &document, error) && parse_document(out, name, document, error);
	json_decref(document);
	return ok;
}

void evidence_free(struct evidence *evidence)
{
	struct blob *const blobs[] = {
		&evidence->nonce,	    &evidence->certificates, &evidence->manifest_bytes, &evidence->selector,
		&evidence->credential,	    &evidence->secret,	     &evidence->recovered,	&evidence->quote_attest,
		&evidence->quote_signature, &evidence->event_log,
	};

	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++)
		blob_free(blobs[i]);
	manifest_free(&evidence->manifest);
	for (size_t i = 0; i < evidence->ek_count; i++)
		tpm_public_free(&evidence->ek[i]);
	evidence->ek_count = 0;
	tpm_public_free(&evidence->ak);
}
