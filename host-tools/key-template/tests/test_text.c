/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* JSON documents: what is written comes back, and one wrong input for each field, with its line and its rule. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

static struct key_template_document document;
static struct key_template_error problem;

/* Line 1 of each text is the brace. */
#define LIST(templates) "{\n\"format\":\"svsm-key-templates\",\n\"version\":1,\n\"templates\":[\n" templates "]}"
#define SELECTOR(template)                                                                                             \
	"{\n\"format\":\"svsm-manifest-selector\",\n\"version\":1,\n\"kind\":\"template\",\n\"template\":" template "}"
#define L_1 "{\"profile\":\"L-1\"}"

/* Line 6 to 14 in a list behind L-1 */
#define ECC_FIELDS                                                                                                     \
	"\"type\":\"ecc\",\n\"name_algorithm\":\"sha256\",\n"                                                          \
	"\"attributes\":[\"fixedTPM\",\"fixedParent\",\"sensitiveDataOrigin\",\"userWithAuth\",\"restricted\","        \
	"\n\"sign\"],"                                                                                                 \
	"\n\"policy\":null,\n\"symmetric\":null,\n\"scheme\":{\"algorithm\":\"ecdsa\",\"hash\":\"sha256\"},\n"         \
	"\"curve\":\"nist-p256\",\n\"unique\":{\"x\":0,\"y\":0}"
#define RSA_FIELDS                                                                                                     \
	"\"type\":\"rsa\",\n\"name_algorithm\":\"sha256\",\n"                                                          \
	"\"attributes\":[\"fixedTPM\",\"fixedParent\",\"sensitiveDataOrigin\",\"adminWithPolicy\",\"restricted\",\n"   \
	"\"decrypt\"],\n\"policy\":\"PolicyA\",\n\"symmetric\":{\"algorithm\":\"aes\",\"bits\":128,\"mode\":\"cfb\"}," \
	"\n\"scheme\":null,\n\"bits\":3072,\n\"exponent\":65537,\n\"unique\":\"0102\""
#define ECC LIST(L_1 ",\n{\"name\":\"a\",\n" ECC_FIELDS "}")
#define RSA LIST(L_1 ",\n{\"name\":\"a\",\n" RSA_FIELDS "}")

static bool read(const char *text)
{
	return key_template_read("f", text, strlen(text), &document, &problem);
}

