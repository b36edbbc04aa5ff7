/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Profiles and policies against what is published: the digests of the EK Credential Profile 2.6, appendix B.6, and
 * templates marshalled by hand after its appendix B.3 and B.4.
 */
#include "tests.h"

#include <stdio.h>

static void hex(const uint8_t *bytes, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		(void)sprintf(out + 2 * i, "%02x", bytes[i]);
	out[2 * size] = 0;
}

static void policies(void **state)
{
	static const struct {
		enum key_policy policy;
		TPMI_ALG_HASH algorithm;
		const char *digest;
	} known[] = {
		{KEY_POLICY_A, TPM2_ALG_SHA256, "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"},
		{KEY_POLICY_A, TPM2_ALG_SHA384,
		 "8bbf2266537c171cb56e403c4dc1d4b64f432611dc386e6f532050c3278c930e143e8bb1133824ccb431053871c6db53"},
		{KEY_POLICY_A, TPM2_ALG_SHA512,
		 "1e3b76502c8a1425aa0b7b3fc646a1b0fae063b03b5368f9c4cddecaff0891dd682bac1a85d4d832b781ea451915de5fc5bf0"
		 "dc4"
		 "a1917cd42fa041e3f998e0ee"},
		{KEY_POLICY_B, TPM2_ALG_SHA256, "ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0"},
		{KEY_POLICY_B, TPM2_ALG_SHA384,
		 "b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12"},
		{KEY_POLICY_B, TPM2_ALG_SHA512,
		 "b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a429c41a6b269571d57edb25fbdb1838425608b"
		 "413"
		 "cd616a5f6db5b6071af99bea"},
		{KEY_POLICY_B, TPM2_ALG_SM3_256, "167860a35f2c5c3567f9c927ac56c032f3b3a6462f8d037998e7a10f77fa454a"},
		{KEY_POLICY_C, TPM2_ALG_SHA256, "3767e2edd43ff45a3a7e1eaefcef78643dca964632e7aad82c673a30d8633fde"},
		{KEY_POLICY_C, TPM2_ALG_SHA384,
		 "d6032ce61f2fb3c240eb3cf6a33237ef2b6a16f4293c22b455e261cffd217ad5b4947c2d73e63005eed2dc2b3593d165"},
		{KEY_POLICY_C, TPM2_ALG_SHA512,
		 "589ee1e146544716e8deafe6db247b01b81e9f9c7dd16b814aa159138749105fba5388dd1dea702f35240c184933121e2c61b"
		 "8f5"
		 "0d3ef91393a49a38c3f73fc8"},
	};
	TPM2B_DIGEST digest;
	char text[129];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(key_policy_digest(known[i].policy, known[i].algorithm, &digest));
		hex(digest.buffer, digest.size, text);
		assert_string_equal(text, known[i].digest);
	}
	assert_false(key_policy_digest(KEY_POLICY_A, TPM2_ALG_SHA1, &digest));
	assert_false(key_policy_digest(KEY_POLICY_B, TPM2_ALG_NULL, &digest));
}

/* Everything before unique, and how much zero unique has behind its size or sizes */
static void templates(void **state)
{
	static const struct {
		const char *name, *head;
		size_t unique, points;
	} known[] = {
		{"L-1",
		 "0001000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"
		 "00060080004300100800000000000100",
		 256, 1},
		{"L-2",
		 "0023000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"
		 "000600800043001000030010"
		 "0020",
		 32, 2},
		{"H-1",
		 "0001000b000300f20020ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0"
		 "00060080004300100800000000000000",
		 0, 1},
		{"H-2",
		 "0023000b000300f20020ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0"
		 "000600800043001000030010"
		 "0000",
		 0, 2},
		{"H-3",
		 "0023000c000300f20030b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba0969964615"
		 "0f9fc000f3f80e12"
		 "000601000043001000040010"
		 "0000",
		 0, 2},
		{"H-4",
		 "0023000d000300f20040b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a429c41a6b269571d5"
		 "7edb25fbdb1838425608b413cd616a5f6db5b6071af99bea"
		 "000601000043001000050010"
		 "0000",
		 0, 2},
		{"H-5",
		 "00230012000300f20020167860a35f2c5c3567f9c927ac56c032f3b3a6462f8d037998e7a10f77fa454a"
		 "001300800043001000200010"
		 "0000",
		 0, 2},
		{"H-6",
		 "0001000c000300f20030b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba0969964615"
		 "0f9fc000f3f80e12"
		 "00060100004300100c00000000000000",
		 0, 1},
		{"H-7",
		 "0001000c000300f20030b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba0969964615"
		 "0f9fc000f3f80e12"
		 "00060100004300101000000000000000",
		 0, 1},
	};
	struct key_template template;
	char text[2 * KEY_TEMPLATE_SIZE_MAX + 1];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_string_equal(key_template_profile_name(i), known[i].name);
		assert_true(key_template_from_profile(&template, known[i].name));
		assert_string_equal(template.name, known[i].name);
		assert_string_equal(key_template_profile(&template), known[i].name);
		length = strlen(known[i].head) / 2;
		hex(template.bytes, template.size, text);
		assert_int_equal(template.size, length + known[i].unique * known[i].points + 2 * (known[i].points - 1));
		assert_memory_equal(text, known[i].head, 2 * length);
	}
	assert_null(key_template_profile_name(sizeof(known) / sizeof(known[0])));
	assert_false(key_template_from_profile(&template, "H-8"));
	assert_false(key_template_from_profile(&template, ""));
	assert_false(key_template_from_profile(&template, "l-1"));
}

int test_profile_run(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(policies), cmocka_unit_test(templates)};

	return cmocka_run_group_tests_name("key templates: profiles", tests, NULL, NULL);
}
