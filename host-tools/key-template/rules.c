/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What every key template has to keep, beside being something the TPM can make. Most are rules of TPM2_CreatePrimary
 * (TPM 2.0 Library, part 1, 25 and 27; part 2, 8.3), said here in words; that the key never leaves its TPM is what
 * makes attesting it worth anything.
 */
#include "internal.h"

#include <string.h>

#define KNOWN_ATTRIBUTES                                                                                               \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_STCLEAR | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |      \
	 TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_NODA |                                   \
	 TPMA_OBJECT_ENCRYPTEDDUPLICATION | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_SIGN_ENCRYPT)
#define STAYS_INSIDE (TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN)
#define RSA_DEFAULT_EXPONENT 65537u
#define RSA_BITS_MIN 2048u
#define RSA_BITS_MAX 4096u

struct finding {
	const char **field, **rule;
};

static bool refuse(const struct finding *finding, const char *field, const char *rule)
{
	*finding->field = field;
	*finding->rule = rule;
	return false;
}

static bool attributes_ok(TPMA_OBJECT attributes, const struct finding *finding)
{
	bool restricted = attributes & TPMA_OBJECT_RESTRICTED, decrypt = attributes & TPMA_OBJECT_DECRYPT;
	bool sign = attributes & TPMA_OBJECT_SIGN_ENCRYPT;

	if (attributes & ~(TPMA_OBJECT)KNOWN_ATTRIBUTES)
		return refuse(finding, "attributes", "has reserved bits, or x509sign, which is not supported");
	if ((attributes & STAYS_INSIDE) != STAYS_INSIDE)
		return refuse(
			finding, "attributes",
			"must contain fixedTPM, fixedParent and sensitiveDataOrigin: a key that can leave its TPM, "
			"or came from outside, proves nothing");
	if (attributes & TPMA_OBJECT_ENCRYPTEDDUPLICATION)
		return refuse(finding, "attributes", "encryptedDuplication is for keys that can leave their TPM");
	if (!sign && !decrypt)
		return refuse(finding, "attributes", "must contain decrypt or sign");
	if (restricted && sign && decrypt)
		return refuse(finding, "attributes", "a restricted key has decrypt or sign, not both");
	if (!(attributes & (TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_ADMINWITHPOLICY)))
		return refuse(finding, "attributes",
			      "must contain userWithAuth or adminWithPolicy: nobody could use the key");
	return true;
}

static bool policy_ok(const TPMT_PUBLIC *area, const struct finding *finding)
{
	if (area->authPolicy.size != 0 && area->authPolicy.size != key_sizes_hash(area->nameAlg))
		return refuse(finding, "policy", "must be as long as a digest of the name algorithm, or empty");
	if (!(area->objectAttributes & TPMA_OBJECT_USERWITHAUTH) && area->authPolicy.size == 0)
		return refuse(finding, "policy", "must not be empty when userWithAuth is not set");
	return true;
}

static bool symmetric_ok(const TPMT_SYM_DEF_OBJECT *symmetric, bool storage, const struct finding *finding)
{
	if (symmetric->algorithm == TPM2_ALG_NULL)
		return !storage ||
		       refuse(finding, "symmetric", "a restricted decryption key protects others and must have one");
	if (!storage)
		return refuse(finding, "symmetric", "must be null unless the key is restricted and decrypts");
	if (!key_names_of(key_names_symmetric, symmetric->algorithm) || symmetric->mode.sym != TPM2_ALG_CFB)
		return refuse(finding, "symmetric", "must be aes, camellia or sm4 in mode cfb");
	if (symmetric->keyBits.sym != 128 && symmetric->keyBits.sym != 192 && symmetric->keyBits.sym != 256)
		return refuse(finding, "symmetric", "must have 128, 192 or 256 bits");
	return true;
}

