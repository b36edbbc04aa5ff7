/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* TPM2_MakeCredential without a TPM (TCG TPM 2.0 Library part 1, section 24). */
#ifndef SVSM_ATTEST_CREDENTIAL_H
#define SVSM_ATTEST_CREDENTIAL_H

#include "tpm_public.h"

struct credential {
	struct blob id_object;	      /* TPM2B_ID_OBJECT, marshalled */
	struct blob encrypted_secret; /* TPM2B_ENCRYPTED_SECRET, marshalled */
};

/*
 * Protects `secret` so that only a TPM that holds `ek` and an object named like `ak` gives it back. The EK must follow
 * template L-1 or L-2. The randomness is fresh in every call.
 */
bool credential_make(const struct tpm_public *ek, const struct tpm_public *ak, const uint8_t *secret, size_t size,
		     struct credential *out, struct error *error) MUST_CHECK;
void credential_free(struct credential *credential);

/* The parts, for the reverse operation in tests. KDFa with SHA-256; `context` is the two party values joined. */
bool credential_kdfa(const uint8_t *key, size_t key_size, const char *label, const void *context, size_t context_size,
		     uint8_t *out, size_t size) MUST_CHECK;
/* KDFe with SHA-256 and the label IDENTITY over the x-coordinates of a P-256 exchange, 32 bytes each */
bool credential_kdfe(const uint8_t z[32], const uint8_t party_u[32], const uint8_t party_v[32],
		     uint8_t out[32]) MUST_CHECK;

#endif
