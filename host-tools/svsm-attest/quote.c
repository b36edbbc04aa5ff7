/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "quote.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#define ECDSA_DER_MAX 160u

static bool parse_attest(const struct blob *bytes, TPMS_ATTEST *out, struct error *error)
{
	uint8_t again[sizeof(*out)];
	size_t used = 0, written = 0;

	memset(out, 0, sizeof(*out));
	if (Tss2_MU_TPMS_ATTEST_Unmarshal(bytes->data, bytes->size, &used, out) != TSS2_RC_SUCCESS ||
	    used != bytes->size ||
	    Tss2_MU_TPMS_ATTEST_Marshal(out, again, sizeof(again), &written) != TSS2_RC_SUCCESS || written != used ||
	    memcmp(again, bytes->data, used) != 0)
		return error_refuse(error, "the quote is not exactly one TPMS_ATTEST");
	if (out->magic != TPM2_GENERATED_VALUE)
		return error_refuse(error, "the quote's magic is %08xh: a TPM did not generate it", out->magic);
	if (out->type != TPM2_ST_ATTEST_QUOTE)
		return error_refuse(error, "attestation type %04xh is not a quote", out->type);
	return true;
}

static bool parse_signature(const struct blob *bytes, TPMT_SIGNATURE *out, struct error *error)
{
	size_t used = 0;

	memset(out, 0, sizeof(*out));
	if (Tss2_MU_TPMT_SIGNATURE_Unmarshal(bytes->data, bytes->size, &used, out) != TSS2_RC_SUCCESS ||
	    used != bytes->size)
		return error_refuse(error, "the quote's signature is not exactly one TPMT_SIGNATURE");
	return true;
}

/* Size of the DER form, 0 on failure */
static size_t ecdsa_der(const TPMS_SIGNATURE_ECC *signature, uint8_t out[ECDSA_DER_MAX])
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature->signatureR.buffer, signature->signatureR.size, NULL);
	BIGNUM *s = BN_bin2bn(signature->signatureS.buffer, signature->signatureS.size, NULL);
	unsigned char *at = out;
	int length = 0;

	if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* the pair owns them now */
		length = i2d_ECDSA_SIG(pair, NULL);
		length = length > 0 && length <= (int)ECDSA_DER_MAX ? i2d_ECDSA_SIG(pair, &at) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return length > 0 ? (size_t)length : 0;
}

static bool check(EVP_PKEY *key, TPMI_ALG_SIG_SCHEME scheme, TPMI_ALG_HASH hash, const uint8_t *signature, size_t size,
		  const struct blob *message)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;
	bool ok = context &&
		  EVP_DigestVerifyInit_ex(context, &parameters, tpm_hash_name(hash), NULL, NULL, key, NULL) > 0;

	if (ok && scheme == TPM2_ALG_RSASSA)
		ok = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) > 0;
	if (ok && scheme == TPM2_ALG_RSAPSS)
		ok = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_AUTO) > 0;
	ok = ok && EVP_DigestVerify(context, signature, size, message->data, message->size) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok;
}

static bool verify_signature(const struct evidence *evidence, struct error *error)
{
	TPMI_ALG_HASH hash;
	TPMI_ALG_SIG_SCHEME scheme = tpm_public_scheme(&evidence->ak, &hash);
	uint8_t der[ECDSA_DER_MAX];
	const uint8_t *bytes;
	TPMT_SIGNATURE signature;
	size_t size;

	if (!parse_signature(&evidence->quote_signature, &signature, error))
		return false;
	if (signature.sigAlg != scheme || signature.signature.any.hashAlg != hash)
		return error_refuse(error,
				    "the quote's signature has scheme %04xh and hash %04xh, the AK %04xh and %04xh",
				    signature.sigAlg, signature.signature.any.hashAlg, scheme, hash);
	if (scheme == TPM2_ALG_ECDSA) {
		size = ecdsa_der(&signature.signature.ecdsa, der);
		bytes = der;
	} else {
		size = signature.signature.rsassa.sig.size; /* same layout for RSAPSS */
		bytes = signature.signature.rsassa.sig.buffer;
	}
	if (size == 0 || !check(evidence->ak.key, scheme, hash, bytes, size, &evidence->quote_attest))
		return error_refuse(error, "the quote is not signed by the AK");
	return true;
}

/* The selection as a mask; false when it is of another bank or of more than one */
static bool selection(const TPML_PCR_SELECTION *list, TPMI_ALG_HASH bank, uint32_t *mask)
{
	const TPMS_PCR_SELECTION *only = &list->pcrSelections[0];

	*mask = 0;
	if (list->count != 1 || only->hash != bank || only->sizeofSelect > sizeof(only->pcrSelect))
		return false;
	for (unsigned int i = 0; i < only->sizeofSelect; i++)
		*mask |= (uint32_t)only->pcrSelect[i] << 8 * i;
	return true;
}

const struct evidence_pcr *quote_pcr(const struct evidence *evidence, TPMI_ALG_HASH bank, uint32_t index)
{
	for (size_t i = 0; i < evidence->pcr_count; i++) {
		if (evidence->pcr[i].bank == bank && evidence->pcr[i].index == index)
			return &evidence->pcr[i];
	}
	return NULL;
}

/* PCR digest: hash, of the signing scheme, over the selected values in ascending order */
static bool verify_pcrs(const struct evidence *evidence, const struct quote_expectation *expected,
			const TPMS_QUOTE_INFO *info, struct error *error)
{
	uint8_t values[EVIDENCE_PCR_COUNT * 64], digest[EVP_MAX_MD_SIZE];
	size_t size = 0, count = 0, digest_size = 0;
	TPMI_ALG_HASH hash;
	uint32_t quoted;

	if (!selection(&info->pcrSelect, expected->bank, &quoted) || quoted != expected->pcrs)
		return error_refuse(error, "the quote covers other PCRs than the policy's (mask %06xh expected)",
				    expected->pcrs);
	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const struct evidence_pcr *pcr = quote_pcr(evidence, expected->bank, i);

		if (!(quoted >> i & 1))
			continue;
		if (!pcr)
			return error_refuse(error, "PCR %u is quoted but its value is not in the evidence", i);
		memcpy(values + size, pcr->digest, pcr->size);
		size += pcr->size;
		count++;
	}
	if (count != evidence->pcr_count)
		return error_refuse(error, "the evidence lists PCR values that are not quoted");
	(void)tpm_public_scheme(&evidence->ak, &hash);
	if (!EVP_Q_digest(NULL, tpm_hash_name(hash), NULL, values, size, digest, &digest_size))
		return error_resources(error, "hash PCR values");
	if (info->pcrDigest.size != digest_size || memcmp(info->pcrDigest.buffer, digest, digest_size) != 0)
		return error_refuse(error, "the listed PCR values are not those that were quoted");
	return true;
}

bool quote_verify(const struct evidence *evidence, const struct quote_expectation *expected, struct error *error)
{
	TPMS_ATTEST attest;

	if (!parse_attest(&evidence->quote_attest, &attest, error))
		return false;
	if (attest.extraData.size != expected->nonce_size ||
	    memcmp(attest.extraData.buffer, expected->nonce, expected->nonce_size) != 0)
		return error_refuse(error, "the quote's extraData is not this challenge's nonce");
	return verify_signature(evidence, error) && verify_pcrs(evidence, expected, &attest.attested.quote, error);
}
