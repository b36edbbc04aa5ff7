/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "credential.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#define SEED_MAX 64u /* of the EK's name algorithm */
#define AES_KEY_MAX 32u
#define LABEL "IDENTITY" /* its terminating zero is part of the label */

/* What the EK's template settles */
struct suite {
	const char *hash; /* OpenSSL's name of the name algorithm */
	size_t seed_size; /* bytes of its digest */
	size_t aes_size;
};

static bool suite_of(const struct tpm_public *ek, struct suite *out)
{
	/* RSA and ECC parameters both begin with the symmetric algorithm. */
	const TPMT_SYM_DEF_OBJECT *symmetric = &ek->area.parameters.asymDetail.symmetric;
	int size;

	out->hash = tpm_hash_name(ek->area.nameAlg);
	size = out->hash ? EVP_MD_get_size(EVP_get_digestbyname(out->hash)) : 0;
	out->seed_size = (size_t)size;
	out->aes_size = symmetric->keyBits.aes / 8u;
	return size > 0 && out->seed_size <= SEED_MAX && symmetric->algorithm == TPM2_ALG_AES &&
	       (out->aes_size == 16 || out->aes_size == 32);
}

static bool derive(const char *kdf_name, const OSSL_PARAM *parameters, uint8_t *out, size_t size)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, kdf_name, NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool ok = context && EVP_KDF_derive(context, out, size, parameters) > 0;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return ok;
}

/* KDFa is SP 800-108 in counter mode; OpenSSL's "salt" is the label, its "info" the context. */
bool credential_kdfa(const char *hash, const uint8_t *key, size_t key_size, const char *label, const void *context,
		     size_t context_size, uint8_t *out, size_t size)
{
	char mode[] = "counter", mac[] = "HMAC";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)label, strlen(label)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)context, context_size),
		OSSL_PARAM_construct_end(),
	};

	return derive("KBKDF", parameters, out, size);
}

bool credential_kdfe(const char *hash, const uint8_t *z, const uint8_t *party_u, const uint8_t *party_v, size_t size,
		     uint8_t *out, size_t out_size)
{
	uint8_t info[sizeof(LABEL) + 2 * TPM_COORDINATE_MAX];
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)z, size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(LABEL) + 2 * size),
		OSSL_PARAM_construct_end(),
	};

	if (size > TPM_COORDINATE_MAX)
		return false;
	memcpy(info, LABEL, sizeof(LABEL));
	memcpy(info + sizeof(LABEL), party_u, size);
	memcpy(info + sizeof(LABEL) + size, party_v, size);
	return derive("SSKDF", parameters, out, out_size);
}

/* Encrypts a random seed to an RSA EK: OAEP with its name algorithm and the label. */
static bool seed_to_rsa(const struct tpm_public *ek, const struct suite *suite, uint8_t seed[SEED_MAX],
			TPM2B_ENCRYPTED_SECRET *out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, ek->key, NULL);
	const EVP_MD *hash = EVP_get_digestbyname(suite->hash);
	char *label = OPENSSL_strdup(LABEL);
	size_t size = sizeof(out->secret);
	bool ok;

	ok = context && label && RAND_bytes(seed, (int)suite->seed_size) == 1 && EVP_PKEY_encrypt_init(context) > 0 &&
	     EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
	     EVP_PKEY_CTX_set_rsa_oaep_md(context, hash) > 0 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) > 0;
	if (ok && EVP_PKEY_CTX_set0_rsa_oaep_label(context, label, (int)sizeof(LABEL)) > 0)
		label = NULL; /* the context owns it now */
	ok = ok && !label && EVP_PKEY_encrypt(context, out->secret, &size, seed, suite->seed_size) > 0;
	out->size = (UINT16)size;
	OPENSSL_free(label);
	EVP_PKEY_CTX_free(context);
	return ok;
}

static bool coordinate(EVP_PKEY *key, const char *name, uint8_t *out, size_t size)
{
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &number) > 0 && BN_bn2binpad(number, out, (int)size) == (int)size;

	BN_free(number);
	return ok;
}

/* One-pass ECDH with an ephemeral key: the seed is KDFe of the shared point, the secret the ephemeral point. */
static bool seed_to_ecc(const struct tpm_public *ek, const struct suite *suite, uint8_t seed[SEED_MAX],
			TPM2B_ENCRYPTED_SECRET *out)
{
	const struct tpm_curve *curve = tpm_curve_find(ek->area.parameters.eccDetail.curveID);
	EVP_PKEY *ephemeral = curve ? EVP_EC_gen(curve->name) : NULL;
	EVP_PKEY_CTX *context = ephemeral ? EVP_PKEY_CTX_new_from_pkey(NULL, ephemeral, NULL) : NULL;
	TPMS_ECC_POINT point = {.x.size = 0};
	uint8_t z[TPM_COORDINATE_MAX], ek_x[TPM_COORDINATE_MAX];
	size_t size = sizeof(z), used = 0;
	bool ok;

	ok = context && coordinate(ephemeral, OSSL_PKEY_PARAM_EC_PUB_X, point.x.buffer, curve->size) &&
	     coordinate(ephemeral, OSSL_PKEY_PARAM_EC_PUB_Y, point.y.buffer, curve->size) &&
	     coordinate(ek->key, OSSL_PKEY_PARAM_EC_PUB_X, ek_x, curve->size) && EVP_PKEY_derive_init(context) > 0 &&
	     EVP_PKEY_derive_set_peer(context, ek->key) > 0 && EVP_PKEY_derive(context, z, &size) > 0 &&
	     size == curve->size &&
	     credential_kdfe(suite->hash, z, point.x.buffer, ek_x, curve->size, seed, suite->seed_size);
	if (ok) {
		point.x.size = point.y.size = (UINT16)curve->size;
		ok = Tss2_MU_TPMS_ECC_POINT_Marshal(&point, out->secret, sizeof(out->secret), &used) == TSS2_RC_SUCCESS;
	}
	out->size = (UINT16)used;
	OPENSSL_cleanse(z, sizeof(z));
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(ephemeral);
	return ok;
}

