/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Templates of the TCG EK Credential Profile for TPM Family 2.0, version 2.6: low range L-1 and L-2 (B.3.3, B.3.4),
 * high range H-1 to H-7 (B.4.4). The low range has PolicyA and a unique field full of zeros, the high range PolicyB, a
 * password beside it, and an empty unique field.
 */
#include "internal.h"

#include <string.h>
#include <tss2/tss2_mu.h>

#define LOW_ATTRIBUTES                                                                                                 \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |                            \
	 TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT)
#define HIGH_ATTRIBUTES (LOW_ATTRIBUTES | TPMA_OBJECT_USERWITHAUTH)

static const struct profile {
	const char *name;
	TPMI_ALG_HASH name_algorithm;
	TPMI_ALG_SYM_OBJECT symmetric;
	uint16_t symmetric_bits;
	uint16_t rsa_bits; /* or */
	TPMI_ECC_CURVE curve;
	bool low;
} profiles[] = {
	{"L-1", TPM2_ALG_SHA256, TPM2_ALG_AES, 128, .rsa_bits = 2048, .low = true},
	{"L-2", TPM2_ALG_SHA256, TPM2_ALG_AES, 128, .curve = TPM2_ECC_NIST_P256, .low = true},
	{"H-1", TPM2_ALG_SHA256, TPM2_ALG_AES, 128, .rsa_bits = 2048},
	{"H-2", TPM2_ALG_SHA256, TPM2_ALG_AES, 128, .curve = TPM2_ECC_NIST_P256},
	{"H-3", TPM2_ALG_SHA384, TPM2_ALG_AES, 256, .curve = TPM2_ECC_NIST_P384},
	{"H-4", TPM2_ALG_SHA512, TPM2_ALG_AES, 256, .curve = TPM2_ECC_NIST_P521},
	{"H-5", TPM2_ALG_SM3_256, TPM2_ALG_SM4, 128, .curve = TPM2_ECC_SM2_P256},
	{"H-6", TPM2_ALG_SHA384, TPM2_ALG_AES, 256, .rsa_bits = 3072},
	{"H-7", TPM2_ALG_SHA384, TPM2_ALG_AES, 256, .rsa_bits = 4096},
};
#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

static void fill_rsa(const struct profile *profile, const TPMT_SYM_DEF_OBJECT *symmetric, TPMT_PUBLIC *area)
{
	area->type = TPM2_ALG_RSA;
	area->parameters.rsaDetail = (TPMS_RSA_PARMS){
		.symmetric = *symmetric,
		.scheme = {.scheme = TPM2_ALG_NULL},
		.keyBits = profile->rsa_bits,
	};
	area->unique.rsa.size = profile->low ? profile->rsa_bits / 8 : 0;
}

static void fill_ecc(const struct profile *profile, const TPMT_SYM_DEF_OBJECT *symmetric, TPMT_PUBLIC *area)
{
	area->type = TPM2_ALG_ECC;
	area->parameters.eccDetail = (TPMS_ECC_PARMS){
		.symmetric = *symmetric,
		.scheme = {.scheme = TPM2_ALG_NULL},
		.curveID = profile->curve,
		.kdf = {.scheme = TPM2_ALG_NULL},
	};
	area->unique.ecc.x.size = area->unique.ecc.y.size = profile->low ? (UINT16)key_sizes_curve(profile->curve) : 0;
}

static bool fill(const struct profile *profile, struct key_template *out)
{
	const TPMT_SYM_DEF_OBJECT symmetric = {
		.algorithm = profile->symmetric,
		.keyBits = {.sym = profile->symmetric_bits},
		.mode = {.sym = TPM2_ALG_CFB},
	};

	memset(out, 0, sizeof(*out));
	out->area.nameAlg = profile->name_algorithm;
	out->area.objectAttributes = profile->low ? LOW_ATTRIBUTES : HIGH_ATTRIBUTES;
	if (profile->rsa_bits != 0)
		fill_rsa(profile, &symmetric, &out->area);
	else
		fill_ecc(profile, &symmetric, &out->area);
	memcpy(out->name, profile->name, strlen(profile->name));
	return key_policy_digest(profile->low ? KEY_POLICY_A : KEY_POLICY_B, profile->name_algorithm,
				 &out->area.authPolicy) &&
	       key_template_marshal(out);
}

bool key_template_from_profile(struct key_template *out, const char *name)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return fill(&profiles[i], out);
	}
	return false;
}

const char *key_template_profile(const struct key_template *template)
{
	struct key_template wanted;

	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (fill(&profiles[i], &wanted) && wanted.size == template->size &&
		    memcmp(wanted.bytes, template->bytes, wanted.size) == 0)
			return profiles[i].name;
	}
	return NULL;
}

const char *key_template_profile_name(size_t index)
{
	return index < PROFILE_COUNT ? profiles[index].name : NULL;
}

bool key_template_marshal(struct key_template *template)
{
	template->size = 0;
	return Tss2_MU_TPMT_PUBLIC_Marshal(&template->area, template->bytes, sizeof(template->bytes),
					   &template->size) == TSS2_RC_SUCCESS;
}

bool key_template_from_bytes(struct key_template *out, const uint8_t *bytes, size_t size, const char **field,
			     const char **rule)
{
	struct key_template again;
	size_t used = 0;

	memset(&out->area, 0, sizeof(out->area));
	*field = "template";
	*rule = "is not exactly one TPMT_PUBLIC";
	if (size == 0 || size > KEY_TEMPLATE_SIZE_MAX ||
	    Tss2_MU_TPMT_PUBLIC_Unmarshal(bytes, size, &used, &out->area) != TSS2_RC_SUCCESS || used != size)
		return false;
	again.area = out->area;
	if (!key_template_marshal(&again) || again.size != size || memcmp(again.bytes, bytes, size) != 0)
		return false;
	memcpy(out->bytes, bytes, size);
	out->size = size;
	return key_rules_check(&out->area, field, rule);
}
