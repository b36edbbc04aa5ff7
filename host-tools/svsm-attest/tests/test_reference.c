/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reference values: each field of the file, and each of its values against reports and keys that differ. */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

#define POLICY 16
#define KEYS 18

#define H16 "0123456789abcdef"
#define H32 H16 H16
#define H96 H32 H32 H32
#define HEAD                                                                                                           \
	"{\"format\":\"svsm-reference-values\",\"version\":1,\"image\":\"i\",\"guest_policy\":\"0x30000\",\"inputs\":" \
	"[]"
#define ONE "{\"profile\":\"p\",\"vcpus\":1,\"digest\":\"" H96 "\"}"
#define LIST ",\"measurements\":[" ONE "]"
#define IDS ",\"family_id\":\"" H32 "\",\"image_id\":\"" H32 "\""
#define SIGNED ",\"id_key_digest\":\"" H96 "\"" IDS ",\"guest_svn\":7"

static bool reads(const char *text, struct reference *out, struct error *error)
{
	char path[] = "/tmp/svsm-attest-reference.XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ok = reference_read(path, out, error);
	unlink(path);
	return ok;
}

static void taken(void **unused)
{
	struct reference reference;
	struct error error;

	(void)unused;
	assert_true(reads(HEAD LIST "}", &reference, &error));
	assert_true(reference.count == 1 && !reference.is_signed && !reference.keys);
	reference_free(&reference);
	assert_true(reads(HEAD LIST SIGNED ",\"author_key_digest\":\"" H96 "\"}", &reference, &error));
	assert_true(reference.is_signed && reference.id.has_author && reference.id.guest_svn == 7);
	assert_int_equal(reference.id.id_key_digest[47], 0xef);
	reference_free(&reference);
	assert_true(reads(HEAD LIST SIGNED ",\"key_templates\":[{\"profile\":\"L-1\"},{\"profile\":\"H-3\"}]}",
			  &reference, &error));
	assert_true(!reference.id.has_author && reference.keys->templates.count == 2);
	reference_free(&reference);
}

static void refused(void **unused)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "line 1"},
		{"[]", "object"},
		{HEAD "}", "'measurements' is missing"},
		{HEAD ",\"measurements\":[]}", "no measurements"},
		{HEAD ",\"measurements\":[{\"profile\":\"p\",\"vcpus\":1}]}",
		 "measurements[0]: field 'digest' is missing"},
		{HEAD ",\"measurements\":[" ONE ",{\"profile\":\"p\",\"vcpus\":1,\"digest\":\"00\"}]}",
		 "measurements[1]"},
		{HEAD ",\"measurements\":[{\"profile\":\"p\",\"vcpus\":4097,\"digest\":\"" H96 "\"}]}", "vcpus"},
		{HEAD LIST ",\"unknown\":1}", "unknown"},
		{HEAD LIST ",\"id_key_digest\":\"" H96 "\"}", "'family_id' must be"},
		{HEAD LIST ",\"id_key_digest\":\"" H32 "\"" IDS ",\"guest_svn\":0}", "id_key_digest"},
		{HEAD LIST ",\"id_key_digest\":\"" H96 "\"" IDS "}", "guest_svn"},
		{HEAD LIST ",\"id_key_digest\":\"" H96 "\"" IDS ",\"guest_svn\":4294967296}", "guest_svn"},
		{HEAD LIST SIGNED ",\"author_key_digest\":\"" H16 "\"}", "author_key_digest"},
		{HEAD LIST IDS "}", "without 'id_key_digest'"},
		{HEAD LIST ",\"author_key_digest\":\"" H96 "\"}", "without 'id_key_digest'"},
		{HEAD LIST ",\"guest_svn\":1}", "without 'id_key_digest'"},
		{HEAD LIST ",\"key_templates\":[]}", "key_templates"},
		{HEAD LIST ",\"key_templates\":7}", "key_templates"},
		{HEAD LIST ",\"key_templates\":[{\"profile\":\"L-9\"}]}", "templates[0].profile"},
	};
	struct reference reference;
	struct error error;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (reads(rows[i].text, &reference, &error))
			fail_msg("%s is taken", rows[i].text);
		if (!strstr(error.text, rows[i].words))
			fail_msg("'%s' does not say '%s'", error.text, rows[i].words);
		reference_free(&reference);
	}
}

/* A signed image's report, and the reference values that fit it */
static void signed_image(struct scene *scene)
{
	struct reference_signed *id = &scene->reference.id;
	struct snp_report *r = &scene->report;

	memset(r->id_key_digest, 1, sizeof(r->id_key_digest));
	memset(r->author_key_digest, 2, sizeof(r->author_key_digest));
	memset(r->family_id, 4, sizeof(r->family_id));
	memset(r->image_id, 5, sizeof(r->image_id));
	r->guest_svn = 3;
	r->key_info |= SNP_KEY_INFO_AUTHOR_KEY_EN;
	scene->reference.is_signed = id->has_author = true;
	memcpy(id->id_key_digest, r->id_key_digest, SNP_DIGEST_SIZE);
	memcpy(id->author_key_digest, r->author_key_digest, SNP_DIGEST_SIZE);
	memcpy(id->family_id, r->family_id, sizeof(id->family_id));
	memcpy(id->image_id, r->image_id, sizeof(id->image_id));
	id->guest_svn = 3;
}

#define SIGNED_CHANGE(name, statement)                                                                                 \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		struct snp_report *r = &scene->report;                                                                 \
		struct reference_signed *id = &scene->reference.id;                                                    \
                                                                                                                       \
		signed_image(scene);                                                                                   \
		(void)r;                                                                                               \
		(void)id;                                                                                              \
		statement;                                                                                             \
	}
