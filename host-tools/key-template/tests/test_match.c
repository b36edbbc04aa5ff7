/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A key against its template: equal but for unique, else the field that differs is named. */
#include "tests.h"

static struct key_template template;
static TPMT_PUBLIC key;
static char text[400];

static void start(const char *profile)
{
	assert_true(key_template_from_profile(&template, profile));
	key = template.area;
}

static void matches(void **state)
{
	const char *name;

	(void)state;
	for (size_t i = 0; (name = key_template_profile_name(i)) != NULL; i++) {
		start(name);
		memset(&key.unique, 0x5a, sizeof(key.unique));
		assert_true(key_template_matches(&template, &key, text, sizeof(text)));
	}
	start("L-1");
	key.parameters.rsaDetail.exponent = 65537; /* another way to write 0 */
	assert_true(key_template_matches(&template, &key, text, sizeof(text)));
}

static void differs(void **state)
{
	(void)state;
#define DIFFERS(profile, change, words)                                                                                \
	do {                                                                                                           \
		start(profile);                                                                                        \
		change;                                                                                                \
		assert_false(key_template_matches(&template, &key, text, sizeof(text)));                               \
		assert_string_equal(text, words);                                                                      \
	} while (0)
	DIFFERS("L-1", key.type = TPM2_ALG_ECC, "type is ecc, must be rsa");
	DIFFERS("L-1", key.type = TPM2_ALG_SYMCIPHER, "type is neither rsa nor ecc, must be rsa");
	DIFFERS("L-1", key.nameAlg = TPM2_ALG_SHA384, "name algorithm is sha384, must be sha256");
	DIFFERS("L-1", key.nameAlg = 0x7777, "name algorithm is unknown (7777h), must be sha256");
	DIFFERS("L-1", key.objectAttributes |= TPMA_OBJECT_USERWITHAUTH, "attributes have userWithAuth on top");
	DIFFERS("L-1", key.objectAttributes &= ~TPMA_OBJECT_FIXEDTPM, "attributes lack fixedTPM");
	DIFFERS("L-1", key.objectAttributes ^= TPMA_OBJECT_DECRYPT | TPMA_OBJECT_SIGN_ENCRYPT,
		"attributes lack decrypt and have sign on top");
	DIFFERS("L-1", key.objectAttributes |= 1, "attributes have reserved bits 00000001h on top");
	DIFFERS("H-1", assert_true(key_policy_digest(KEY_POLICY_A, TPM2_ALG_SHA256, &key.authPolicy)),
		"policy is PolicyA, must be PolicyB");
	DIFFERS("H-1", key.authPolicy.size = 0, "policy is empty, must be PolicyB");
	DIFFERS("H-1", (key.authPolicy.size = 2, memcpy(key.authPolicy.buffer, "\1\2", 2)),
		"policy is 0102, must be PolicyB");
	DIFFERS("H-1", key.parameters.rsaDetail.keyBits = 3072, "the key has 3072 bits, must have 2048");
	DIFFERS("H-1", key.parameters.rsaDetail.exponent = 3, "exponent is 3, must be 65537");
	DIFFERS("H-1", key.parameters.rsaDetail.symmetric.keyBits.sym = 256,
		"symmetric is aes 256 cfb, must be aes 128 cfb");
	DIFFERS("H-1", key.parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL,
		"symmetric is null, must be aes 128 cfb");
	DIFFERS("H-1", key.parameters.rsaDetail.scheme.scheme = TPM2_ALG_OAEP, "scheme is oaep, must be null");
	DIFFERS("H-2", key.parameters.eccDetail.curveID = TPM2_ECC_NIST_P384, "curve is nist-p384, must be nist-p256");
	DIFFERS("H-2", key.parameters.eccDetail.symmetric.mode.sym = TPM2_ALG_CBC,
		"symmetric is aes 128 unknown (0042h), must be aes 128 cfb");
	DIFFERS("H-2", key.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA, "scheme is ecdsa, must be null");
	DIFFERS("H-2", key.parameters.eccDetail.kdf.scheme = TPM2_ALG_KDF2, "key derivation is 0021h, must be null");
	DIFFERS("H-2",
		(template.area.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA,
		 template.area.parameters.eccDetail.scheme.details.anySig.hashAlg = TPM2_ALG_SHA256,
		 key.parameters.eccDetail.scheme = template.area.parameters.eccDetail.scheme,
		 key.parameters.eccDetail.scheme.details.anySig.hashAlg = TPM2_ALG_SHA1),
		"the scheme's hash is sha1, must be sha256");
#undef DIFFERS
}

int test_match_run(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(matches), cmocka_unit_test(differs)};

	return cmocka_run_group_tests_name("key templates: keys", tests, NULL, NULL);
}
