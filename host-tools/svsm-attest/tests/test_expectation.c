/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Evidence in the three forms of the vTPM's manifest, judged with --manifest and --selector: what is expected is
 * accepted, everything else is refused, and the refusal names the key and the field.
 */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

#define PARSE 10
#define BINDING 14
#define SVSM 17
#define KEYS 18

#define LIST_FILE "manifests/keys/low-range.json"
#define EK_FILE "manifests/selectors/ek-rsa2048.json"
#define OTHER_EK_FILE "manifests/selectors/ek-p384.json"
#define SIGNING_FILE "manifests/selectors/signing-p256.json"

static struct expectation expectation;

static void set(struct scene *scene, const char *object, const char *key, json_t *value)
{
	json_t *at = object ? json_object_get(scene->bundle, object) : scene->bundle;

	assert_int_equal(json_object_set_new(at, key, value), 0);
}

static void expect_list(struct scene *scene, const char *path)
{
	struct error error;

	if (!expectation_read_manifest(&expectation, path, &error))
		fail_msg("%s", error.text);
	scene->verify.expectation = &expectation;
}

static void expect_selector(struct scene *scene, const char *path)
{
	struct error error;

	if (!expectation_read_selector(&expectation, path, &error))
		fail_msg("%s", error.text);
	scene->verify.expectation = &expectation;
}

static void put_be(uint8_t *to, uint32_t value, unsigned int size)
{
	for (; size > 0; value >>= 8)
		to[--size] = (uint8_t)value;
}

/* The manifest becomes the list of these keys. */
static void list_of(struct scene *scene, const struct blob *const *keys, uint32_t count)
{
	uint8_t bytes[4096];
	size_t size = 8;

	put_be(bytes, 1, 4);
	put_be(bytes + 4, count, 4);
	for (uint32_t i = 0; i < count; i++) {
		put_be(bytes + size, (uint32_t)keys[i]->size, 2);
		memcpy(bytes + size + 2, keys[i]->data, keys[i]->size);
		size += 2 + keys[i]->size;
	}
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, bytes, size));
}

/* L-1 and L-2, the second with a change */
static void list_with(struct scene *scene, fixture_change *change)
{
	struct blob ecc = fixture_ek(fixture_keys()->ek_ecc, change);
	const struct blob *keys[] = {&scene->ek, &ecc};

	list_of(scene, keys, 2);
	blob_free(&ecc);
	expect_list(scene, LIST_FILE);
}

static void list(struct scene *scene)
{
	list_with(scene, NULL);
}

static void say_version_1(struct scene *scene)
{
	set(scene, "manifest", "version", json_integer(1));
}

/* The report covers the selector of the file as well. */
static void bind_selector(struct scene *scene)
{
	assert_true(
		expectation_report_data(&expectation, scene->state.nonce, &scene->manifest, scene->report.report_data));
	scene->keep_report_data = true;
}

static void selected(struct scene *scene)
{
	expect_selector(scene, EK_FILE);
	bind_selector(scene);
}

static void say_selector(struct scene *scene)
{
	set(scene, NULL, "selector", fixture_base64(expectation.selector, expectation.selector_size));
}

/* The AK itself is the attested key. */
static void signing(struct scene *scene)
{
	expect_selector(scene, SIGNING_FILE);
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, scene->ak.data, scene->ak.size));
	scene->policy.ak_bindings = 1u << AK_BINDING_MANIFEST;
	bind_selector(scene);
}

static void say_signing(struct scene *scene)
{
	say_selector(scene);
	set(scene, NULL, "eks", json_array());
	set(scene, NULL, "ak_binding", json_pack("{s:s}", "method", "manifest"));
}

static void accepted(void **unused)
{
	static const struct {
		void (*before)(struct scene *scene);
		void (*after)(struct scene *scene);
	} forms[] = {{list, say_version_1}, {selected, say_selector}, {signing, say_signing}};

	(void)unused;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct scene scene;

		scene_open(&scene);
		forms[i].before(&scene);
		scene_build(&scene);
		forms[i].after(&scene);
		scene_expect_run(&scene, 0, NULL, 0);
		scene_close(&scene);
	}
}

/* Lists that are not the expected one */

static void short_list(struct scene *scene)
{
	const struct blob *keys[] = {&scene->ek};

	list_of(scene, keys, 1);
	expect_list(scene, LIST_FILE);
}

static void long_list(struct scene *scene)
{
	struct blob ecc = fixture_ek(fixture_keys()->ek_ecc, NULL);
	const struct blob *keys[] = {&scene->ek, &ecc, &scene->ak};

	list_of(scene, keys, 3);
	blob_free(&ecc);
	expect_list(scene, LIST_FILE);
}

static void reversed(struct scene *scene)
{
	struct blob ecc = fixture_ek(fixture_keys()->ek_ecc, NULL);
	const struct blob *keys[] = {&ecc, &scene->ek};

	list_of(scene, keys, 2);
	blob_free(&ecc);
	expect_list(scene, LIST_FILE);
}

