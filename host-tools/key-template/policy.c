/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The authorisation policies of the EK Credential Profile 2.6, computed as their definition says (B.6): PolicyA is the
 * endorsement hierarchy's password, PolicyC what an NV index of the platform's owner authorises, PolicyB either of
 * them.
 */
#include "internal.h"

#include <openssl/evp.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#define POLICY_INDEX_SHA256 0x01c07f01u
/* Once written: TPMA_NV 0x220f1008 */
#define POLICY_INDEX_ATTRIBUTES                                                                                        \
	(TPMA_NV_POLICYWRITE | TPMA_NV_WRITEALL | TPMA_NV_PPREAD | TPMA_NV_OWNERREAD | TPMA_NV_AUTHREAD |              \
	 TPMA_NV_POLICYREAD | TPMA_NV_NO_DA | TPMA_NV_WRITTEN)

static const char *openssl_name(TPMI_ALG_HASH algorithm)
{
	switch (algorithm) {
	case TPM2_ALG_SHA256:
		return "SHA256";
	case TPM2_ALG_SHA384:
		return "SHA384";
	case TPM2_ALG_SHA512:
		return "SHA512";
	case TPM2_ALG_SM3_256:
		return "SM3";
	default:
		return NULL; /* the profile has no policies for SHA-1 */
	}
}

static bool hash(TPMI_ALG_HASH algorithm, const uint8_t *data, size_t size, uint8_t *out)
{
	size_t digest_size = 0;

	return EVP_Q_digest(NULL, openssl_name(algorithm), NULL, data, size, out, &digest_size) == 1 &&
	       digest_size == key_sizes_hash(algorithm);
}

/* digest = H(digest || command code || data) */
static bool extend(TPMI_ALG_HASH algorithm, TPM2B_DIGEST *digest, TPM2_CC command, const uint8_t *data, size_t size)
{
	uint8_t buffer[sizeof(digest->buffer) + 4 + 2 * sizeof(digest->buffer) + 2];
	size_t at = digest->size;

	memcpy(buffer, digest->buffer, at);
	if (Tss2_MU_TPM2_CC_Marshal(command, buffer, sizeof(buffer), &at) != TSS2_RC_SUCCESS ||
	    size > sizeof(buffer) - at)
		return false;
	if (size != 0)
		memcpy(buffer + at, data, size);
	return hash(algorithm, buffer, at + size, digest->buffer);
}

static bool policy_a(TPMI_ALG_HASH algorithm, TPM2B_DIGEST *out)
{
	uint8_t name[4];
	size_t at = 0;

	/* PolicySecret: the hierarchy's name, then in a second step the policy reference, which is empty. */
	return Tss2_MU_TPM2_HANDLE_Marshal(TPM2_RH_ENDORSEMENT, name, sizeof(name), &at) == TSS2_RC_SUCCESS &&
	       extend(algorithm, out, TPM2_CC_PolicySecret, name, sizeof(name)) &&
	       hash(algorithm, out->buffer, out->size, out->buffer);
}

/* Where the profile puts the index for a name algorithm: I-1 to I-4 */
static TPMI_RH_NV_INDEX policy_index(TPMI_ALG_HASH algorithm)
{
	static const TPMI_ALG_HASH order[] = {TPM2_ALG_SHA256, TPM2_ALG_SHA384, TPM2_ALG_SHA512, TPM2_ALG_SM3_256};
	uint32_t i = 0;

	while (order[i] != algorithm)
		i++;
	return POLICY_INDEX_SHA256 + i;
}

static bool policy_c(TPMI_ALG_HASH algorithm, TPM2B_DIGEST *out)
{
	TPMS_NV_PUBLIC index = {
		.nvIndex = policy_index(algorithm),
		.nameAlg = algorithm,
		.attributes = POLICY_INDEX_ATTRIBUTES,
		.authPolicy = {.size = out->size},
		.dataSize = (UINT16)(out->size + 2), /* a TPMT_HA */
	};
	uint8_t public[256], name[2 + sizeof(out->buffer)];
	size_t size = 0, at = 0;

	return policy_a(algorithm, &index.authPolicy) &&
	       Tss2_MU_TPMS_NV_PUBLIC_Marshal(&index, public, sizeof(public), &size) == TSS2_RC_SUCCESS &&
	       Tss2_MU_UINT16_Marshal(algorithm, name, sizeof(name), &at) == TSS2_RC_SUCCESS &&
	       hash(algorithm, public, size, name + at) &&
	       extend(algorithm, out, TPM2_CC_PolicyAuthorizeNV, name, at + out->size);
}

static bool policy_b(TPMI_ALG_HASH algorithm, TPM2B_DIGEST *out)
{
	TPM2B_DIGEST a = {.size = out->size}, c = {.size = out->size};
	uint8_t branches[2 * sizeof(a.buffer)];

	if (!policy_a(algorithm, &a) || !policy_c(algorithm, &c))
		return false;
	memcpy(branches, a.buffer, a.size);
	memcpy(branches + a.size, c.buffer, c.size);
	return extend(algorithm, out, TPM2_CC_PolicyOR, branches, (size_t)a.size + c.size);
}

bool key_policy_digest(enum key_policy policy, TPMI_ALG_HASH algorithm, TPM2B_DIGEST *out)
{
	*out = (TPM2B_DIGEST){.size = (UINT16)key_sizes_hash(algorithm)};
	if (!openssl_name(algorithm))
		return false;
	return policy == KEY_POLICY_A	? policy_a(algorithm, out)
	       : policy == KEY_POLICY_B ? policy_b(algorithm, out)
					: policy_c(algorithm, out);
}