static bool scheme_ok(const TPMT_PUBLIC *area, TPMI_ALG_ASYM_SCHEME scheme, TPMI_ALG_HASH hash,
		      const struct finding *finding)
{
	static const struct {
		TPMI_ALG_ASYM_SCHEME scheme;
		TPMI_ALG_PUBLIC type;
		TPMA_OBJECT use;
	} uses[] = {
		{TPM2_ALG_RSASSA, TPM2_ALG_RSA, TPMA_OBJECT_SIGN_ENCRYPT},
		{TPM2_ALG_RSAPSS, TPM2_ALG_RSA, TPMA_OBJECT_SIGN_ENCRYPT},
		{TPM2_ALG_OAEP, TPM2_ALG_RSA, TPMA_OBJECT_DECRYPT},
		{TPM2_ALG_ECDSA, TPM2_ALG_ECC, TPMA_OBJECT_SIGN_ENCRYPT},
		{TPM2_ALG_ECSCHNORR, TPM2_ALG_ECC, TPMA_OBJECT_SIGN_ENCRYPT},
		{TPM2_ALG_SM2, TPM2_ALG_ECC, TPMA_OBJECT_SIGN_ENCRYPT},
		{TPM2_ALG_ECDH, TPM2_ALG_ECC, TPMA_OBJECT_DECRYPT},
	};
	const TPMA_OBJECT both = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_DECRYPT;
	bool restricted = area->objectAttributes & TPMA_OBJECT_RESTRICTED;

	if (scheme == TPM2_ALG_NULL)
		return !(restricted && (area->objectAttributes & TPMA_OBJECT_SIGN_ENCRYPT)) ||
		       refuse(finding, "scheme", "a restricted signing key must have one");
	if (restricted && (area->objectAttributes & TPMA_OBJECT_DECRYPT))
		return refuse(finding, "scheme", "must be null for a restricted decryption key");
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (uses[i].scheme != scheme)
			continue;
		if (uses[i].type != area->type || (area->objectAttributes & both) != uses[i].use)
			return refuse(finding, "scheme", "does not go with the key's type and its sign and decrypt");
		return key_sizes_hash(hash) != 0 || refuse(finding, "scheme", "has an unknown hash");
	}
	return refuse(finding, "scheme", "is unknown");
}

static bool rsa_ok(const TPMT_PUBLIC *area, bool storage, const struct finding *finding)
{
	const TPMS_RSA_PARMS *rsa = &area->parameters.rsaDetail;

	if (rsa->keyBits < RSA_BITS_MIN || rsa->keyBits > RSA_BITS_MAX || rsa->keyBits % 1024 != 0)
		return refuse(finding, "bits", "must be 2048, 3072 or 4096");
	if (rsa->exponent != 0 && rsa->exponent != RSA_DEFAULT_EXPONENT)
		return refuse(finding, "exponent", "must be 0, which stands for 65537, or 65537");
	if (area->unique.rsa.size > rsa->keyBits / 8)
		return refuse(finding, "unique", "is longer than the modulus");
	return symmetric_ok(&rsa->symmetric, storage, finding) &&
	       scheme_ok(area, rsa->scheme.scheme, rsa->scheme.details.anySig.hashAlg, finding);
}

static bool ecc_ok(const TPMT_PUBLIC *area, bool storage, const struct finding *finding)
{
	const TPMS_ECC_PARMS *ecc = &area->parameters.eccDetail;
	size_t size = key_sizes_curve(ecc->curveID);

	if (size == 0)
		return refuse(finding, "curve", "is unknown");
	if (ecc->kdf.scheme != TPM2_ALG_NULL)
		return refuse(finding, "kdf", "must be null");
	if (area->unique.ecc.x.size > size || area->unique.ecc.y.size > size)
		return refuse(finding, "unique", "is longer than a coordinate");
	return symmetric_ok(&ecc->symmetric, storage, finding) &&
	       scheme_ok(area, ecc->scheme.scheme, ecc->scheme.details.anySig.hashAlg, finding);
}

bool key_rules_check(const TPMT_PUBLIC *area, const char **field, const char **rule)
{
	const TPMA_OBJECT storage_bits = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
	const struct finding finding = {field, rule};
	bool storage = (area->objectAttributes & storage_bits) == storage_bits;

	if (key_sizes_hash(area->nameAlg) == 0)
		return refuse(&finding, "name_algorithm", "is unknown");
	if (!attributes_ok(area->objectAttributes, &finding) || !policy_ok(area, &finding))
		return false;
	if (area->type == TPM2_ALG_RSA)
		return rsa_ok(area, storage, &finding);
	if (area->type == TPM2_ALG_ECC)
		return ecc_ok(area, storage, &finding);
	return refuse(&finding, "type", "must be \"rsa\" or \"ecc\"");
}
