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

#define SEED_SIZE 32u /* size of the templates' name algorithm */
#define AES_KEY_SIZE 16u
#define COORDINATE 32u
#define LABEL "IDENTITY" /* its terminating zero is part of the label */

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
bool credential_kdfa(const uint8_t *key, size_t key_size, const char *label, const void *context, size_t context_size,
		     uint8_t *out, size_t size)
{
	char mode[] = "counter", mac[] = "HMAC", digest[] = "SHA256";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)label, strlen(label)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)context, context_size),
		OSSL_PARAM_construct_end(),
	};

	return derive("KBKDF", parameters, out, size);
}

bool credential_kdfe(const uint8_t z[32], const uint8_t party_u[32], const uint8_t party_v[32], uint8_t out[32])
{
	char digest[] = "SHA256";
	uint8_t info[sizeof(LABEL) + 2 * COORDINATE];
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)z, COORDINATE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info)),
		OSSL_PARAM_construct_end(),
	};

	memcpy(info, LABEL, sizeof(LABEL));
	memcpy(info + sizeof(LABEL), party_u, COORDINATE);
	memcpy(info + sizeof(LABEL) + COORDINATE, party_v, COORDINATE);
	return derive("SSKDF", parameters, out, SEED_SIZE);
}

/* Encrypts a random seed to an RSA EK: OAEP with the template's name algorithm and the label. */
static bool seed_to_rsa(const struct tpm_public *ek, uint8_t seed[SEED_SIZE], TPM2B_ENCRYPTED_SECRET *out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, ek->key, NULL);
	char *label = OPENSSL_strdup(LABEL);
	size_t size = sizeof(out->secret);
	bool ok;

	ok = context && label && RAND_bytes(seed, SEED_SIZE) == 1 && EVP_PKEY_encrypt_init(context) > 0 &&
	     EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
	     EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
	     EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
	if (ok && EVP_PKEY_CTX_set0_rsa_oaep_label(context, label, (int)sizeof(LABEL)) > 0)
		label = NULL; /* the context owns it now */
	ok = ok && !label && EVP_PKEY_encrypt(context, out->secret, &size, seed, SEED_SIZE) > 0;
	out->size = (UINT16)size;
	OPENSSL_free(label);
	EVP_PKEY_CTX_free(context);
	return ok;
}

static bool coordinate(EVP_PKEY *key, const char *name, uint8_t out[COORDINATE])
{
	BIGNUM *number = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &number) > 0 &&
		  BN_bn2binpad(number, out, COORDINATE) == (int)COORDINATE;

	BN_free(number);
	return ok;
}

/* One-pass ECDH with an ephemeral key: the seed is KDFe of the shared point, the secret the ephemeral point. */
static bool seed_to_ecc(const struct tpm_public *ek, uint8_t seed[SEED_SIZE], TPM2B_ENCRYPTED_SECRET *out)
{
	EVP_PKEY *ephemeral = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *context = ephemeral ? EVP_PKEY_CTX_new_from_pkey(NULL, ephemeral, NULL) : NULL;
	TPMS_ECC_POINT point = {.x.size = COORDINATE, .y.size = COORDINATE};
	uint8_t z[COORDINATE], ek_x[COORDINATE];
	size_t size = sizeof(z), used = 0;
	bool ok;

	ok = context && coordinate(ephemeral, OSSL_PKEY_PARAM_EC_PUB_X, point.x.buffer) &&
	     coordinate(ephemeral, OSSL_PKEY_PARAM_EC_PUB_Y, point.y.buffer) &&
	     coordinate(ek->key, OSSL_PKEY_PARAM_EC_PUB_X, ek_x) && EVP_PKEY_derive_init(context) > 0 &&
	     EVP_PKEY_derive_set_peer(context, ek->key) > 0 && EVP_PKEY_derive(context, z, &size) > 0 &&
	     size == sizeof(z) && credential_kdfe(z, point.x.buffer, ek_x, seed) &&
	     Tss2_MU_TPMS_ECC_POINT_Marshal(&point, out->secret, sizeof(out->secret), &used) == TSS2_RC_SUCCESS;
	out->size = (UINT16)used;
	OPENSSL_cleanse(z, sizeof(z));
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(ephemeral);
	return ok;
}

/* AES-128-CFB with a zero IV, as the storage protection of an object */
static bool encrypt(const uint8_t key[AES_KEY_SIZE], const uint8_t *in, size_t size, uint8_t *out)
{
	static const uint8_t iv[16];
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int length = 0;
	bool ok = context && EVP_EncryptInit_ex2(context, EVP_aes_128_cfb128(), key, iv, NULL) > 0 &&
		  EVP_EncryptUpdate(context, out, &length, in, (int)size) > 0 && length == (int)size;

	EVP_CIPHER_CTX_free(context);
	return ok;
}

/* `out` is encrypted secret, then its HMAC over itself and the AK's name goes in front. */
static bool wrap(const uint8_t seed[SEED_SIZE], const struct tpm_public *ak, const uint8_t *secret, size_t size,
		 TPM2B_ID_OBJECT *out)
{
	TPM2B_DIGEST value = {.size = (UINT16)size}, integrity = {.size = SEED_SIZE};
	uint8_t plain[sizeof(value)], aes_key[AES_KEY_SIZE], mac_key[SEED_SIZE], covered[sizeof(value) + TPM_NAME_MAX];
	size_t length = 0, used = 0, mac_size = 0;
	bool ok;

	if (size > sizeof(value.buffer))
		return false;
	memcpy(value.buffer, secret, size);
	ok = Tss2_MU_TPM2B_DIGEST_Marshal(&value, plain, sizeof(plain), &length) == TSS2_RC_SUCCESS &&
	     credential_kdfa(seed, SEED_SIZE, "STORAGE", ak->name, ak->name_size, aes_key, sizeof(aes_key)) &&
	     credential_kdfa(seed, SEED_SIZE, "INTEGRITY", NULL, 0, mac_key, sizeof(mac_key)) &&
	     encrypt(aes_key, plain, length, covered);
	if (ok) {
		memcpy(covered + length, ak->name, ak->name_size);
		ok = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, mac_key, sizeof(mac_key), covered,
			       length + ak->name_size, integrity.buffer, sizeof(integrity.buffer), &mac_size) &&
		     mac_size == SEED_SIZE &&
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
	enum tpm_ek_profile profile = tpm_public_ek_profile(ek, error);
	TPM2B_ENCRYPTED_SECRET encrypted = {.size = 0};
	TPM2B_ID_OBJECT id = {.size = 0};
	uint8_t seed[SEED_SIZE];
	bool ok;

	*out = (struct credential){.id_object = {NULL, 0}};
	if (profile == TPM_EK_NONE)
		return false;
	ok = (profile == TPM_EK_L1 ? seed_to_rsa : seed_to_ecc)(ek, seed, &encrypted) &&
	     wrap(seed, ak, secret, size, &id) && marshal(&id, &encrypted, out);
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