static void with_password(TPMT_PUBLIC *area)
{
	area->objectAttributes |= TPMA_OBJECT_USERWITHAUTH;
}

static void without_fixed_tpm(TPMT_PUBLIC *area)
{
	area->objectAttributes &= ~TPMA_OBJECT_FIXEDTPM;
}

static void other_policy(TPMT_PUBLIC *area)
{
	area->authPolicy.buffer[0] ^= 1;
}

static void other_name_algorithm(TPMT_PUBLIC *area)
{
	area->nameAlg = TPM2_ALG_SHA384;
}

static void other_symmetric(TPMT_PUBLIC *area)
{
	area->parameters.eccDetail.symmetric.keyBits.aes = 256;
}

static void other_scheme(TPMT_PUBLIC *area)
{
	area->parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDH;
	area->parameters.eccDetail.scheme.details.ecdh.hashAlg = TPM2_ALG_SHA256;
}

#define LIST_WITH(change)                                                                                              \
	static void list_##change(struct scene *scene)                                                                 \
	{                                                                                                              \
		list_with(scene, change);                                                                              \
	}
LIST_WITH(with_password)
LIST_WITH(without_fixed_tpm)
LIST_WITH(other_policy)
LIST_WITH(other_name_algorithm)
LIST_WITH(other_symmetric)
LIST_WITH(other_scheme)

static void drop_a_key(struct scene *scene)
{
	size_t size = 8 + 2 + scene->ek.size;
	uint8_t bytes[4096];

	memcpy(bytes, scene->manifest.data, size);
	put_be(bytes + 4, 1, 4);
	set(scene, "manifest", "data", fixture_base64(bytes, size));
	say_version_1(scene);
}

static void damage_list(struct scene *scene, size_t at, uint8_t value)
{
	uint8_t bytes[4096];

	memcpy(bytes, scene->manifest.data, scene->manifest.size);
	bytes[at] = value;
	set(scene, "manifest", "data", fixture_base64(bytes, scene->manifest.size));
	say_version_1(scene);
}

static void list_version_2(struct scene *scene)
{
	damage_list(scene, 3, 2);
}

static void list_no_keys(struct scene *scene)
{
	damage_list(scene, 7, 0);
}

static void list_17_keys(struct scene *scene)
{
	damage_list(scene, 7, 17);
}

static void list_more_keys(struct scene *scene)
{
	damage_list(scene, 7, 3);
}

static void list_key_too_long(struct scene *scene)
{
	damage_list(scene, 8, 0x7f);
}

static void list_key_too_short(struct scene *scene)
{
	damage_list(scene, 9, (uint8_t)(scene->ek.size - 1));
}

static void say_services(struct scene *scene)
{
	set(scene, "manifest", "kind", json_string("services"));
	set(scene, "manifest", "service", json_null());
}

static void say_version_0(struct scene *scene)
{
	set(scene, "manifest", "version", json_integer(0));
}

/* One key is offered where a list is expected, and the other way round. */
static void expect_a_list(struct scene *scene)
{
	expect_list(scene, LIST_FILE);
}

static void list_for_selector(struct scene *scene)
{
	list(scene);
	expect_selector(scene, EK_FILE);
	bind_selector(scene);
}

/* Selectors that are not the expected one */

/* The guest asked for P-384 and got it; the evidence claims the expected selector. */
static void relabelled(struct scene *scene)
{
	expect_selector(scene, OTHER_EK_FILE);
	bind_selector(scene);
	expect_selector(scene, EK_FILE);
}

static void plain_for_selector(struct scene *scene)
{
	expect_selector(scene, EK_FILE);
}

static void expect_nothing(struct scene *scene)
{
	say_selector(scene);
	scene->verify.expectation = NULL;
}

/* Evidence for a selector that passes itself off as the manifest of version 0 */
static void as_version_0(struct scene *scene)
{
	scene->verify.expectation = NULL;
}

static void other_key(struct scene *scene)
{
	expect_selector(scene, SIGNING_FILE);
	bind_selector(scene);
}

static void cut_selector(struct scene *scene)
{
	set(scene, NULL, "selector", fixture_base64(expectation.selector, expectation.selector_size - 1));
}

static void no_manifest(struct scene *scene)
{
	expect_list(scene, LIST_FILE);
	memcpy(scene->report.report_data, scene->state.nonce, STATE_NONCE_SIZE);
	scene->keep_report_data = true;
}

static void say_no_manifest(struct scene *scene)
{
	set(scene, NULL, "manifest", json_null());
}

/* The AK is attested, but the quote is another key's. */
static void signing_other_ak(struct scene *scene)
{
	signing(scene);
	blob_free(&scene->ak);
	scene->ak_key = scene->quote_signer = fixture_keys()->ak_rsa;
	scene->ak = fixture_ak(scene->ak_key, NULL);
}

