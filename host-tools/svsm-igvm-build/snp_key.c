/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "snp_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define P384_SIZE 48u
#define DIGEST "SHA384"

bool snp_key_openssl_failed(const char *what, struct error *error)
{
	const char *data = NULL, *function, *file, *reason;
	int line, flags = 0;
	const unsigned long code = ERR_peek_last_error_all(&file, &line, &function, &data, &flags);

	reason = code ? ERR_reason_error_string(code) : NULL;
	error_set(error, ERROR_IO, "%s: %s%s%s", what, reason ? reason : "OpenSSL failed",
		  (flags & ERR_TXT_STRING) && *data ? ": " : "", (flags & ERR_TXT_STRING) ? data : "");
	ERR_clear_error();
	return false;
}

static bool coordinates(EVP_PKEY *key, struct snp_ecc_public_key *out)
{
	BIGNUM *x = NULL, *y = NULL;
	const bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
			EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
			BN_bn2lebinpad(x, out->qx, sizeof(out->qx)) == sizeof(out->qx) &&
			BN_bn2lebinpad(y, out->qy, sizeof(out->qy)) == sizeof(out->qy);

	BN_free(x);
	BN_free(y);
	return ok;
}

/* A provider may keep the coordinates of a key in a token to itself and still write its SubjectPublicKeyInfo. */
static bool encoded_coordinates(EVP_PKEY *key, struct snp_ecc_public_key *out)
{
	unsigned char *der = NULL;
	const int size = i2d_PUBKEY(key, &der);
	const unsigned char *at = der;
	EVP_PKEY *copy = size > 0 ? d2i_PUBKEY_ex(NULL, &at, size, NULL, "provider=default") : NULL;
	const bool ok = copy && coordinates(copy, out);

	EVP_PKEY_free(copy);
	OPENSSL_free(der);
	return ok;
}

bool snp_key_public(EVP_PKEY *key, struct snp_ecc_public_key *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->curve = SNP_ECC_CURVE_P384;
	return coordinates(key, out) || encoded_coordinates(key, out) || snp_key_openssl_failed("public key", error);
}

static bool from_ecdsa(const ECDSA_SIG *signature, struct snp_ecdsa_signature *out)
{
	memset(out, 0, sizeof(*out));
	return BN_bn2lebinpad(ECDSA_SIG_get0_r(signature), out->r, sizeof(out->r)) == sizeof(out->r) &&
	       BN_bn2lebinpad(ECDSA_SIG_get0_s(signature), out->s, sizeof(out->s)) == sizeof(out->s);
}

static bool from_der(const uint8_t *bytes, size_t size, struct snp_ecdsa_signature *out)
{
	const uint8_t *at = bytes;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
	const bool ok = signature && at == bytes + size && from_ecdsa(signature, out);

	ECDSA_SIG_free(signature);
	return ok;
}

bool snp_key_sign(EVP_PKEY *key, const void *bytes, size_t size, struct snp_ecdsa_signature *out, struct error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[256];
	size_t der_size = sizeof(der);
	const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);
	char properties[64] = "";
	bool ok;

	/* OpenSSL 3.0 would take the first provider's ECDSA, with the public half of a key that stays in a token. */
	if (provider)
		snprintf(properties, sizeof(properties), "?provider=%s", OSSL_PROVIDER_get0_name(provider));
	ok = context && EVP_DigestSignInit_ex(context, NULL, DIGEST, NULL, properties, key, NULL) == 1 &&
	     EVP_DigestSign(context, der, &der_size, bytes, size) == 1 && from_der(der, der_size, out);

	EVP_MD_CTX_free(context);
	return ok || snp_key_openssl_failed("cannot sign", error);
}

static void reverse(uint8_t *out, const uint8_t *bytes)
{
	for (size_t i = 0; i < P384_SIZE; i++)
		out[i] = bytes[P384_SIZE - 1 - i];
}

bool snp_key_signature(const char *name, const uint8_t *bytes, size_t size, struct snp_ecdsa_signature *out,
		       struct error *error)
{
	if (size == 2 * P384_SIZE) {
		memset(out, 0, sizeof(*out));
		reverse(out->r, bytes);
		reverse(out->s, bytes + P384_SIZE);
		return true;
	}
	if (size == sizeof(*out)) {
		memcpy(out, bytes, sizeof(*out));
		return true;
	}
	if (size > 0 && size < 2 * sizeof(*out) && from_der(bytes, size, out))
		return true;
	ERR_clear_error();
	return error_set(error, ERROR_INVALID,
			 "%s: not a signature: neither DER, nor 96 bytes of R and S, nor 512 bytes of the AMD-SP",
			 name);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	return any == 0;
}

static EVP_PKEY *import(const struct snp_ecc_public_key *key)
{
	uint8_t point[1 + 2 * P384_SIZE] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){"secp384r1"}, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *out = NULL;

	reverse(point + 1, key->qx);
	reverse(point + 1 + P384_SIZE, key->qy);
	if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &out, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		out = NULL;
	EVP_PKEY_CTX_free(context);
	return out;
}

static int to_der(const struct snp_ecdsa_signature *signature, uint8_t **der)
{
	BIGNUM *r = BN_lebin2bn(signature->r, sizeof(signature->r), NULL);
	BIGNUM *s = BN_lebin2bn(signature->s, sizeof(signature->s), NULL);
	ECDSA_SIG *parsed = ECDSA_SIG_new();
	int size = -1;

	if (r && s && parsed && ECDSA_SIG_set0(parsed, r, s) == 1) {
		size = i2d_ECDSA_SIG(parsed, der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(parsed);
	return size;
}

bool snp_key_verify(const struct snp_ecc_public_key *key, const void *bytes, size_t size,
		    const struct snp_ecdsa_signature *signature)
{
	EVP_MD_CTX *context;
	EVP_PKEY *parsed;
	uint8_t *der = NULL;
	int der_size;
	bool ok;

	if (key->curve != SNP_ECC_CURVE_P384 || !all_zero(key->reserved, sizeof(key->reserved)) ||
	    !all_zero(key->qx + P384_SIZE, sizeof(key->qx) - P384_SIZE) ||
	    !all_zero(key->qy + P384_SIZE, sizeof(key->qy) - P384_SIZE) ||
	    !all_zero(signature->reserved, sizeof(signature->reserved)))
		return false;
	parsed = import(key);
	context = EVP_MD_CTX_new();
	der_size = to_der(signature, &der);
	ok = parsed && context && der_size > 0 &&
	     EVP_DigestVerifyInit_ex(context, NULL, DIGEST, NULL, NULL, parsed, NULL) == 1 &&
	     EVP_DigestVerify(context, der, (size_t)der_size, bytes, size) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(parsed);
	OPENSSL_free(der);
	ERR_clear_error();
	return ok;
}

bool snp_key_digest(const struct snp_ecc_public_key *key, uint8_t out[SNP_DIGEST_SIZE])
{
	size_t size = 0;

	return EVP_Q_digest(NULL, DIGEST, NULL, key, sizeof(*key), out, &size) == 1 && size == SNP_DIGEST_SIZE;
}