SIGNED_CHANGE(as_signed, )
SIGNED_CHANGE(newer_svn, r->guest_svn = 4)
SIGNED_CHANGE(older_svn, r->guest_svn = 2)
SIGNED_CHANGE(other_id_key, r->id_key_digest[47] ^= 1)
SIGNED_CHANGE(unsigned_launch, memset(r->id_key_digest, 0, SNP_DIGEST_SIZE))
SIGNED_CHANGE(other_author, r->author_key_digest[0] ^= 1)
SIGNED_CHANGE(author_not_enabled, r->key_info &= ~SNP_KEY_INFO_AUTHOR_KEY_EN)
SIGNED_CHANGE(author_unexpected, id->has_author = false; memset(id->author_key_digest, 0, SNP_DIGEST_SIZE))
SIGNED_CHANGE(no_author, id->has_author = false; memset(id->author_key_digest, 0, SNP_DIGEST_SIZE);
	      memset(r->author_key_digest, 0, SNP_DIGEST_SIZE); r->key_info &= ~SNP_KEY_INFO_AUTHOR_KEY_EN)
SIGNED_CHANGE(other_family, r->family_id[0] ^= 1)
SIGNED_CHANGE(other_image, r->image_id[15] ^= 1)

static void without_policy(struct scene *scene)
{
	other_id_key(scene);
	scene->no_policy = true;
}

static void with_templates(struct scene *scene, const char *templates)
{
	char text[1024];
	struct error error;

	reference_free(&scene->reference);
	snprintf(text, sizeof(text), "%s" LIST ",\"key_templates\":%s}", HEAD, templates);
	if (!reads(text, &scene->reference, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < SNP_DIGEST_SIZE; i++)
		scene->reference.measurement[0].digest[i] = scene->report.measurement[i];
	scene->reference.guest_policy = scene->report.policy;
}

static void key_of_image(struct scene *scene)
{
	with_templates(scene, "[{\"profile\":\"L-1\"},{\"profile\":\"L-2\"}]");
}

/* The default key follows the image's first template, which an image of this project cannot change; another's may. */
static void ecc_key_of_image(struct scene *scene)
{
	with_templates(scene, "[{\"profile\":\"L-1\"},{\"profile\":\"L-2\"}]");
	blob_free(&scene->ek);
	blob_free(&scene->manifest);
	scene->ek_key = fixture_keys()->ek_ecc;
	scene->ek = fixture_ek(scene->ek_key, NULL);
	assert_true(blob_copy(&scene->manifest, scene->ek.data, scene->ek.size));
	scene->policy.ek_profiles = 1u << TPM_EK_L2;
}

static void list_form(struct scene *scene, const char *templates)
{
	uint8_t bytes[1024] = {0, 0, 0, 1, 0, 0, 0, 1};

	with_templates(scene, templates);
	bytes[8] = (uint8_t)(scene->ek.size >> 8);
	bytes[9] = (uint8_t)scene->ek.size;
	memcpy(bytes + 10, scene->ek.data, scene->ek.size);
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, bytes, 10 + scene->ek.size));
	scene->policy.manifest_form = MANIFEST_FORM_LIST;
}

static void list_of_image(struct scene *scene)
{
	list_form(scene, "[{\"profile\":\"L-1\"}]");
}

static void list_too_short(struct scene *scene)
{
	list_form(scene, "[{\"profile\":\"L-1\"},{\"profile\":\"H-3\"}]");
}

static void say_list(struct scene *scene)
{
	json_object_set_new(json_object_get(scene->bundle, "manifest"), "version", json_integer(1));
}

static const struct refusal rows[] = {
	{"reference: signed image", as_signed, NULL, 0, NULL, 0},
	{"reference: newer release", newer_svn, NULL, 0, NULL, 0},
	{"reference: older release", older_svn, NULL, POLICY, "GUEST_SVN 2 is below the 3 of image 'test'", 0},
	{"reference: another ID key", other_id_key, NULL, POLICY, "ID_KEY_DIGEST is not that", 0},
	{"reference: launched without ID block", unsigned_launch, NULL, POLICY, "ID_KEY_DIGEST is not that", 0},
	{"reference: another author", other_author, NULL, POLICY, "AUTHOR_KEY_DIGEST is not that", 0},
	{"reference: author key not enabled", author_not_enabled, NULL, POLICY, "launched without an author key", 0},
	{"reference: author key that was not there", author_unexpected, NULL, POLICY, "launched with an author key", 0},
	{"reference: signed without author key", no_author, NULL, 0, NULL, 0},
	{"reference: another family id", other_family, NULL, POLICY, "FAMILY_ID", 0},
	{"reference: another image id", other_image, NULL, POLICY, "IMAGE_ID", 0},
	{"reference: without a policy too", without_policy, NULL, POLICY, "ID_KEY_DIGEST is not that", 0},
	{"reference: default key", key_of_image, NULL, 0, NULL, 0},
	{"reference: default key of another template", ecc_key_of_image, NULL, KEYS, "key 0 is not 'L-1' of i", 0},
	{"reference: list", list_of_image, say_list, 0, NULL, 0},
	{"reference: list too short", list_too_short, say_list, KEYS, "key 1, 'H-3' of i, is missing", 0},
};

int test_reference_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("reference values", tests, NULL, NULL) +
	       RUN_REFUSALS("reference values, judged", rows);
}
