/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* TPMT_PUBLIC (TCG TPM 2.0 Library part 2, 12.2.4) and what is derived from it. */
#ifndef SVSM_ATTEST_TPM_PUBLIC_H
#define SVSM_ATTEST_TPM_PUBLIC_H

#include "blob.h"

#include <openssl/evp.h>
#include <tss2/tss2_tpm2_types.h>

#define TPM_PUBLIC_MAX sizeof(TPMT_PUBLIC)
#define TPM_NAME_MAX (2u + 64u)

struct tpm_public {
	TPMT_PUBLIC area;
	struct blob bytes; /* as received, which is also as marshalled */
	EVP_PKEY *key;	   /* RSA of 2048 bits or more, or ECC on P-256, P-384 or P-521 with a point on the curve */
	uint8_t name[TPM_NAME_MAX];
	size_t name_size;
};

/* All bytes must be used, and marshalling must give them back. `what` names the key in messages: "the EK". */
bool tpm_public_parse(struct tpm_public *out, const char *what, const uint8_t *bytes, size_t size,
		      struct error *error) MUST_CHECK;
void tpm_public_free(struct tpm_public *key);

/* OpenSSL's name of a TPM hash algorithm this program takes (SHA-256, SHA-384, SHA-512); NULL for others */
const char *tpm_hash_name(TPMI_ALG_HASH algorithm);

/* Curves this program takes */
struct tpm_curve {
	TPMI_ECC_CURVE id;
	const char *name; /* OpenSSL's and everybody's */
	size_t size;	  /* bytes of a coordinate */
};
/* NULL for another curve */
const struct tpm_curve *tpm_curve_find(TPMI_ECC_CURVE id);
#define TPM_COORDINATE_MAX 66u

/* EK templates of the TCG EK Credential Profile 2.6, as key_template_profile_name() counts them, plus 1 */
enum tpm_ek_profile {
	TPM_EK_NONE = 0,
	TPM_EK_L1,
	TPM_EK_L2,
	TPM_EK_H1,
	TPM_EK_H2,
	TPM_EK_H3,
	TPM_EK_H4,
	TPM_EK_H5,
	TPM_EK_H6,
	TPM_EK_H7,
};
const char *tpm_ek_profile_name(enum tpm_ek_profile profile);
/* The template the key follows in every field; otherwise TPM_EK_NONE and `error` says what deviates. */
enum tpm_ek_profile tpm_public_ek_profile(const struct tpm_public *key, struct error *error) MUST_CHECK;

/* A restricted signing key that never leaves its TPM, with ECDSA, RSASSA or RSAPSS fixed as its scheme */
bool tpm_public_is_ak(const struct tpm_public *key, struct error *error) MUST_CHECK;
/* The AK's scheme and its hash */
TPMI_ALG_SIG_SCHEME tpm_public_scheme(const struct tpm_public *key, TPMI_ALG_HASH *hash);

#endif