static const struct refusal rows[] = {
	{"list: a key is missing", short_list, say_version_1, KEYS, "key 1, 'L-2' of " LIST_FILE ", is missing", 0},
	{"list: a key too many", long_list, say_version_1, KEYS, "key 2 is one more than the 2 of " LIST_FILE, 0},
	{"list: another order", reversed, say_version_1, KEYS, "key 0 is not 'L-1' of " LIST_FILE ": type is ecc", 0},
	{"list: attributes", list_with_password, say_version_1, KEYS,
	 "'L-2' of " LIST_FILE ": attributes have userWithAuth", 0},
	{"list: a key that can leave", list_without_fixed_tpm, say_version_1, KEYS, "attributes lack fixedTPM", 0},
	{"list: policy", list_other_policy, say_version_1, KEYS, "policy is 82", 0},
	{"list: name algorithm", list_other_name_algorithm, say_version_1, KEYS, "name algorithm is sha384, must be",
	 0},
	{"list: symmetric", list_other_symmetric, say_version_1, KEYS, "symmetric is aes 256 cfb, must be aes 128", 0},
	{"list: scheme", list_other_scheme, say_version_1, KEYS, "scheme is ecdh, must be null", 0},
	{"list: a key taken out of the manifest", list, drop_a_key, BINDING, "another nonce or manifest",
	 ALSO(VERIFY_KEYS)},
	{"list: version 2", list, list_version_2, PARSE, "not a list of keys", ALSO(VERIFY_BINDING)},
	{"list: no keys", list, list_no_keys, PARSE, "must list 1 to 16", ALSO(VERIFY_BINDING)},
	{"list: 17 keys", list, list_17_keys, PARSE, "must list 1 to 16", ALSO(VERIFY_BINDING)},
	{"list: more keys than there are", list, list_more_keys, PARSE, "runs past the end", ALSO(VERIFY_BINDING)},
	{"list: a key that runs past the end", list, list_key_too_long, PARSE, "runs past", ALSO(VERIFY_BINDING)},
	{"list: a key cut short", list, list_key_too_short, PARSE, "not exactly one TPMT_PUBLIC", ALSO(VERIFY_BINDING)},
	{"list: said to be of services", list, say_services, SVSM,
	 "the evidence has a services manifest; a single-service manifest of version 1", 0},
	{"list: said to be version 0", list, say_version_0, SVSM, "has version 0 of the manifest", 0},
	{"list: one key instead", expect_a_list, NULL, SVSM, "has version 0 of the manifest", 0},
	{"list: one key instead, said to be a list", expect_a_list, say_version_1, PARSE, "not a list of keys", 0},
	{"list: no manifest", no_manifest, say_no_manifest, SVSM, "no manifest", ALSO(VERIFY_KEYS)},
	{"selector: a list instead", list_for_selector, say_selector, PARSE, "TPMT_PUBLIC", 0},
	{"selector: another one, relabelled", relabelled, say_selector, BINDING, "another nonce, selector or manifest",
	 0},
	{"selector: none", plain_for_selector, NULL, BINDING, "not for a manifest selector", 0},
	{"selector: not covered by the report", plain_for_selector, say_selector, BINDING, "context || selector", 0},
	{"selector: cut short", selected, cut_selector, BINDING, "another manifest selector", 0},
	{"selector: not expected", selected, expect_nothing, BINDING, "none is expected", 0},
	{"selector: offered as version 0", selected, as_version_0, BINDING,
	 "REPORT_DATA is not SHA-512(nonce || manifest)", 0},
	{"selector: another key", other_key, say_selector, KEYS,
	 "key 0 is not 'selector' of " SIGNING_FILE ": type is rsa", 0},
	{"selector: an AK that is not the key", signing_other_ak, say_signing, KEYS, "does not stand in the manifest",
	 0},
};

static void another_asked(void **unused)
{
	struct scene scene;

	/* Its evidence says so openly, which only the bundle can. */
	(void)unused;
	scene_open(&scene);
	expect_selector(&scene, OTHER_EK_FILE);
	bind_selector(&scene);
	scene_build(&scene);
	say_selector(&scene);
	expect_selector(&scene, EK_FILE);
	scene_expect_run(&scene, BINDING, "another manifest selector than " EK_FILE, 0);
	scene_close(&scene);
}

static void files(void **unused)
{
	char path[] = "/tmp/svsm-attest-expectation.XXXXXX";
	struct error error;
	int fd = mkstemp(path);

	(void)unused;
	assert_true(fd >= 0);
	assert_false(expectation_read_manifest(&expectation, EK_FILE, &error));
	assert_non_null(strstr(error.text, "is a manifest selector"));
	assert_false(expectation_read_selector(&expectation, LIST_FILE, &error));
	assert_non_null(strstr(error.text, "is a key-template manifest"));
	assert_false(expectation_read_manifest(&expectation, "/nonexistent", &error));
	assert_false(expectation_read_manifest(&expectation, path, &error)); /* empty */
	assert_int_equal(write(fd, "{\n\"format\":7}", 13), 13);
	assert_false(expectation_read_manifest(&expectation, path, &error));
	assert_non_null(strstr(error.text, ":2: format: must be"));
	close(fd);
	unlink(path);
}

int test_expectation_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(another_asked),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests_name("expected keys", tests, NULL, NULL) +
	       RUN_REFUSALS("expected keys, refused", rows);
}
