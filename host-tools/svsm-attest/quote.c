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

bool quote_parse_attest(const struct blob *bytes, TPMS_ATTEST *out, struct error *error)
{
	uint8_t again[sizeof(*out)];
	size_t used = 0, written = 0;

	memset(out, 0, sizeof(*out));
	if (Tss2_MU_TPMS_ATTEST_Unmarshal(bytes->data, bytes->size, &used, out) != TSS2_RC_SUCCESS ||
	    used != bytes->size ||
	    Tss2_MU_TPMS_ATTEST_Marshal(out, again, sizeof(again), &written) != TSS2_RC_SUCCESS || written != used ||
	    memcmp(again, bytes->data, used) != 0)
		return error_refuse(error, "not exactly one TPMS_ATTEST");
	return true;
}

static bool parse_signature(const struct blob *bytes, TPMT_SIGNATURE *out, struct error *error)
{
	size_t used = 0;

	memset(out, 0, sizeof(*out));
	if (Tss2_MU_TPMT_SIGNATURE_Unmarshal(bytes->data, bytes->size, &used, out) != TSS2_RC_SUCCESS ||
	    used != bytes->size)
		return error_refuse(error, "the signature is not exactly one TPMT_SIGNATURE");
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

bool quote_check_signature(const struct tpm_public *key, const struct blob *attest, const struct blob *signature_bytes,
			   struct error *error)
{
	TPMI_ALG_HASH hash;
	TPMI_ALG_SIG_SCHEME scheme = tpm_public_scheme(key, &hash);
	uint8_t der[ECDSA_DER_MAX];
	const uint8_t *bytes;
	TPMT_SIGNATURE signature;
	size_t size;

	if (!parse_signature(signature_bytes, &signature, error))
		return false;
	if (signature.sigAlg != scheme || signature.signature.any.hashAlg != hash)
		return error_refuse(error, "the signature has scheme %04xh and hash %04xh, the key %04xh and %04xh",
				    signature.sigAlg, signature.signature.any.hashAlg, scheme, hash);
	if (scheme == TPM2_ALG_ECDSA) {
		size = ecdsa_der(&signature.signature.ecdsa, der);
		bytes = der;
	} else {
		size = signature.signature.rsassa.sig.size; /* same layout for RSAPSS */
		bytes = signature.signature.rsassa.sig.buffer;
	}
	return (size > 0 && check(key->key, scheme, hash, bytes, size, attest)) ||
	       error_refuse(error, "it is not signed by this key");
}

/* The selection as a mask; false when it is of more than one bank or of none this program takes */
static bool selection(const TPML_PCR_SELECTION *list, TPMI_ALG_HASH *bank, uint32_t *mask)
{
	const TPMS_PCR_SELECTION *only = &list->pcrSelections[0];

	*mask = 0;
	if (list->count != 1 || !tpm_hash_name(only->hash) || only->sizeofSelect > 3)
		return false;
	*bank = only->hash;
	for (unsigned int i = 0; i < only->sizeofSelect; i++)
		*mask |= (uint32_t)only->pcrSelect[i] << 8 * i;
	return true;
}

/* PCR digest: hash, of the signing scheme, over the selected values in ascending order */
static void check_digest(const struct evidence *evidence, TPMI_ALG_HASH hash, TPMI_ALG_HASH bank, uint32_t quoted,
			 const TPM2B_DIGEST *signed_digest, struct findings *findings)
{
	uint8_t values[EVIDENCE_PCR_COUNT * 64], digest[EVP_MAX_MD_SIZE];
	size_t size = 0, count = 0, digest_size = 0;

	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const struct evidence_pcr *pcr = evidence_pcr(evidence, bank, i);

		if (!(quoted >> i & 1))
			continue;
		if (!findings_check(findings, CHECK_QUOTE_DIGEST, pcr,
				    "PCR %u is quoted but its value is not in the evidence", i))
			return;
		memcpy(values + size, pcr->digest, pcr->size);
		size += pcr->size;
		count++;
	}
	findings_check(findings, CHECK_QUOTE_DIGEST, count == evidence->pcr_count,
		       "the evidence lists PCR values that are not quoted");
	findings_check(findings, CHECK_QUOTE_DIGEST,
		       EVP_Q_digest(NULL, tpm_hash_name(hash), NULL, values, size, digest, &digest_size) &&
			       signed_digest->size == digest_size &&
			       memcmp(signed_digest->buffer, digest, digest_size) == 0,
		       "the listed PCR values are not those that were quoted");
}

static void check_pcrs(const struct evidence *evidence, const struct tpm_public *ak,
		       const struct quote_expectation *expected, const TPMS_QUOTE_INFO *info, struct findings *findings)
{
	TPMI_ALG_HASH bank = 0, hash;
	uint32_t quoted = 0;
	bool readable = selection(&info->pcrSelect, &bank, &quoted) && quoted != 0;

	if (!findings_check(findings, CHECK_QUOTE_SELECTION, readable,
			    "the quote must cover PCRs of exactly one bank (SHA-256, SHA-384 or SHA-512)"))
		return;
	if (!expected->any_selection &&
	    !findings_check(findings, CHECK_QUOTE_SELECTION, bank == expected->bank && quoted == expected->pcrs,
			    "the quote covers PCRs %06xh of %s, the policy wants %06xh of %s", quoted,
			    evidence_bank_name(bank), expected->pcrs, evidence_bank_name(expected->bank)))
		return;
	(void)tpm_public_scheme(ak, &hash);
	check_digest(evidence, hash, bank, quoted, &info->pcrDigest, findings);
}

void quote_check(const struct evidence *evidence, const struct tpm_public *ak, const struct quote_expectation *expected,
		 struct findings *findings)
{
	TPMS_ATTEST attest;
	struct error error;
	bool ok;

	ok = quote_parse_attest(&evidence->quote_attest, &attest, &error);
	findings_check(findings, CHECK_QUOTE_FORM, ok, "the quote is not exactly one TPMS_ATTEST");
	if (!ok)
		return;
	if (!findings_check(findings, CHECK_QUOTE_MAGIC, attest.magic == TPM2_GENERATED_VALUE,
			    "the quote's magic is %08xh: a TPM did not generate it", attest.magic) ||
	    !findings_check(findings, CHECK_QUOTE_MAGIC, attest.type == TPM2_ST_ATTEST_QUOTE,
			    "attestation type %04xh is not a quote", attest.type))
		return;
	if (expected->nonce)
		findings_check(findings, CHECK_QUOTE_NONCE,
			       attest.extraData.size == EVIDENCE_NONCE_SIZE &&
				       memcmp(attest.extraData.buffer, expected->nonce, EVIDENCE_NONCE_SIZE) == 0,
			       "the quote's extraData is not this challenge's nonce");
	ok = quote_check_signature(ak, &evidence->quote_attest, &evidence->quote_signature, &error);
	findings_check(findings, CHECK_QUOTE_SIGNATURE, ok, "the quote is not signed by the AK: %s",
		       ok ? "" : error.text);
	check_pcrs(evidence, ak, expected, &attest.attested.quote, findings);
}