static const struct {
	const char *text, *from, *to; /* the first `from` becomes `to` */
	const char *message;
} wrong[] = {
	{ECC, "{", "[", "f:2:"},
	{ECC, "\"format\":\"svsm-key-templates\"", "\"format\":\"svsm-image\"", "f:2: format: must be \"svsm-key"},
	{ECC, "\"format\":\"svsm-key-templates\"", "\"format\":1", "f:2: format: must be"},
	{ECC, "\"version\":1", "\"version\":2", "f:3: version: must be 1"},
	{ECC, "\"version\":1", "\"version\":\"1\"", "f:3: version: must be 1"},
	{ECC, "\"version\":1", "\"version\":1,\"description\":7", "f:3: description: must be a string"},
	{ECC, "\"version\":1", "\"version\":1,\"extra\":7", "f:3: extra: unknown field"},
	{ECC, "\"version\":1", "\"version\":1,\"version\":1", "duplicate"},
	{LIST(""), "", "", "f:4: templates: must be an array of 1 to 16"},
	{LIST(L_1), "[\n{\"profile\":\"L-1\"}]", "7", "f:4: templates: must be an array"},
	{LIST("7"), "", "", "f:5: templates[0]: must be an object"},
	{LIST("{\"profile\":\"L-2\"}"), "", "", "f:5: templates[0]: the first template must be L-1"},
	{LIST("{\"profile\":\"H-9\"}"), "", "", "f:5: templates[0].profile: must name a template"},
	{LIST("{\"profile\":7}"), "", "", "f:5: templates[0].profile: must name a template"},
	{LIST("{\"profile\":\"L-1\",\"bits\":7}"), "", "", "f:5: templates[0].bits: unknown field"},
	{LIST(L_1 ",\n" L_1), "", "", "f:6: templates[1]: this name is taken"},
	{LIST(L_1 ",\n{\"name\":\"b\",\"profile\":\"L-1\"}"), "", "",
	 "f:6: templates[1].name: this template is listed"},
	{ECC, "\"name\":\"a\"", "\"name\":\"\"", "f:6: templates[1].name: must be 1 to 32"},
	{ECC, "\"name\":\"a\"", "\"name\":\"a b\"", "f:6: templates[1].name: must be 1 to 32"},
	{ECC, "\"name\":\"a\"", "\"name\":\"123456789012345678901234567890123\"", "f:6: templates[1].name: must be"},
	{ECC, "\"name\":\"a\"", "\"name\":7", "f:6: templates[1].name: must be 1 to 32"},
	{ECC, "\"name\":\"a\",", "", "f:6: templates[1].name: must be 1 to 32 letters"},
	{ECC, "\"name\":\"a\"", "\"name\":\"L-1\"", "f:6: templates[1].name: this name is taken"},
	{ECC, "\"type\":\"ecc\"", "\"type\":\"dsa\"", "f:7: templates[1].type: must be \"rsa\" or \"ecc\""},
	{ECC, "\"type\":\"ecc\",", "", "f:6: templates[1].type: must be"},
	{ECC, "\"name_algorithm\":\"sha256\"", "\"name_algorithm\":\"md5\"",
	 "f:8: templates[1].name_algorithm: must be"},
	{ECC, "\"name_algorithm\":\"sha256\",", "", "f:6: templates[1].name_algorithm: is missing"},
	{ECC, "\"attributes\":[", "\"attributes\":7,\"x\":[", "f:9: templates[1].attributes: must be an array"},
	{ECC, "\n\"sign\"", "\n\"signs\"", "f:10: templates[1].attributes[5]: must be \"fixedTPM\""},
	{ECC, "\n\"sign\"", "\n\"fixedTPM\"", "f:10: templates[1].attributes[5]: is listed twice"},
	{ECC, ",\n\"sign\"", "\n", "f:9: templates[1].attributes: must contain decrypt or sign"},
	{ECC, "\"sign\"", "\"sign\",\"decrypt\"", "f:9: templates[1].attributes: a restricted key has"},
	{ECC, "\"fixedTPM\",", "", "f:9: templates[1].attributes: must contain fixedTPM"},
	{ECC, "\"fixedParent\",", "", "f:9: templates[1].attributes: must contain fixedTPM"},
	{ECC, "\"sensitiveDataOrigin\",", "", "f:9: templates[1].attributes: must contain fixedTPM"},
	{ECC, "\"userWithAuth\",", "", "f:9: templates[1].attributes: must contain userWithAuth"},
	{ECC, "\"sign\"", "\"sign\",\"encryptedDuplication\"", "f:9: templates[1].attributes: encryptedDuplication"},
	{ECC, "\"policy\":null", "\"policy\":7", "f:11: templates[1].policy: must be null"},
	{ECC, "\"policy\":null,", "", "f:6: templates[1].policy: must be null"},
	{ECC, "\"policy\":null", "\"policy\":\"0g\"", "f:11: templates[1].policy: must be lower-case"},
	{ECC, "\"policy\":null", "\"policy\":\"AB\"", "f:11: templates[1].policy: must be lower-case"},
	{ECC, "\"policy\":null", "\"policy\":\"012\"", "f:11: templates[1].policy: must be an even number"},
	{ECC, "\"policy\":null", "\"policy\":\"0102\"", "f:11: templates[1].policy: must be as long as a digest"},
	{RSA, "\"policy\":\"PolicyA\"", "\"policy\":null", "f:11: templates[1].policy: must not be empty"},
	{RSA, "\"name_algorithm\":\"sha256\"", "\"name_algorithm\":\"sha1\"", "f:11: templates[1].policy: the EK Cred"},
	{ECC, "\"symmetric\":null", "\"symmetric\":7", "f:12: templates[1].symmetric: must be an object"},
	{ECC, "\"symmetric\":null,", "", "f:6: templates[1].symmetric: is missing"},
	{RSA, "\"algorithm\":\"aes\"", "\"algorithm\":\"des\"", "f:12: templates[1].symmetric.algorithm: must be"},
	{RSA, "\"bits\":128", "\"bits\":129", "f:12: templates[1].symmetric: must have 128"},
	{RSA, "\"bits\":128", "\"bits\":-1", "f:12: templates[1].symmetric.bits: must be a number"},
	{RSA, "\"bits\":128,", "", "f:12: templates[1].symmetric.bits: is missing"},
	{RSA, "\"mode\":\"cfb\"", "\"mode\":\"ecb\"", "f:12: templates[1].symmetric.mode: must be"},
	{RSA, "\"mode\":\"cfb\"", "\"mode\":\"cfb\",\"iv\":0", "f:12: templates[1].symmetric.iv: unknown field"},
	{RSA, "{\"algorithm\":\"aes\",\"bits\":128,\"mode\":\"cfb\"}", "null",
	 "f:12: templates[1].symmetric: a restricted"},
	{ECC, "\"symmetric\":null", "\"symmetric\":{\"algorithm\":\"aes\",\"bits\":128,\"mode\":\"cfb\"}",
	 "f:12: templates[1].symmetric: must be null"},
	{ECC, "\"scheme\":{", "\"scheme\":7,\"x\":{", "f:13: templates[1].x: unknown field"},
	{ECC, "\"algorithm\":\"ecdsa\"", "\"algorithm\":\"dsa\"", "f:13: templates[1].scheme.algorithm: must be"},
	{ECC, "\"algorithm\":\"ecdsa\"", "\"algorithm\":\"rsassa\"", "f:13: templates[1].scheme: does not go with"},
	{ECC, "\"algorithm\":\"ecdsa\"", "\"algorithm\":\"ecdh\"", "f:13: templates[1].scheme: does not go with"},
	{ECC, ",\"hash\":\"sha256\"", ",\"hash\":\"md5\"", "f:13: templates[1].scheme.hash: must be"},
	{ECC, ",\"hash\":\"sha256\"", "", "f:13: templates[1].scheme.hash: is missing"},
	{ECC, "{\"algorithm\":\"ecdsa\",\"hash\":\"sha256\"}", "null",
	 "f:13: templates[1].scheme: a restricted signing"},
	{RSA, "\"scheme\":null", "\"scheme\":{\"algorithm\":\"oaep\",\"hash\":\"sha256\"}",
	 "f:13: templates[1].scheme: must be null for a restricted"},
	{ECC, "\"curve\":\"nist-p256\"", "\"curve\":\"p256\"", "f:14: templates[1].curve: must be"},
	{ECC, "\"curve\":\"nist-p256\",", "", "f:6: templates[1].curve: is missing"},
	{ECC, "\"unique\":{\"x\":0,\"y\":0}", "\"unique\":0", "f:15: templates[1].unique: must be an object"},
	{ECC, "\"x\":0", "\"x\":33", "f:15: templates[1].unique: is longer than a coordinate"},
	{ECC, "\"x\":0", "\"x\":-1", "f:15: templates[1].unique.x: must be hexadecimal"},
	{ECC, "\"y\":0", "\"y\":\"xx\"", "f:15: templates[1].unique.y: must be lower-case"},
	{ECC, "\"y\":0", "\"y\":0,\"z\":0", "f:15: templates[1].unique.z: unknown field"},
	{ECC, "\"curve\"", "\"bits\":2048,\"curve\"", "f:14: templates[1].bits: unknown field"},
	{RSA, "\"bits\":3072", "\"bits\":3071", "f:14: templates[1].bits: must be 2048, 3072"},
	{RSA, "\"bits\":3072", "\"bits\":1024", "f:14: templates[1].bits: must be 2048, 3072"},
	{RSA, "\"bits\":3072", "\"bits\":\"3072\"", "f:14: templates[1].bits: must be a number"},
	{RSA, "\"exponent\":65537", "\"exponent\":3", "f:15: templates[1].exponent: must be 0"},
	{RSA, "\"exponent\":65537", "\"exponent\":4294967296", "f:15: templates[1].exponent: must be a number"},
	{RSA, "\"unique\":\"0102\"", "\"unique\":385", "f:16: templates[1].unique: is longer than the modulus"},
	{RSA, "\"unique\":\"0102\"", "\"unique\":99999", "f:16: templates[1].unique: must be hexadecimal"},
	{RSA, "\"unique\":\"0102\"", "\"unique\":null", "f:16: templates[1].unique: must be an even number"},
	{SELECTOR(L_1), "\"kind\":\"template\"", "\"kind\":\"name\"", "f:4: kind: must be \"template\""},
	{SELECTOR(L_1), "\"kind\":\"template\",", "", "f:1: kind: must be \"template\""},
	{SELECTOR(L_1), "\"kind\"", "\"templates\":[],\"kind\"", "f:4: templates: unknown field"},
	{SELECTOR("7"), "", "", "f:5: template: must be an object"},
	{SELECTOR("{\"name\":\"a\",\"profile\":\"L-1\"}"), "", "", "f:5: template.name: a selector has one"},
	{SELECTOR("{\"profile\":\"L1\"}"), "", "", "f:5: template.profile: must name"},
};

