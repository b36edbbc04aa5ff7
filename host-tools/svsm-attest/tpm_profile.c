/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What endorsement and attestation keys must look like. TCG EK Credential Profile 2.6, B.3 and B.4. */
#include "tpm_public.h"

#include "key_template.h"

#include <string.h>

#define AK_ATTRIBUTES                                                                                                  \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_RESTRICTED |   \
	 TPMA_OBJECT_SIGN_ENCRYPT)

const char *tpm_ek_profile_name(enum tpm_ek_profile profile)
{
	return profile == TPM_EK_NONE ? "none" : key_template_profile_name((size_t)profile - 1);
}

/* RSA keys of one size, or ECC keys on one curve */
static bool same_kind(const TPMT_PUBLIC *a, const TPMT_PUBLIC *b)
{
	if (a->type != b->type)
		return false;
	return a->type == TPM2_ALG_RSA ? a->parameters.rsaDetail.keyBits == b->parameters.rsaDetail.keyBits
				       : a->parameters.eccDetail.curveID == b->parameters.eccDetail.curveID;
}

enum tpm_ek_profile tpm_public_ek_profile(const struct tpm_public *key, struct error *error)
{
	struct key_template template;
	bool nearest = true; /* the low range comes first, and it is what a key without other instructions has */
	const char *name;
	char difference[400];

	error_refuse(error, "no template of the EK Credential Profile has a key of this type and size");
	for (size_t i = 0; (name = key_template_profile_name(i)) != NULL; i++) {
		if (!key_template_from_profile(&template, name) || !same_kind(&template.area, &key->area))
			continue;
		if (key_template_matches(&template, &key->area, difference, sizeof(difference)))
			return (enum tpm_ek_profile)(i + 1);
		if (nearest)
			error_refuse(error, "is not of template %s: %s", name, difference);
		nearest = false;
	}
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
