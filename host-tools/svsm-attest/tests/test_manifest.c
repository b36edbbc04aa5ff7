/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The manifest of all services, one rule at a time; and evidence whose bytes are right in a form that nobody asked for,
 * which is refused whatever it says of itself.
 */
#include "fixture.h"
#include "show.h"

#include "abi/svsm.h"

#include <stdlib.h>
#include <string.h>

#define PARSE 10
#define SVSM 17
#define KEYS 18

static const uint8_t services_guid[16] = SVSM_GUID_SERVICES_MANIFEST;
static const uint8_t vtpm_guid[16] = SVSM_GUID_VTPM;
static const uint8_t uefi_mm_guid[16] = SVSM_GUID_UEFI_MM;
static const uint8_t other_guid[16] = {1, 2, 3, 4};

#define SERVICES 3u
#define TABLE (sizeof(struct svsm_services_manifest) + SERVICES * sizeof(struct svsm_services_entry))

/* Three services in the order UEFI MM, vTPM, one that nobody knows; `entry` may be changed before it is written. */
struct draft {
	struct svsm_services_manifest header;
	struct svsm_services_entry entry[SERVICES];
	uint8_t bytes[4096];
	size_t size;
};

static void draft_make(struct draft *draft, const struct blob *ek)
{
	static const struct svsm_uefi_mm_manifest uefi_mm = {.version = 1, .flags = SVSM_UEFI_MM_SECURE_BOOT};
	const struct blob part[SERVICES] = {
		{(uint8_t *)(uintptr_t)&uefi_mm, sizeof(uefi_mm)}, *ek, {(uint8_t *)(uintptr_t) "unknown", 7}};
	const uint8_t *const guid[SERVICES] = {uefi_mm_guid, vtpm_guid, other_guid};

	memset(draft, 0, sizeof(*draft));
	draft->size = TABLE;
	for (size_t i = 0; i < SERVICES; i++) {
		memcpy(draft->entry[i].guid, guid[i], 16);
		draft->entry[i].offset = (uint32_t)draft->size;
		draft->entry[i].length = (uint32_t)part[i].size;
		memcpy(draft->bytes + draft->size, part[i].data, part[i].size);
		draft->size += part[i].size;
	}
	memcpy(draft->header.guid, services_guid, sizeof(services_guid));
	draft->header.length = (uint32_t)draft->size;
	draft->header.count = SERVICES;
}

static void draft_write(struct draft *draft)
{
	memcpy(draft->bytes, &draft->header, sizeof(draft->header));
	memcpy(draft->bytes + sizeof(draft->header), draft->entry, sizeof(draft->entry));
}

#define DRAFT_CHANGE(name, statement)                                                                                  \
	static void name(struct draft *d)                                                                              \
	{                                                                                                              \
		statement;                                                                                             \
	}
DRAFT_CHANGE(guid, d->header.guid[15] ^= 1)
DRAFT_CHANGE(length_more, d->header.length++)
DRAFT_CHANGE(length_less, d->header.length--)
DRAFT_CHANGE(count_more, d->header.count++)
DRAFT_CHANGE(count_less, d->header.count--)
DRAFT_CHANGE(count_none, d->header.count = 0)
DRAFT_CHANGE(count_huge, d->header.count = 0x0aaaaaab) /* times 24 is 8, modulo 2^32 */
DRAFT_CHANGE(count_max, d->header.count = UINT32_MAX)
DRAFT_CHANGE(offset_in_table, d->entry[0].offset = sizeof(d->header))
DRAFT_CHANGE(offset_gap, d->entry[1].offset++; d->entry[1].length--)
DRAFT_CHANGE(offset_overlap, d->entry[1].offset--; d->entry[1].length++)
DRAFT_CHANGE(offset_beyond, d->entry[2].offset = (uint32_t)d->size + 1)
DRAFT_CHANGE(offset_wraps, d->entry[2].offset = UINT32_MAX)
DRAFT_CHANGE(size_beyond, d->entry[2].length++)
DRAFT_CHANGE(size_wraps, d->entry[2].length = UINT32_MAX)
DRAFT_CHANGE(size_leaves_bytes, d->entry[2].length--)
DRAFT_CHANGE(one_guid_twice, memcpy(d->entry[2].guid, d->entry[0].guid, 16))
DRAFT_CHANGE(two_vtpms, memcpy(d->entry[2].guid, vtpm_guid, 16))
DRAFT_CHANGE(vtpm_garbage, memcpy(d->entry[0].guid, vtpm_guid, 16); memcpy(d->entry[1].guid, uefi_mm_guid, 16))

