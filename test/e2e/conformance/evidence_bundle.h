/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The evidence bundle this guest gives (docs/contracts.md, section 6), in one of three forms. */
#ifndef CONFORMANCE_EVIDENCE_BUNDLE_H
#define CONFORMANCE_EVIDENCE_BUNDLE_H

#include "abi.h"
#include "attest.h"
#include "json.h"
#include "tpm_key.h"

#define QUOTED_PCRS 10u

enum evidence_form {
	EVIDENCE_NONE,
	EVIDENCE_KEY,	   /* manifest version 0 */
	EVIDENCE_LIST,	   /* manifest version 1 */
	EVIDENCE_SELECTED, /* the key of a selector */
};

/* All that goes into the bundle */
struct proof {
	enum evidence_form form;
	uint8_t nonce[ATT_NONCE_BYTES];
	struct tpm_blob selector;
	struct tpm_blob ek_template, ak_template;
	bool has_ek; /* else the AK itself is attested */
	struct tpm_key ek, ak;
	struct tpm_blob credential, secret, recovered, quote, signature;
	uint8_t pcr[QUOTED_PCRS][TPM_SHA256_BYTES];
	struct attest attest;
	size_t manifest_size;
};

void evidence_bundle_write(const struct proof *proof, struct json *json);

#endif
