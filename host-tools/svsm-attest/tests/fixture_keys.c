/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Keys, and what a TPM does with an EK. */
#include "fixture_certs.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <string.h>
#include <tss2/tss2_mu.h>

static struct fixture_keys keys;

const struct fixture_keys *fixture_keys(void)
{
	if (!keys.ark) {
		keys = (struct fixture_keys){
			.ark = EVP_RSA_gen(4096),
			.ask = EVP_RSA_gen(4096),
			.vcek = EVP_EC_gen("P-384"),
			.stranger = EVP_EC_gen("P-384"),
			.ek_rsa = EVP_RSA_gen(2048),
			.ek_ecc = EVP_EC_gen("P-256"),
			.ak_ecc = EVP_EC_gen("P-256"),
			.ak_rsa = EVP_RSA_gen(2048),
		};
		assert_true(keys.ark && keys.ask && keys.vcek && keys.stranger && keys.ek_rsa && keys.ek_ecc &&
			    keys.ak_ecc && keys.ak_rsa);
	}
	return &keys;
}

void fixture_end(void)
{
	EVP_PKEY *const all[] = {keys.ark,    keys.ask,	   keys.vcek,	keys.stranger,
				 keys.ek_rsa, keys.ek_ecc, keys.ak_ecc, keys.ak_rsa};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		EVP_PKEY_free(all[i]);
	memset(&keys, 0, sizeof(keys));
	fixture_files_forget();
}

static void put_number(EVP_PKEY *key, const char *name, uint8_t *out, UINT16 size)
{
	BIGNUM *number = NULL;

	assert_true(EVP_PKEY_get_bn_param(key, name, &number) > 0);
	assert_int_equal(BN_bn2binpad(number, out, size), size);
	BN_free(number);
}

static void put_unique(EVP_PKEY *key, TPMT_PUBLIC *area)
{
	if (area->type == TPM2_ALG_RSA) {
		area->unique.rsa.size = 256;
		put_number(key, OSSL_PKEY_PARAM_RSA_N, area->unique.rsa.buffer, 256);
	} else {
		area->unique.ecc.x.size = area->unique.ecc.y.size = 32;
		put_number(key, OSSL_PKEY_PARAM_EC_PUB_X, area->unique.ecc.x.buffer, 32);
		put_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, area->unique.ecc.y.buffer, 32);
	}
}

static struct blob marshal(const TPMT_PUBLIC *area)
{
	uint8_t bytes[sizeof(*area)];
	struct blob blob;
	size_t used = 0;

	assert_int_equal(Tss2_MU_TPMT_PUBLIC_Marshal(area, bytes, sizeof(bytes), &used), TSS2_RC_SUCCESS);
	assert_true(blob_copy(&blob, bytes, used));
	return blob;
}

struct blob fixture_ek(EVP_PKEY *key, fixture_change *change)
{
	static const uint8_t policy_a[] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
					   0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
					   0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};
	TPMT_PUBLIC area = {
		.type = EVP_PKEY_is_a(key, "RSA") ? TPM2_ALG_RSA : TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = 0x000300b2,
		.authPolicy.size = sizeof(policy_a),
	};
	TPMT_SYM_DEF_OBJECT aes = {.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};

	memcpy(area.authPolicy.buffer, policy_a, sizeof(policy_a));
	if (area.type == TPM2_ALG_RSA) {
		area.parameters.rsaDetail.symmetric = aes;
		area.parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
		area.parameters.rsaDetail.keyBits = 2048;
	} else {
		area.parameters.eccDetail.symmetric = aes;
		area.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
		area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
		area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
	}
	put_unique(key, &area);
	if (change)
		change(&area);
	return marshal(&area);
}

struct blob fixture_ak(EVP_PKEY *key, fixture_change *change)
{
	TPMT_PUBLIC area = {
		.type = EVP_PKEY_is_a(key, "RSA") ? TPM2_ALG_RSA : TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = 0x00050072,
	};

	if (area.type == TPM2_ALG_RSA) {
		area.parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL;
		area.parameters.rsaDetail.scheme.scheme = TPM2_ALG_RSASSA;
		area.parameters.rsaDetail.scheme.details.rsassa.hashAlg = TPM2_ALG_SHA256;
		area.parameters.rsaDetail.keyBits = 2048;
	} else {
		area.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
		area.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
		area.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
		area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
		area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
	}
	put_unique(key, &area);
	if (change)
		change(&area);
	return marshal(&area);
}

/* KDFa and KDFe by part 1, 11.4.10, out of plain hashes */
static void kdfa(const uint8_t *key, const char *label, const uint8_t *context, size_t context_size, uint8_t out[32],
		 uint32_t bits)
{
	uint8_t input[4 + 16 + 128 + 4] = {0, 0, 0, 1};
	size_t length = 4, size = 0;

	memcpy(input + length, label, strlen(label) + 1);
	length += strlen(label) + 1;
	if (context_size)
		memcpy(input + length, context, context_size);
	length += context_size;
	for (int shift = 24; shift >= 0; shift -= 8)
		input[length++] = (uint8_t)(bits >> shift);
	assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, 32, input, length, out, 32, &size));
}

