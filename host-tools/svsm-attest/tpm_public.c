/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_public.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#define RSA_BITS_MIN 2048u
#define RSA_DEFAULT_EXPONENT 65537u

const char *tpm_hash_name(TPMI_ALG_HASH algorithm)
{
	switch (algorithm) {
	case TPM2_ALG_SHA256:
		return "SHA256";
	case TPM2_ALG_SHA384:
		return "SHA384";
	case TPM2_ALG_SHA512:
		return "SHA512";
	default:
		return NULL;
	}
}

static EVP_PKEY *from_parameters(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL), *check = NULL;
	EVP_PKEY *key = NULL;

	if (parameters && context && EVP_PKEY_fromdata_init(context) > 0 &&
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) > 0)
		check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (!check || EVP_PKEY_public_check(check) <= 0) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	return key;
}

static EVP_PKEY *rsa_key(const TPMT_PUBLIC *area)
{
	const TPM2B_PUBLIC_KEY_RSA *unique = &area->unique.rsa;
	uint32_t exponent = area->parameters.rsaDetail.exponent;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(unique->buffer, unique->size, NULL);
	EVP_PKEY *key = NULL;

	if (build && n && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_uint(build, OSSL_PKEY_PARAM_RSA_E, exponent ? exponent : RSA_DEFAULT_EXPONENT))
		key = from_parameters("RSA", build);
	BN_free(n);
	OSSL_PARAM_BLD_free(build);
	return key;
}

const struct tpm_curve *tpm_curve_find(TPMI_ECC_CURVE id)
{
	static const struct tpm_curve curves[] = {{TPM2_ECC_NIST_P256, "P-256", 32},
						  {TPM2_ECC_NIST_P384, "P-384", 48},
						  {TPM2_ECC_NIST_P521, "P-521", 66}};

	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].id == id)
			return &curves[i];
	}
	return NULL;
}

static EVP_PKEY *ecc_key(const TPMT_PUBLIC *area)
{
	const struct tpm_curve *curve = tpm_curve_find(area->parameters.eccDetail.curveID);
	const TPMS_ECC_POINT *point = &area->unique.ecc;
	uint8_t octets[1 + 2 * TPM_COORDINATE_MAX] = {4};
	OSSL_PARAM_BLD *build;
	EVP_PKEY *key = NULL;

	if (!curve || point->x.size > curve->size || point->y.size > curve->size)
		return NULL;
	memcpy(octets + 1 + curve->size - point->x.size, point->x.buffer, point->x.size);
	memcpy(octets + 1 + 2 * curve->size - point->y.size, point->y.buffer, point->y.size);
	build = OSSL_PARAM_BLD_new();
	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve->name, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, octets, 1 + 2 * curve->size))
		key = from_parameters("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static bool make_key(struct tpm_public *out, const char *what, struct error *error)
{
	const TPMT_PUBLIC *area = &out->area;

	if (area->type == TPM2_ALG_RSA) {
		if (area->parameters.rsaDetail.keyBits < RSA_BITS_MIN ||
		    area->unique.rsa.size * 8u != area->parameters.rsaDetail.keyBits ||
		    !(area->unique.rsa.buffer[0] & 0x80))
			return error_refuse(error, "%s: RSA modulus of %u bits in a key of %u bits (at least %u)", what,
					    area->unique.rsa.size * 8u, area->parameters.rsaDetail.keyBits,
					    RSA_BITS_MIN);
		out->key = rsa_key(area);
	} else if (area->type == TPM2_ALG_ECC) {
		out->key = ecc_key(area);
	} else {
		return error_refuse(error, "%s: key type %04xh is neither RSA nor ECC", what, area->type);
	}
	if (!out->key)
		return error_refuse(
			error, "%s: not a usable public key (RSA, or ECC with a point on P-256, P-384 or P-521)", what);
	return true;
}

static bool make_name(struct tpm_public *out, const char *what, struct error *error)
{
	const char *hash = tpm_hash_name(out->area.nameAlg);
	size_t size = 0;

	if (!hash)
		return error_refuse(error, "%s: name algorithm %04xh is not SHA-256, SHA-384 or SHA-512", what,
				    out->area.nameAlg);
	out->name[0] = (uint8_t)(out->area.nameAlg >> 8);
	out->name[1] = (uint8_t)out->area.nameAlg;
	if (!EVP_Q_digest(NULL, hash, NULL, out->bytes.data, out->bytes.size, out->name + 2, &size))
		return error_resources(error, "hash a public area");
	out->name_size = 2 + size;
	return true;
}

bool tpm_public_parse(struct tpm_public *out, const char *what, const uint8_t *bytes, size_t size, struct error *error)
{
	uint8_t again[sizeof(TPMT_PUBLIC)];
	size_t used = 0, written = 0;
	bool ok = false;

	*out = (struct tpm_public){.key = NULL};
	if (size == 0 || size > TPM_PUBLIC_MAX ||
	    Tss2_MU_TPMT_PUBLIC_Unmarshal(bytes, size, &used, &out->area) != TSS2_RC_SUCCESS || used != size)
		error_refuse(error, "%s: %zu bytes that are not exactly one TPMT_PUBLIC", what, size);
	else if (Tss2_MU_TPMT_PUBLIC_Marshal(&out->area, again, sizeof(again), &written) != TSS2_RC_SUCCESS ||
		 written != size || memcmp(again, bytes, size) != 0)
		error_refuse(error, "%s: a TPMT_PUBLIC that no TPM would write like this", what);
	else if (!blob_copy(&out->bytes, bytes, size))
		error_resources(error, "keep a public area");
	else
		ok = make_name(out, what, error) && make_key(out, what, error);
	if (!ok)
		tpm_public_free(out);
	return ok;
}

void tpm_public_free(struct tpm_public *key)
{
	EVP_PKEY_free(key->key);
	key->key = NULL;
	blob_free(&key->bytes);
}