static void wrong_fields(void **state)
{
	(void)state;
	assert_true(read(ECC));
	assert_true(read(RSA));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *at = strstr(wrong[i].text, wrong[i].from);
		char text[2048];

		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - wrong[i].text), wrong[i].text, wrong[i].to,
			       at + strlen(wrong[i].from));
		if (read(text) || !strstr(problem.text, wrong[i].message))
			fail_msg("row %zu: '%s', expected '%s'", i, problem.text, wrong[i].message);
	}
}

static void seventeen_keys(void **state)
{
	char text[4096] = "{\"format\":\"svsm-key-templates\",\"version\":1,\"templates\":[" L_1;

	(void)state;
	for (int i = 0; i < 16; i++)
		(void)sprintf(text + strlen(text), ",{\"name\":\"k%d\",\"profile\":\"H-1\"}", i);
	strcat(text, "]}");
	assert_false(read(text));
	assert_non_null(strstr(problem.text, "1 to 16"));
}

/* Text to bytes to text to bytes: the second text is the first, when that was canonical, and the bytes are equal. */
static void round_trip(const char *text)
{
	uint8_t bytes[KEY_TEMPLATE_BYTES_MAX], again[KEY_TEMPLATE_BYTES_MAX];
	size_t size;
	char *first, *second;

	assert_true(read(text));
	size = key_template_bytes(&document, bytes);
	first = key_template_text(&document);
	assert_non_null(first);
	assert_true(key_template_read("f", bytes, size, &document, &problem));
	second = key_template_text(&document);
	assert_non_null(second);
	assert_string_equal(first, second);
	assert_true(read(second));
	assert_int_equal(key_template_bytes(&document, again), size);
	assert_memory_equal(again, bytes, size);
	free(first);
	free(second);
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t got = file ? fread(text, 1, size - 1, file) : 0;

	assert_non_null(file);
	(void)fclose(file);
	assert_true(got > 0 && got < size - 1);
	text[got] = 0;
}

