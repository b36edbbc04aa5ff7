/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"

#include "abi/snp.h"
#include "json_read.h"

#include <stdio.h>
#include <string.h>

#define CERTIFICATES_MAX 65536u
#define SELECTOR_MAX 65543u
#define RECOVERED_MAX 64u
#define BUNDLE_REPORT_MAX 4096u

static const char *const binding_names[] = {
	[AK_BINDING_NONE] = "none",
	[AK_BINDING_ACTIVATION] = "activation",
	[AK_BINDING_CERTIFICATION] = "certification",
	[AK_BINDING_MANIFEST] = "manifest",
};

const char *evidence_binding_name(enum ak_binding binding)
{
	return binding_names[binding];
}

TPMI_ALG_HASH evidence_bank(const char *name)
{
	return strcmp(name, "sha256") == 0   ? TPM2_ALG_SHA256
	       : strcmp(name, "sha384") == 0 ? TPM2_ALG_SHA384
	       : strcmp(name, "sha512") == 0 ? TPM2_ALG_SHA512
					     : 0;
}

const char *evidence_bank_name(TPMI_ALG_HASH bank)
{
	return bank == TPM2_ALG_SHA256 ? "sha256" : bank == TPM2_ALG_SHA384 ? "sha384" : "sha512";
}

size_t evidence_bank_size(TPMI_ALG_HASH bank)
{
	return bank == TPM2_ALG_SHA256 ? 32 : bank == TPM2_ALG_SHA384 ? 48 : 64;
}

const struct evidence_pcr *evidence_pcr(const struct evidence *evidence, TPMI_ALG_HASH bank, uint32_t index)
{
	for (size_t i = 0; i < evidence->pcr_count; i++) {
		if (evidence->pcr[i].bank == bank && evidence->pcr[i].index == index)
			return &evidence->pcr[i];
	}
	return NULL;
}

static bool is_null(const json_t *object, const char *key)
{
	return json_is_null(json_object_get(object, key));
}

/* Null or base64 */
static bool optional_blob(const json_t *object, const char *key, size_t max, struct blob *out, struct error *error)
{
	return is_null(object, key) || json_read_blob(object, "evidence", key, 0, max, out, error);
}

static bool parse_manifest(struct evidence *out, const json_t *object, struct error *error)
{
	const char *kind, *service;
	uint64_t version;

	if (json_is_null(object))
		return true;
	if (!json_read_shape(object, "manifest", "kind service version data", "", error) ||
	    !json_read_string(object, "manifest", "kind", &kind, error) ||
	    !json_read_number(object, "manifest", "version", UINT32_MAX, &version, error) ||
	    !json_read_blob(object, "manifest", "data", 1, MANIFEST_MAX, &out->manifest, error))
		return false;
	out->manifest_version = (uint32_t)version;
	service = json_string_value(json_object_get(object, "service"));
	if (strcmp(kind, "services") == 0) {
		out->manifest_kind = MANIFEST_SERVICES;
		return is_null(object, "service") ||
		       error_refuse(error, "manifest: field 'service' must be null for kind \"services\"");
	}
	if (strcmp(kind, "single-service") != 0)
		return error_refuse(error, "manifest: field 'kind' must be \"services\" or \"single-service\"");
	out->manifest_kind = MANIFEST_SINGLE_SERVICE;
	return (service && manifest_guid_is_vtpm(service)) ||
	       error_refuse(error, "manifest: field 'service' must be the vTPM service's GUID");
}

static bool parse_keys(struct evidence *out, const json_t *object, struct error *error)
{
	const json_t *eks;

	if (!json_read_array(object, "evidence", "eks", MANIFEST_EKS_MAX, &eks, error))
		return false;
	for (size_t i = 0; i < json_array_size(eks); i++) {
		const char *text = json_string_value(json_array_get(eks, i));

		if (!text || !blob_from_base64(&out->ek[i], text, TPM_PUBLIC_MAX))
			return error_refuse(error, "eks[%zu]: must be canonical base64 of a TPMT_PUBLIC", i);
		out->ek_count++;
	}
	return is_null(object, "ak") || json_read_blob(object, "evidence", "ak", 1, TPM_PUBLIC_MAX, &out->ak, error);
}

