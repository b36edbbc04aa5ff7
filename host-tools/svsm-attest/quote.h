/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What a TPM states and signs (TCG TPM 2.0 Library part 2, 10.12.8 and part 3, 18) */
#ifndef SVSM_ATTEST_QUOTE_H
#define SVSM_ATTEST_QUOTE_H

#include "evidence.h"
#include "finding.h"

/* All bytes must be used, and marshalling must give them back. Magic and type are the caller's to judge. */
bool quote_parse_attest(const struct blob *bytes, TPMS_ATTEST *out, struct error *error) MUST_CHECK;

/* TPMT_SIGNATURE over `attest` by a key that has passed tpm_public_is_ak(), under its own scheme and hash */
bool quote_check_signature(const struct tpm_public *key, const struct blob *attest, const struct blob *signature,
			   struct error *error) MUST_CHECK;

/* What a quote must show, chosen by the relying party */
struct quote_expectation {
	const uint8_t *nonce; /* extraData, EVIDENCE_NONCE_SIZE bytes; NULL: not judged */
	bool any_selection;   /* the next two are not judged */
	TPMI_ALG_HASH bank;
	uint32_t pcrs; /* bit n: PCR n */
};

/* Magic, type, extraData, signature by the AK, PCR selection, and that the listed values are those that were signed */
void quote_check(const struct evidence *evidence, const struct tpm_public *ak, const struct quote_expectation *expected,
		 struct findings *findings);

#endif