static void round_trips(void **state)
{
	static const char *const files[] = {"manifests/keys/conformance.json", "manifests/keys/low-range.json",
					    "manifests/selectors/ek-p384.json", "manifests/selectors/ek-rsa2048.json",
					    "manifests/selectors/signing-p256.json"};
	char text[8192], *written;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		read_file(files[i], text, sizeof(text));
		round_trip(text);
	}
	round_trip(ECC);
	round_trip(RSA);
	round_trip(SELECTOR(L_1));
	round_trip(SELECTOR("{" ECC_FIELDS "}"));
	round_trip(LIST(L_1 ",{\"profile\":\"H-5\"},{\"profile\":\"H-7\"},{\"name\":\"x\",\"profile\":\"L-2\"}"));
	/* Canonical text comes back to the byte. */
	assert_true(read(LIST(L_1)));
	written = key_template_text(&document);
	assert_string_equal(written, "{\n\t\"format\": \"svsm-key-templates\",\n\t\"version\": 1,\n\t\"templates\": [\n"
				     "\t\t{\n\t\t\t\"profile\": \"L-1\"\n\t\t}\n\t]\n}\n");
	free(written);
}

/* A template that is a profile's in every field is that profile, however it was written. */
static void spelled_out_profile(void **state)
{
	static const char text[] =
		SELECTOR("{\"type\":\"rsa\",\"name_algorithm\":\"sha256\",\"attributes\":[\"decrypt\",\"restricted\","
			 "\"fixedTPM\","
			 "\"adminWithPolicy\",\"fixedParent\",\"sensitiveDataOrigin\"],\"policy\":"
			 "\"837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa\",\"symmetric\":{"
			 "\"algorithm\":\"aes\","
			 "\"bits\":128,\"mode\":\"cfb\"},\"scheme\":null,\"bits\":2048,\"unique\":256}");

	(void)state;
	assert_true(read(text));
	assert_string_equal(key_template_profile(&document.key[0]), "L-1");
	round_trip(text);
}

static void not_json(void **state)
{
	static char large[KEY_TEMPLATE_TEXT_MAX + 2];

	(void)state;
	assert_false(read("{"));
	assert_non_null(strstr(problem.text, "f:1:"));
	assert_false(read("{\n\n\"a\" 7}"));
	assert_non_null(strstr(problem.text, "f:3:"));
	assert_false(key_template_read("f", "", 0, &document, &problem));
	assert_false(read("   "));
	assert_false(read("[]"));
	assert_false(read("\"\x1b[31m\""));
	memset(large, ' ', sizeof(large) - 1);
	assert_false(read(large));
	assert_non_null(strstr(problem.text, "larger"));
}

int test_text_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_fields), cmocka_unit_test(seventeen_keys),      cmocka_unit_test(round_trips),
		cmocka_unit_test(not_json),	cmocka_unit_test(spelled_out_profile),
	};

	return cmocka_run_group_tests_name("key templates: text", tests, NULL, NULL);
}
