/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What a prover hands over, as bytes: from the evidence bundle (docs/contracts.md section 6,
 * docs/schemas/svsm-evidence.schema.json) or from separate files. Parts it does not have are empty.
 */
#ifndef SVSM_ATTEST_EVIDENCE_H
#define SVSM_ATTEST_EVIDENCE_H

#include "manifest.h"

#define EVIDENCE_FILE_MAX (4u << 20)
#define EVIDENCE_NONCE_SIZE 64u
#define EVIDENCE_PCR_COUNT 24u
#define EVIDENCE_PCRS_MAX (3u * EVIDENCE_PCR_COUNT)
#define EVIDENCE_LOG_MAX (1u << 20)
#define EVIDENCE_TPM_BLOB_MAX 2048u

struct evidence_pcr {
	TPMI_ALG_HASH bank;
	uint32_t index;
	uint8_t digest[64];
	size_t size;
};

/* How the prover shows that the AK lives in the TPM of the manifest's EK */
enum ak_binding {
	AK_BINDING_NONE = 0,
	AK_BINDING_ACTIVATION,	  /* TPM2_ActivateCredential with the EK */
	AK_BINDING_CERTIFICATION, /* TPM2_Certify by a signing key that stands in the manifest */
	AK_BINDING_MANIFEST,	  /* the AK itself stands in the manifest */
};
const char *evidence_binding_name(enum ak_binding binding);

struct evidence {
	char collector[65];
	bool is_files; /* separate files, which say nothing about themselves */
	struct blob nonce;
	struct blob report;
	struct blob certificates; /* the host's table */
	/* What a bundle takes its manifest for; only compared with what is asked for */
	enum manifest_kind manifest_kind;
	uint32_t manifest_version;
	struct blob manifest;
	bool has_selector;
	struct blob selector;
	struct blob ek[MANIFEST_EKS_MAX];
	size_t ek_count;
	struct blob ak;
	enum ak_binding binding;
	struct blob credential, secret; /* what the collector was given */
	struct blob recovered;		/* credential value from TPM2_ActivateCredential, without a size in front */
	struct blob certify_attest, certify_signature;
	struct blob quote_attest, quote_signature;
	struct evidence_pcr pcr[EVIDENCE_PCRS_MAX];
	size_t pcr_count;
	bool has_event_log;
	struct blob event_log;
};

/* Reads a bundle: its form only, the parts stay bytes. Free `out` in any case. */
bool evidence_parse(struct evidence *out, const char *name, const struct blob *bytes, struct error *error) MUST_CHECK;
void evidence_free(struct evidence *evidence);

/* "sha256" and so on; 0 for a bank this program does not take */
TPMI_ALG_HASH evidence_bank(const char *name);
const char *evidence_bank_name(TPMI_ALG_HASH bank);
size_t evidence_bank_size(TPMI_ALG_HASH bank);

/* The listed value of a PCR; NULL when it is not listed */
const struct evidence_pcr *evidence_pcr(const struct evidence *evidence, TPMI_ALG_HASH bank, uint32_t index);

#endif
