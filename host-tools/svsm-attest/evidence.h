/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The evidence bundle (docs/contracts.md section 6, docs/schemas/svsm-evidence.schema.json). */
#ifndef SVSM_ATTEST_EVIDENCE_H
#define SVSM_ATTEST_EVIDENCE_H

#include "manifest.h"
#include "report.h"

#define EVIDENCE_FILE_MAX (4u << 20)
#define EVIDENCE_NONCE_SIZE 64u
#define EVIDENCE_PCR_COUNT 24u
#define EVIDENCE_PCRS_MAX (3u * EVIDENCE_PCR_COUNT)
#define EVIDENCE_LOG_MAX (1u << 20)

struct evidence_pcr {
	TPMI_ALG_HASH bank;
	uint32_t index;
	uint8_t digest[64];
	size_t size;
};

struct evidence {
	char collector[65];
	struct blob nonce;
	struct report report;
	struct blob certificates; /* host's table, or empty; a hint this version does not use */
	enum manifest_kind manifest_kind;
	uint32_t manifest_version;
	struct blob manifest_bytes;
	struct manifest manifest;
	struct blob selector; /* empty when there is none */
	bool has_selector;
	struct tpm_public ek[MANIFEST_EKS_MAX];
	size_t ek_count;
	struct tpm_public ak;
	struct blob credential, secret; /* what the collector was given */
	struct blob recovered;		/* credential value from TPM2_ActivateCredential, without a size in front */
	struct blob quote_attest, quote_signature;
	struct evidence_pcr pcr[EVIDENCE_PCRS_MAX];
	size_t pcr_count;
	bool has_event_log;
	struct blob event_log;
};

/* Parses bundle, report, manifest and keys: form only, nothing is believed yet. Free `out` in any case. */
bool evidence_parse(struct evidence *out, const char *name, const struct blob *bytes, struct error *error) MUST_CHECK;
void evidence_free(struct evidence *evidence);

/* "sha256" and so on; 0 for a bank this program does not take */
TPMI_ALG_HASH evidence_bank(const char *name);

#endif