static const struct {
	void (*change)(struct draft *draft);
	const char *words;
} refused[] = {
	{guid, "GUID of a services manifest"},
	{length_more, "says it has"},
	{length_less, "says it has"},
	{count_more, "must follow"},
	{count_less, "must follow"},
	{count_none, "behind the last service"},
	{count_huge, "no room for a table"},
	{count_max, "no room for a table"},
	{offset_in_table, "service 0 lies at 24"},
	{offset_gap, "service 1 lies at"},
	{offset_overlap, "service 1 lies at"},
	{offset_beyond, "service 2 lies at"},
	{offset_wraps, "service 2 lies at"},
	{size_beyond, "service 2 lies at"},
	{size_wraps, "service 2 lies at"},
	{size_leaves_bytes, "1 bytes behind the last service"},
	{one_guid_twice, "services 0 and 2 have one GUID"},
	{two_vtpms, "services 1 and 2 have one GUID"},
	{vtpm_garbage, "TPMT_PUBLIC"},
};

static void rules(void **unused)
{
	struct blob ek = fixture_ek(fixture_keys()->ek_rsa, NULL);
	struct manifest manifest;
	struct draft draft;
	struct error error;

	(void)unused;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		draft_make(&draft, &ek);
		refused[i].change(&draft);
		draft_write(&draft);
		if (manifest_parse(&manifest, MANIFEST_FORM_SERVICES, draft.bytes, draft.size, &error))
			fail_msg("row %zu is taken", i);
		if (!strstr(error.text, refused[i].words))
			fail_msg("row %zu: '%s' does not say '%s'", i, error.text, refused[i].words);
		manifest_free(&manifest);
	}
	blob_free(&ek);
}

/* No prefix and no other form is taken, and nothing beyond the bytes is read (the sanitizer sees it). */
static void prefixes(void **unused)
{
	struct blob ek = fixture_ek(fixture_keys()->ek_rsa, NULL);
	struct manifest manifest;
	struct draft draft;
	struct error error;

	(void)unused;
	draft_make(&draft, &ek);
	draft_write(&draft);
	for (size_t size = 0; size < draft.size; size++) {
		uint8_t *cut = malloc(size + 1);

		assert_non_null(cut);
		memcpy(cut + 1, draft.bytes, size);
		assert_false(manifest_parse(&manifest, MANIFEST_FORM_SERVICES, cut + 1, size, &error));
		manifest_free(&manifest);
		free(cut);
	}
	assert_false(manifest_parse(&manifest, MANIFEST_FORM_KEY, draft.bytes, draft.size, &error));
	assert_false(manifest_parse(&manifest, MANIFEST_FORM_LIST, draft.bytes, draft.size, &error));
	assert_false(manifest_parse(&manifest, MANIFEST_FORM_SERVICES, ek.data, ek.size, &error));
	assert_false(manifest_parse(&manifest, MANIFEST_FORM_LIST, ek.data, ek.size, &error));
	blob_free(&ek);
}

