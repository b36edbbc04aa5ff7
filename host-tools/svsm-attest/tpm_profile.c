/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What endorsement and attestation keys must look like. TCG EK Credential Profile 2.5, B.3.3 and B.3.4. */
#include "tpm_public.h"

#include <string.h>

#define EK_ATTRIBUTES                                                                                                  \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |                            \
	 TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT)
#define AK_ATTRIBUTES                                                                                                  \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_RESTRICTED |   \
	 TPMA_OBJECT_SIGN_ENCRYPT)

/* PolicyA with SHA-256: TPM2_PolicySecret of the endorsement hierarchy */
static const uint8_t policy_a[32] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
				     0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
				     0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};

const char *tpm_ek_profile_name(enum tpm_ek_profile profile)
{
	return profile == TPM_EK_L1 ? "L-1" : profile == TPM_EK_L2 ? "L-2" : "none";
}

static bool is_aes128_cfb(const TPMT_SYM_DEF_OBJECT *symmetric)
{
	return symmetric->algorithm == TPM2_ALG_AES && symmetric->keyBits.aes == 128 &&
	       symmetric->mode.aes == TPM2_ALG_CFB;
}

static bool is_l1(const TPMS_RSA_PARMS *rsa)
{
	return is_aes128_cfb(&rsa->symmetric) && rsa->scheme.scheme == TPM2_ALG_NULL && rsa->keyBits == 2048 &&
	       (rsa->exponent == 0 || rsa->exponent == 65537);
}

static bool is_l2(const TPMS_ECC_PARMS *ecc)
{
	return is_aes128_cfb(&ecc->symmetric) && ecc->scheme.scheme == TPM2_ALG_NULL &&
	       ecc->kdf.scheme == TPM2_ALG_NULL && ecc->curveID == TPM2_ECC_NIST_P256;
}

enum tpm_ek_profile tpm_public_ek_profile(const struct tpm_public *key, struct error *error)
{
	const TPMT_PUBLIC *area = &key->area;

	if (area->objectAttributes != EK_ATTRIBUTES)
		error_refuse(error, "attributes %08xh, an EK template has %08xh", area->objectAttributes,
			     EK_ATTRIBUTES);
	else if (area->nameAlg != TPM2_ALG_SHA256)
		error_refuse(error, "name algorithm %04xh, the templates have SHA-256", area->nameAlg);
	else if (area->authPolicy.size != sizeof(policy_a) ||
		 memcmp(area->authPolicy.buffer, policy_a, sizeof(policy_a)) != 0)
		error_refuse(error, "authorisation policy is not the templates' PolicyA");
	else if (area->type == TPM2_ALG_RSA && is_l1(&area->parameters.rsaDetail))
		return TPM_EK_L1;
	else if (area->type == TPM2_ALG_ECC && is_l2(&area->parameters.eccDetail))
		return TPM_EK_L2;
	else
		error_refuse(error, "parameters are neither those of template L-1 nor of L-2");
	return TPM_EK_NONE;
}

TPMI_ALG_SIG_SCHEME tpm_public_scheme(const struct tpm_public *key, TPMI_ALG_HASH *hash)
{
	const TPMT_PUBLIC *area = &key->area;

	if (area->type == TPM2_ALG_RSA) {
		*hash = area->parameters.rsaDetail.scheme.details.anySig.hashAlg;
		return area->parameters.rsaDetail.scheme.scheme;
	}
	*hash = area->parameters.eccDetail.scheme.details.anySig.hashAlg;
	return area->parameters.eccDetail.scheme.scheme;
}

bool tpm_public_is_ak(const struct tpm_public *key, struct error *error)
{
	const TPMT_PUBLIC *area = &key->area;
	TPMI_ALG_HASH hash;
	TPMI_ALG_SIG_SCHEME scheme = tpm_public_scheme(key, &hash);
	TPMI_ALG_SYM_OBJECT symmetric = area->type == TPM2_ALG_RSA ? area->parameters.rsaDetail.symmetric.algorithm
								   : area->parameters.eccDetail.symmetric.algorithm;
	bool known = area->type == TPM2_ALG_RSA ? scheme == TPM2_ALG_RSASSA || scheme == TPM2_ALG_RSAPSS
						: scheme == TPM2_ALG_ECDSA;

	if ((area->objectAttributes & AK_ATTRIBUTES) != AK_ATTRIBUTES)
		return error_refuse(error,
				    "attributes %08xh lack one of fixedTPM, fixedParent, sensitiveDataOrigin, "
				    "restricted, sign: only such a key signs nothing but what its TPM states",
				    area->objectAttributes);
	if (area->objectAttributes & TPMA_OBJECT_DECRYPT)
		return error_refuse(error, "attributes %08xh: an AK must not decrypt", area->objectAttributes);
	if (!known || symmetric != TPM2_ALG_NULL || !tpm_hash_name(hash))
		return error_refuse(
			error,
			"scheme %04xh with hash %04xh is not ECDSA, RSASSA or RSAPSS with SHA-256, SHA-384 or SHA-512",
			scheme, hash);
	return true;
}
