/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "internal.h"

#include <stdio.h>
#include <string.h>

const struct key_name key_names_hash[] = {
	{"sha1", TPM2_ALG_SHA1},     {"sha256", TPM2_ALG_SHA256},   {"sha384", TPM2_ALG_SHA384},
	{"sha512", TPM2_ALG_SHA512}, {"sm3-256", TPM2_ALG_SM3_256}, {NULL, 0},
};
/* As TPM 2.0 Library, part 2, 8.3 spells them */
const struct key_name key_names_attribute[] = {
	{"fixedTPM", TPMA_OBJECT_FIXEDTPM},
	{"stClear", TPMA_OBJECT_STCLEAR},
	{"fixedParent", TPMA_OBJECT_FIXEDPARENT},
	{"sensitiveDataOrigin", TPMA_OBJECT_SENSITIVEDATAORIGIN},
	{"userWithAuth", TPMA_OBJECT_USERWITHAUTH},
	{"adminWithPolicy", TPMA_OBJECT_ADMINWITHPOLICY},
	{"noDA", TPMA_OBJECT_NODA},
	{"encryptedDuplication", TPMA_OBJECT_ENCRYPTEDDUPLICATION},
	{"restricted", TPMA_OBJECT_RESTRICTED},
	{"decrypt", TPMA_OBJECT_DECRYPT},
	{"sign", TPMA_OBJECT_SIGN_ENCRYPT},
	{NULL, 0},
};
const struct key_name key_names_symmetric[] = {
	{"aes", TPM2_ALG_AES}, {"camellia", TPM2_ALG_CAMELLIA}, {"sm4", TPM2_ALG_SM4}, {NULL, 0}};
const struct key_name key_names_mode[] = {{"cfb", TPM2_ALG_CFB}, {NULL, 0}};
const struct key_name key_names_scheme[] = {
	{"rsassa", TPM2_ALG_RSASSA},	   {"rsapss", TPM2_ALG_RSAPSS},
	{"oaep", TPM2_ALG_OAEP},	   {"ecdsa", TPM2_ALG_ECDSA},
	{"ecschnorr", TPM2_ALG_ECSCHNORR}, {"sm2", TPM2_ALG_SM2},
	{"ecdh", TPM2_ALG_ECDH},	   {NULL, 0},
};
const struct key_name key_names_curve[] = {
	{"nist-p256", TPM2_ECC_NIST_P256}, {"nist-p384", TPM2_ECC_NIST_P384}, {"nist-p521", TPM2_ECC_NIST_P521},
	{"bn-p256", TPM2_ECC_BN_P256},	   {"sm2-p256", TPM2_ECC_SM2_P256},   {NULL, 0},
};
const struct key_name key_names_policy[] = {
	{"PolicyA", KEY_POLICY_A}, {"PolicyB", KEY_POLICY_B}, {"PolicyC", KEY_POLICY_C}, {NULL, 0}};

const struct key_name *key_names_find(const struct key_name *table, const char *name)
{
	for (; table->name; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

const char *key_names_of(const struct key_name *table, uint32_t value)
{
	while (table->name && table->value != value)
		table++;
	return table->name;
}

void key_names_list(const struct key_name *table, char *out, size_t size)
{
	size_t used = 0;

	for (const struct key_name *at = table; at->name && used < size; at++) {
		const char *before = at == table ? "" : at[1].name ? ", " : " or ";

		used += (size_t)snprintf(out + used, size - used, "%s\"%s\"", before, at->name);
	}
}

size_t key_sizes_hash(TPMI_ALG_HASH algorithm)
{
	switch (algorithm) {
	case TPM2_ALG_SHA1:
		return 20;
	case TPM2_ALG_SHA256:
	case TPM2_ALG_SM3_256:
		return 32;
	case TPM2_ALG_SHA384:
		return 48;
	case TPM2_ALG_SHA512:
		return 64;
	default:
		return 0;
	}
}

size_t key_sizes_curve(TPMI_ECC_CURVE curve)
{
	switch (curve) {
	case TPM2_ECC_NIST_P256:
	case TPM2_ECC_BN_P256:
	case TPM2_ECC_SM2_P256:
		return 32;
	case TPM2_ECC_NIST_P384:
		return 48;
	case TPM2_ECC_NIST_P521:
		return 66;
	default:
		return 0;
	}
}
