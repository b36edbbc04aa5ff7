/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* TPM2_Quote's result (TCG TPM 2.0 Library part 2, 10.12.8 and part 3, 18.4) */
#ifndef SVSM_ATTEST_QUOTE_H
#define SVSM_ATTEST_QUOTE_H

#include "evidence.h"

/* What a quote must show, chosen by the relying party */
struct quote_expectation {
	const uint8_t *nonce; /* extraData */
	size_t nonce_size;
	TPMI_ALG_HASH bank;
	uint32_t pcrs; /* bit n: PCR n */
};

/*
 * Magic, type, extraData, signature by the AK, PCR selection, and that the listed PCR values are exactly those that
 * were signed. The AK must have passed tpm_public_is_ak().
 */
bool quote_verify(const struct evidence *evidence, const struct quote_expectation *expected,
		  struct error *error) MUST_CHECK;

/* The listed value of a PCR; NULL when it is not listed */
const struct evidence_pcr *quote_pcr(const struct evidence *evidence, TPMI_ALG_HASH bank, uint32_t index);

#endif