static void shown(void **unused)
{
	static const char *const words[] = {
		"a services manifest",
		"service 0, UEFI MM",
		"secure-boot",
		"service 1, vTPM",
		"service 2, unknown",
		"7 at ",
		"SHA-256",
		"04030201-0000-0000-0000-000000000000",
		"key 0 of the vTPM",
		"c476f1eb-0123-45a5-9641-b4e7dde5bfe3",
		"a4453a59-9e1b-4787-a033-1986d6adbe55",
		/* printf unknown | sha256sum */
		"b23a6a8439c0dde5515893e7c90c1e3233b8616e634470f20dc4928bcf3609bc",
	};
	struct blob ek = fixture_ek(fixture_keys()->ek_rsa, NULL), bytes;
	struct draft draft;
	struct error error;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)unused;
	draft_make(&draft, &ek);
	draft_write(&draft);
	bytes = (struct blob){draft.bytes, draft.size};
	assert_int_equal(file_kind_guess(&bytes), FILE_KIND_MANIFEST_SERVICES);
	assert_true(out && show(FILE_KIND_MANIFEST_SERVICES, "x", &bytes, out, &error));
	fclose(out);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strstr(text, words[i]))
			fail_msg("no '%s' in\n%s", words[i], text);
	}
	free(text);
	blob_free(&ek);
}

/* Evidence with this manifest, under a policy that asks for it or for another form */

static void with_services(struct scene *scene, void (*change)(struct draft *draft), enum manifest_form wanted)
{
	struct draft draft;

	draft_make(&draft, &scene->ek);
	if (change)
		change(&draft);
	draft_write(&draft);
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, draft.bytes, draft.size));
	scene->policy.manifest_form = wanted;
}

static void services(struct scene *scene)
{
	with_services(scene, NULL, MANIFEST_FORM_SERVICES);
}

