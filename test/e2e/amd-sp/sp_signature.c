/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

#define P384_SIZE 48
#define DER_MAX 128u /* an ECDSA-Sig-Value of P-384 has at most 104 bytes */

bool sp_signature_make(EVP_PKEY *key, const void *data, size_t size, struct snp_ecdsa_signature *out)
{
	uint8_t der[DER_MAX];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	ECDSA_SIG *parsed = NULL;
	bool done;

	memset(out, 0, sizeof(*out));
	done = context != NULL && EVP_DigestSignInit_ex(context, NULL, "SHA384", NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestSign(context, der, &length, data, size) == 1;
	if (done)
		parsed = d2i_ECDSA_SIG(NULL, &at, (long)length);
	done = parsed != NULL && BN_bn2lebinpad(ECDSA_SIG_get0_r(parsed), out->r, P384_SIZE) == P384_SIZE &&
	       BN_bn2lebinpad(ECDSA_SIG_get0_s(parsed), out->s, P384_SIZE) == P384_SIZE;
	ECDSA_SIG_free(parsed);
	EVP_MD_CTX_free(context);
	return done || sp_error_openssl("ECDSA signing");
}

/* The signature in OpenSSL's form, and its length; 0 when that cannot be. */
static int to_der(const struct snp_ecdsa_signature *signature, uint8_t der[DER_MAX])
{
	BIGNUM *r = BN_lebin2bn(signature->r, sizeof(signature->r), NULL);
	BIGNUM *s = BN_lebin2bn(signature->s, sizeof(signature->s), NULL);
	ECDSA_SIG *value = ECDSA_SIG_new();
	uint8_t *at = der;
	int length = 0;

	if (r != NULL && s != NULL && value != NULL && BN_num_bits(r) <= P384_SIZE * 8 &&
	    BN_num_bits(s) <= P384_SIZE * 8 && ECDSA_SIG_set0(value, r, s) == 1) {
		r = NULL;
		s = NULL;
		length = i2d_ECDSA_SIG(value, &at);
	}
	ECDSA_SIG_free(value);
	BN_free(r);
	BN_free(s);
	return length > 0 ? length : 0;
}

bool sp_signature_check(EVP_PKEY *key, const void *data, size_t size, const struct snp_ecdsa_signature *signature)
{
	uint8_t der[DER_MAX];
	int length = to_der(signature, der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good;

	good = length != 0 && context != NULL &&
	       EVP_DigestVerifyInit_ex(context, NULL, "SHA384", NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestVerify(context, der, (size_t)length, data, size) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good;
}

/* Big-endian from little-endian; false when the number is too large for the curve. */
static bool coordinate(uint8_t to[P384_SIZE], const uint8_t from[SNP_ECC_NUMBER_SIZE])
{
	for (size_t i = P384_SIZE; i < SNP_ECC_NUMBER_SIZE; i++) {
		if (from[i] != 0)
			return false;
	}
	for (size_t i = 0; i < P384_SIZE; i++)
		to[i] = from[P384_SIZE - 1 - i];
	return true;
}

EVP_PKEY *sp_signature_key(const struct snp_ecc_public_key *key)
{
	uint8_t point[1 + 2 * P384_SIZE] = {POINT_CONVERSION_UNCOMPRESSED};
	EVP_PKEY_CTX *context = NULL;
	OSSL_PARAM_BLD *build = NULL;
	OSSL_PARAM *parameters = NULL;
	EVP_PKEY *result = NULL;

	if (key->curve != SNP_ECC_CURVE_P384 || !coordinate(point + 1, key->qx) ||
	    !coordinate(point + 1 + P384_SIZE, key->qy))
		return NULL;
	context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	build = OSSL_PARAM_BLD_new();
	if (context == NULL || build == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) != 1)
		goto out;
	parameters = OSSL_PARAM_BLD_to_param(build);
	if (parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &result, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		result = NULL;
out:
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return result;
}
