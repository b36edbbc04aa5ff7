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
 * a template of the EK Credential Profile. The randomness is fresh in every call.
 */
bool credential_make(const struct tpm_public *ek, const struct tpm_public *ak, const uint8_t *secret, size_t size,
		     struct credential *out, struct error *error) MUST_CHECK;
void credential_free(struct credential *credential);

/* The parts, for the reverse operation in tests. `hash` is OpenSSL's name; `context` is the two party values joined. */
bool credential_kdfa(const char *hash, const uint8_t *key, size_t key_size, const char *label, const void *context,
		     size_t context_size, uint8_t *out, size_t size) MUST_CHECK;
/* KDFe with the label IDENTITY over three x-coordinates of `size` bytes; as many bytes come out as the hash has. */
bool credential_kdfe(const char *hash, const uint8_t *z, const uint8_t *party_u, const uint8_t *party_v, size_t size,
		     uint8_t *out, size_t out_size) MUST_CHECK;

#endif