static bool parse_binding(struct evidence *out, const json_t *object, struct error *error)
{
	static const char where[] = "ak_binding";
	const char *method;

	if (json_is_null(object))
		return true;
	if (!json_is_object(object))
		return error_refuse(error, "%s: must be an object or null", where);
	if (!json_read_string(object, where, "method", &method, error))
		return false;
	if (strcmp(method, "manifest") == 0) {
		out->binding = AK_BINDING_MANIFEST;
		return json_read_shape(object, where, "method", "", error);
	}
	if (strcmp(method, "certification") == 0) {
		out->binding = AK_BINDING_CERTIFICATION;
		return json_read_shape(object, where, "method attest signature", "", error) &&
		       json_read_blob(object, where, "attest", 1, EVIDENCE_TPM_BLOB_MAX, &out->certify_attest, error) &&
		       json_read_blob(object, where, "signature", 1, EVIDENCE_TPM_BLOB_MAX, &out->certify_signature,
				      error);
	}
	if (strcmp(method, "activation") != 0)
		return error_refuse(
			error, "%s: field 'method' must be \"activation\", \"certification\" or \"manifest\"", where);
	out->binding = AK_BINDING_ACTIVATION;
	return json_read_shape(object, where, "method credential secret recovered", "", error) &&
	       json_read_blob(object, where, "credential", 1, EVIDENCE_TPM_BLOB_MAX, &out->credential, error) &&
	       json_read_blob(object, where, "secret", 1, EVIDENCE_TPM_BLOB_MAX, &out->secret, error) &&
	       json_read_blob(object, where, "recovered", 1, RECOVERED_MAX, &out->recovered, error);
}

static bool parse_quote(struct evidence *out, const json_t *object, struct error *error)
{
	if (json_is_null(object))
		return true;
	return json_read_shape(object, "quote", "attest signature", "", error) &&
	       json_read_blob(object, "quote", "attest", 1, EVIDENCE_TPM_BLOB_MAX, &out->quote_attest, error) &&
	       json_read_blob(object, "quote", "signature", 1, EVIDENCE_TPM_BLOB_MAX, &out->quote_signature, error);
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
	out->size = evidence_bank_size(out->bank);
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
	const char *collector;

	if (!json_read_shape(object, name,
			     "format version collector nonce report certificates manifest selector eks ak ak_binding "
			     "quote pcrs event_log",
			     "", error) ||
	    !json_read_format(object, name, "svsm-evidence", error) ||
	    !json_read_string(object, name, "collector", &collector, error))
		return false;
	snprintf(out->collector, sizeof(out->collector), "%s", collector);
	error_printable(out->collector);
	out->has_selector = !is_null(object, "selector");
	out->has_event_log = !is_null(object, "event_log");
	return json_read_blob(object, name, "nonce", EVIDENCE_NONCE_SIZE, EVIDENCE_NONCE_SIZE, &out->nonce, error) &&
	       json_read_blob(object, name, "report", 0, BUNDLE_REPORT_MAX, &out->report, error) &&
	       optional_blob(object, "certificates", CERTIFICATES_MAX, &out->certificates, error) &&
	       parse_manifest(out, json_object_get(object, "manifest"), error) &&
	       optional_blob(object, "selector", SELECTOR_MAX, &out->selector, error) &&
	       parse_keys(out, object, error) && parse_binding(out, json_object_get(object, "ak_binding"), error) &&
	       parse_quote(out, json_object_get(object, "quote"), error) && parse_pcrs(out, object, error) &&
	       optional_blob(object, "event_log", EVIDENCE_LOG_MAX, &out->event_log, error);
}

bool evidence_parse(struct evidence *out, const char *name, const struct blob *bytes, struct error *error)
{
	json_t *document = NULL;
	bool ok;

	memset(out, 0, sizeof(*out));
	if (bytes->size == SNP_REPORT_SIZE && bytes->data[0] != '{')
		return error_refuse(error, "%s: no bundle; an attestation report alone is given by --report", name);
	if (bytes->size > EVIDENCE_FILE_MAX)
		return error_refuse(error, "%s: larger than %u bytes", name, EVIDENCE_FILE_MAX);
	ok = json_read_bytes(name, bytes, &document, error) && parse_document(out, name, document, error);
	json_decref(document);
	return ok;
}

void evidence_free(struct evidence *evidence)
{
	struct blob *const blobs[] = {
		&evidence->nonce,
		&evidence->report,
		&evidence->certificates,
		&evidence->manifest,
		&evidence->selector,
		&evidence->ak,
		&evidence->credential,
		&evidence->secret,
		&evidence->recovered,
		&evidence->certify_attest,
		&evidence->certify_signature,
		&evidence->quote_attest,
		&evidence->quote_signature,
		&evidence->event_log,
	};

	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++)
		blob_free(blobs[i]);
	for (size_t i = 0; i < evidence->ek_count; i++)
		blob_free(&evidence->ek[i]);
	evidence->ek_count = 0;
}