/* AES-CFB with a zero IV, as the storage protection of an object */
static bool encrypt(const uint8_t *key, size_t key_size, const uint8_t *in, size_t size, uint8_t *out)
{
	static const uint8_t iv[16];
	const EVP_CIPHER *cipher = key_size == 16 ? EVP_aes_128_cfb128() : EVP_aes_256_cfb128();
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int length = 0;
	bool ok = context && EVP_EncryptInit_ex2(context, cipher, key, iv, NULL) > 0 &&
		  EVP_EncryptUpdate(context, out, &length, in, (int)size) > 0 && length == (int)size;

	EVP_CIPHER_CTX_free(context);
	return ok;
}

/* `out` is encrypted secret, then its HMAC over itself and the AK's name goes in front. */
static bool wrap(const struct suite *suite, const uint8_t seed[SEED_MAX], const struct tpm_public *ak,
		 const uint8_t *secret, size_t size, TPM2B_ID_OBJECT *out)
{
	TPM2B_DIGEST value = {.size = (UINT16)size}, integrity = {.size = (UINT16)suite->seed_size};
	uint8_t plain[sizeof(value)], aes_key[AES_KEY_MAX], mac_key[SEED_MAX], covered[sizeof(value) + TPM_NAME_MAX];
	size_t length = 0, used = 0, mac_size = 0;
	bool ok;

	if (size > sizeof(value.buffer))
		return false;
	memcpy(value.buffer, secret, size);
	ok = Tss2_MU_TPM2B_DIGEST_Marshal(&value, plain, sizeof(plain), &length) == TSS2_RC_SUCCESS &&
	     credential_kdfa(suite->hash, seed, suite->seed_size, "STORAGE", ak->name, ak->name_size, aes_key,
			     suite->aes_size) &&
	     credential_kdfa(suite->hash, seed, suite->seed_size, "INTEGRITY", NULL, 0, mac_key, suite->seed_size) &&
	     encrypt(aes_key, suite->aes_size, plain, length, covered);
	if (ok) {
		memcpy(covered + length, ak->name, ak->name_size);
		ok = EVP_Q_mac(NULL, "HMAC", NULL, suite->hash, NULL, mac_key, suite->seed_size, covered,
			       length + ak->name_size, integrity.buffer, sizeof(integrity.buffer), &mac_size) &&
		     mac_size == suite->seed_size &&
		     Tss2_MU_TPM2B_DIGEST_Marshal(&integrity, out->credential, sizeof(out->credential), &used) ==
			     TSS2_RC_SUCCESS &&
		     length <= sizeof(out->credential) - used;
	}
	if (ok) {
		memcpy(out->credential + used, covered, length);
		out->size = (UINT16)(used + length);
	}
	OPENSSL_cleanse(&value, sizeof(value));
	OPENSSL_cleanse(plain, sizeof(plain));
	OPENSSL_cleanse(aes_key, sizeof(aes_key));
	OPENSSL_cleanse(mac_key, sizeof(mac_key));
	return ok;
}

static bool marshal(const TPM2B_ID_OBJECT *id, const TPM2B_ENCRYPTED_SECRET *secret, struct credential *out)
{
	uint8_t bytes[sizeof(TPM2B_ID_OBJECT) + sizeof(TPM2B_ENCRYPTED_SECRET)];
	size_t used = 0;

	if (Tss2_MU_TPM2B_ID_OBJECT_Marshal(id, bytes, sizeof(bytes), &used) != TSS2_RC_SUCCESS ||
	    !blob_copy(&out->id_object, bytes, used))
		return false;
	used = 0;
	return Tss2_MU_TPM2B_ENCRYPTED_SECRET_Marshal(secret, bytes, sizeof(bytes), &used) == TSS2_RC_SUCCESS &&
	       blob_copy(&out->encrypted_secret, bytes, used);
}

bool credential_make(const struct tpm_public *ek, const struct tpm_public *ak, const uint8_t *secret, size_t size,
		     struct credential *out, struct error *error)
{
	TPM2B_ENCRYPTED_SECRET encrypted = {.size = 0};
	TPM2B_ID_OBJECT id = {.size = 0};
	uint8_t seed[SEED_MAX];
	struct suite suite;
	bool ok;

	*out = (struct credential){.id_object = {NULL, 0}};
	if (tpm_public_ek_profile(ek, error) == TPM_EK_NONE)
		return false;
	if (!suite_of(ek, &suite))
		return error_refuse(error, "the EK's algorithms are none this program has");
	ok = (ek->area.type == TPM2_ALG_RSA ? seed_to_rsa : seed_to_ecc)(ek, &suite, seed, &encrypted) &&
	     wrap(&suite, seed, ak, secret, size, &id) && marshal(&id, &encrypted, out);
	OPENSSL_cleanse(seed, sizeof(seed));
	if (!ok) {
		credential_free(out);
		return error_resources(error, "make a credential");
	}
	return true;
}

void credential_free(struct credential *credential)
{
	blob_free(&credential->id_object);
	blob_free(&credential->encrypted_secret);
}