static bool seed_from_rsa(EVP_PKEY *ek, const TPM2B_ENCRYPTED_SECRET *secret, uint8_t seed[32])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, ek, NULL);
	char *label = OPENSSL_memdup("IDENTITY", 9);
	uint8_t out[256];
	size_t size = sizeof(out);
	bool ok;

	assert_true(EVP_PKEY_decrypt_init(context) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
		    EVP_PKEY_CTX_set0_rsa_oaep_label(context, label, 9) > 0);
	ok = EVP_PKEY_decrypt(context, out, &size, secret->secret, secret->size) > 0 && size == 32;
	if (ok)
		memcpy(seed, out, 32);
	EVP_PKEY_CTX_free(context);
	return ok;
}

static bool seed_from_ecc(EVP_PKEY *ek, const TPM2B_ENCRYPTED_SECRET *secret, uint8_t seed[32])
{
	uint8_t octets[65] = {4}, z[32], input[4 + 32 + 9 + 64] = {0, 0, 0, 1};
	TPMS_ECC_POINT point;
	EVP_PKEY *peer = EVP_PKEY_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, ek, NULL);
	size_t used = 0, size = sizeof(z);
	bool ok;

	assert_int_equal(Tss2_MU_TPMS_ECC_POINT_Unmarshal(secret->secret, secret->size, &used, &point), 0);
	assert_int_equal(used, secret->size);
	assert_true(point.x.size == 32 && point.y.size == 32);
	memcpy(octets + 1, point.x.buffer, 32);
	memcpy(octets + 33, point.y.buffer, 32);
	ok = EVP_PKEY_copy_parameters(peer, ek) > 0 && EVP_PKEY_set1_encoded_public_key(peer, octets, 65) > 0 &&
	     EVP_PKEY_derive_init(context) > 0 && EVP_PKEY_derive_set_peer(context, peer) > 0 &&
	     EVP_PKEY_derive(context, z, &size) > 0;
	memcpy(input + 4, z, 32);
	memcpy(input + 36, "IDENTITY", 9);
	memcpy(input + 45, point.x.buffer, 32);
	put_number(ek, OSSL_PKEY_PARAM_EC_PUB_X, input + 77, 32);
	ok = ok && EVP_Q_digest(NULL, "SHA256", NULL, input, sizeof(input), seed, NULL);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
	return ok;
}

bool fixture_activate(EVP_PKEY *ek, const struct blob *id_object, const struct blob *encrypted_secret,
		      const uint8_t *name, size_t name_size, struct blob *out)
{
	static const uint8_t iv[16];
	TPM2B_ID_OBJECT id = {.size = 0};
	TPM2B_ENCRYPTED_SECRET secret = {.size = 0};
	TPM2B_DIGEST integrity = {.size = 0}, value = {.size = 0};
	uint8_t seed[32], key[32], mac[32], covered[256], plain[256];
	EVP_CIPHER_CTX *cipher;
	size_t used = 0, at = 0, length;
	int written = 0;

	*out = (struct blob){NULL, 0};
	assert_int_equal(Tss2_MU_TPM2B_ID_OBJECT_Unmarshal(id_object->data, id_object->size, &used, &id), 0);
	assert_int_equal(used, id_object->size);
	used = 0;
	assert_int_equal(Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(encrypted_secret->data, encrypted_secret->size, &used,
								  &secret),
			 0);
	assert_int_equal(used, encrypted_secret->size);
	if (!(EVP_PKEY_is_a(ek, "RSA") ? seed_from_rsa : seed_from_ecc)(ek, &secret, seed))
		return false;
	assert_int_equal(Tss2_MU_TPM2B_DIGEST_Unmarshal(id.credential, id.size, &at, &integrity), 0);
	length = id.size - at;
	assert_true(length + name_size <= sizeof(covered) && integrity.size == 32);
	memcpy(covered, id.credential + at, length);
	memcpy(covered + length, name, name_size);
	kdfa(seed, "INTEGRITY", NULL, 0, key, 256);
	assert_non_null(
		EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, 32, covered, length + name_size, mac, 32, &used));
	if (memcmp(mac, integrity.buffer, 32) != 0)
		return false;
	kdfa(seed, "STORAGE", name, name_size, key, 128);
	cipher = EVP_CIPHER_CTX_new();
	assert_true(EVP_DecryptInit_ex2(cipher, EVP_aes_128_cfb128(), key, iv, NULL) > 0 &&
		    EVP_DecryptUpdate(cipher, plain, &written, covered, (int)length) > 0);
	EVP_CIPHER_CTX_free(cipher);
	at = 0;
	assert_int_equal(Tss2_MU_TPM2B_DIGEST_Unmarshal(plain, length, &at, &value), 0);
	assert_int_equal(at, length);
	return blob_copy(out, value.buffer, value.size);
}