#define UEFI_MM(change_name, change, wanted)                                                                           \
	DRAFT_CHANGE(change_name##_draft, change)                                                                      \
	static void change_name(struct scene *scene)                                                                   \
	{                                                                                                              \
		struct policy *p = &scene->policy;                                                                     \
                                                                                                                       \
		with_services(scene, change_name##_draft, MANIFEST_FORM_SERVICES);                                     \
		p->uefi_mm_required = true;                                                                            \
		p->uefi_mm_version = 1;                                                                                \
		p->uefi_mm_require = SVSM_UEFI_MM_SECURE_BOOT;                                                         \
		wanted;                                                                                                \
	}
#define MM_FLAGS (TABLE + offsetof(struct svsm_uefi_mm_manifest, flags))
UEFI_MM(mm_good, (void)d, (void)p)
UEFI_MM(mm_absent, d->entry[0].guid[0] ^= 1, (void)p)
UEFI_MM(mm_short, d->entry[0].length = 7; d->entry[1].offset--; d->entry[2].offset--; d->header.length--; d->size--;
	memmove(d->bytes + TABLE + 7, d->bytes + TABLE + 8, d->size - TABLE - 7), (void)p)
UEFI_MM(mm_version, (void)d, p->uefi_mm_version = 0)
UEFI_MM(mm_missing, (void)d, p->uefi_mm_require |= SVSM_UEFI_MM_PERSISTENT_NV)
UEFI_MM(mm_forbidden, d->bytes[MM_FLAGS] |= SVSM_UEFI_MM_DB_UPDATE, p->uefi_mm_forbid = SVSM_UEFI_MM_DB_UPDATE)
UEFI_MM(mm_not_forbidden, d->bytes[MM_FLAGS] |= SVSM_UEFI_MM_DB_UPDATE, (void)p)
UEFI_MM(mm_unknown, d->bytes[MM_FLAGS + 3] |= 0x80, (void)p)

static void services_unasked(struct scene *scene)
{
	with_services(scene, NULL, MANIFEST_FORM_KEY);
}

DRAFT_CHANGE(vtpm_renamed, d->entry[1].guid[0] ^= 1)

static void services_without_vtpm(struct scene *scene)
{
	with_services(scene, vtpm_renamed, MANIFEST_FORM_SERVICES);
}

/* No policy asks for a vTPM: its keys and its quote are still nobody's. */
static void services_without_vtpm_or_policy(struct scene *scene)
{
	services_without_vtpm(scene);
	scene->no_policy = true;
	scene->verify.form = MANIFEST_FORM_SERVICES;
}

static void services_wanted(struct scene *scene)
{
	scene->policy.manifest_form = MANIFEST_FORM_SERVICES;
}

static void list_wanted(struct scene *scene)
{
	scene->policy.manifest_form = MANIFEST_FORM_LIST;
}

static void say(struct scene *scene, const char *kind, int version)
{
	json_t *manifest = json_object_get(scene->bundle, "manifest");

	json_object_set_new(manifest, "kind", json_string(kind));
	json_object_set_new(manifest, "version", json_integer(version));
	json_object_set_new(manifest, "service",
			    strcmp(kind, "services") == 0 ? json_null()
							  : json_string("c476f1eb-0123-45a5-9641-b4e7dde5bfe3"));
}

static void say_services(struct scene *scene)
{
	say(scene, "services", 0);
}

static void say_services_without_tpm(struct scene *scene)
{
	say_services(scene);
	scene_drop_tpm(scene);
}

static void say_services_1(struct scene *scene)
{
	say(scene, "services", 1);
}

static void say_key(struct scene *scene)
{
	say(scene, "single-service", 0);
}

static void say_list(struct scene *scene)
{
	say(scene, "single-service", 1);
}

static void say_version_2(struct scene *scene)
{
	say(scene, "single-service", 2);
}

static const struct refusal rows[] = {
	{"form: services", services, say_services, 0, NULL, 0},
	{"form: services without a vTPM", services_without_vtpm, say_services, SVSM, "lists no vTPM",
	 ALSO(VERIFY_KEYS)},
	{"form: services without a vTPM, and no keys", services_without_vtpm, say_services_without_tpm, SVSM,
	 "lists no vTPM", 0},
	{"form: keys of a TPM beside services without a vTPM", services_without_vtpm_or_policy, say_services, KEYS,
	 "no manifest of a vTPM", 0},
	{"form: services that are not asked for", services_unasked, say_services, SVSM, "has a services manifest", 0},
	{"form: services said to be a key", services_unasked, say_key, PARSE, "is not a single-service manifest of", 0},
	{"uefi mm: as the policy wants", mm_good, say_services, 0, NULL, 0},
	{"uefi mm: none", mm_absent, say_services, SVSM, "lists none", 0},
	{"uefi mm: of 7 bytes", mm_short, say_services, SVSM, "lists none", 0},
	{"uefi mm: another version", mm_version, say_services, SVSM, "version 1, policy", 0},
	{"uefi mm: lacks a flag", mm_missing, say_services, SVSM, "lacks: persistent-nv", 0},
	{"uefi mm: has a forbidden flag", mm_forbidden, say_services, SVSM, "not accepted: db-update", 0},
	{"uefi mm: a flag the policy leaves open", mm_not_forbidden, say_services, 0, NULL, 0},
	{"uefi mm: an unknown flag", mm_unknown, say_services, SVSM, "unknown bits 0x80000000", 0},
	{"form: services of a version", services, say_services_1, SVSM, "version 1", 0},
	{"form: key where services are asked for", services_wanted, NULL, SVSM, "has a single-service manifest", 0},
	{"form: key said to be services", services_wanted, say_services, PARSE, "is not a services manifest", 0},
	{"form: key where a list is asked for", list_wanted, NULL, SVSM, "has version 0 of the manifest", 0},
	{"form: key said to be a list", list_wanted, say_list, PARSE, "is not a single-service manifest of version 1",
	 0},
	{"form: a version that does not exist", NULL, say_version_2, SVSM, "has version 2 of the manifest", 0},
};

int test_manifest_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(shown),
	};

	return cmocka_run_group_tests_name("services manifest", tests, NULL, NULL) +
	       RUN_REFUSALS("form of the manifest", rows);
}
