/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages parse and binding: bundles that lie about their own shape, or answer another challenge. */
#include "fixture.h"

#include <string.h>

#define PARSE 10
#define BINDING 14
#define KEYS 18

static void set(struct scene *scene, const char *object, const char *key, json_t *value)
{
	json_t *at = object ? json_object_get(scene->bundle, object) : scene->bundle;

	assert_int_equal(json_object_set_new(at, key, value), 0);
}

static void genuine(void **unused)
{
	struct scene scene;

	(void)unused;
	scene_open(&scene);
	scene_expect(&scene, 0, NULL);
	assert_true(scene.verify.stage[VERIFY_EVENT_LOG].skipped);
	scene_close(&scene);
}

static void unknown_field(struct scene *scene)
{
	set(scene, NULL, "comment", json_string("hello"));
}

static void missing_field(struct scene *scene)
{
	json_object_del(scene->bundle, "quote");
}

static void wrong_format(struct scene *scene)
{
	set(scene, NULL, "format", json_string("svsm-policy"));
}

static void newer_version(struct scene *scene)
{
	set(scene, NULL, "version", json_integer(2));
}

static void short_report(struct scene *scene)
{
	set(scene, NULL, "report", fixture_base64(&scene->report, sizeof(scene->report) - 1));
}

static void report_version_1(struct scene *scene)
{
	scene->report.version = 1;
}

static void report_version_99(struct scene *scene)
{
	scene->report.version = 99;
}

static void signature_algorithm(struct scene *scene)
{
	scene->report.signature_algo = 2;
}

static void short_nonce(struct scene *scene)
{
	set(scene, NULL, "nonce", fixture_base64(scene->state.nonce, STATE_NONCE_SIZE - 1));
}

static void loose_base64(struct scene *scene)
{
	set(scene, "quote", "signature", json_string("AAA= "));
}

static void no_ek(struct scene *scene)
{
	set(scene, NULL, "eks", json_array());
}

static void too_many_eks(struct scene *scene)
{
	json_t *list = json_array();

	for (size_t i = 0; i <= MANIFEST_EKS_MAX; i++)
		json_array_append_new(list, fixture_base64(scene->ek.data, scene->ek.size));
	set(scene, NULL, "eks", list);
}

static void ek_with_tail(struct scene *scene)
{
	uint8_t bytes[1024] = {0};

	memcpy(bytes, scene->ek.data, scene->ek.size);
	json_array_set_new(json_object_get(scene->bundle, "eks"), 0, fixture_base64(bytes, scene->ek.size + 1));
}

static void ak_cut_short(struct scene *scene)
{
	set(scene, NULL, "ak", fixture_base64(scene->ak.data, scene->ak.size - 1));
}

/* A point that is not on the curve */
static void ak_off_curve(struct scene *scene)
{
	uint8_t bytes[1024];

	memcpy(bytes, scene->ak.data, scene->ak.size);
	bytes[scene->ak.size - 1] ^= 1;
	set(scene, NULL, "ak", fixture_base64(bytes, scene->ak.size));
}

static void other_service(struct scene *scene)
{
	set(scene, "manifest", "service", json_string("00000000-0000-0000-0000-000000000000"));
}

static void services_with_service(struct scene *scene)
{
	set(scene, "manifest", "kind", json_string("services"));
}

static void unknown_kind(struct scene *scene)
{
	set(scene, "manifest", "kind", json_string("all"));
}

static void manifest_version_lie(struct scene *scene)
{
	set(scene, "manifest", "version", json_integer(1));
}

static void manifest_with_tail(struct scene *scene)
{
	uint8_t bytes[1024] = {0};
	size_t size = scene->manifest.size;

	memcpy(bytes, scene->manifest.data, size);
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, bytes, size + 1));
}

static void open_table(struct scene *scene)
{
	set(scene, NULL, "certificates", fixture_base64("no table", 8));
}

static void other_method(struct scene *scene)
{
	set(scene, "ak_binding", "method", json_string("trust-me"));
}

static void pcr_twice(struct scene *scene)
{
	json_t *list = json_object_get(scene->bundle, "pcrs");

	json_array_append(list, json_array_get(list, 0));
}

static void pcr_24(struct scene *scene)
{
	json_object_set_new(json_array_get(json_object_get(scene->bundle, "pcrs"), 0), "index", json_integer(24));
}

static void pcr_short(struct scene *scene)
{
	json_object_set_new(json_array_get(json_object_get(scene->bundle, "pcrs"), 0), "digest",
			    fixture_base64(scene->pcr[0], 31));
}

static void sha1_bank(struct scene *scene)
{
	json_object_set_new(json_array_get(json_object_get(scene->bundle, "pcrs"), 0), "bank", json_string("sha1"));
}

static void replayed_nonce(struct scene *scene)
{
	scene->state.nonce[0] ^= 1;
}

static void claimed_nonce(struct scene *scene)
{
	uint8_t nonce[STATE_NONCE_SIZE];

	memcpy(nonce, scene->state.nonce, sizeof(nonce));
	nonce[STATE_NONCE_SIZE - 1] ^= 0x80;
	set(scene, NULL, "nonce", fixture_base64(nonce, sizeof(nonce)));
}

static void other_manifest(struct scene *scene)
{
	struct blob ek = fixture_ek(fixture_keys()->ek_ecc, NULL);

	set(scene, "manifest", "data", fixture_base64(ek.data, ek.size));
	blob_free(&ek);
}

static void report_data_free(struct scene *scene)
{
	scene->keep_report_data = true;
}

static void with_selector(struct scene *scene)
{
	set(scene, NULL, "selector", fixture_base64("x", 1));
}

static const struct refusal rows[] = {
	{"parse: unknown field", NULL, unknown_field, PARSE, "unknown field 'comment'", 0},
	{"parse: missing field", NULL, missing_field, PARSE, "field 'quote' is missing", 0},
	{"parse: another format", NULL, wrong_format, PARSE, "field 'format' must be \"svsm-evidence\"", 0},
	{"parse: newer bundle version", NULL, newer_version, PARSE, "the only one this program knows", 0},
	{"parse: report of 1183 bytes", NULL, short_report, PARSE, "1183 bytes", 0},
	{"parse: report version 1", report_version_1, NULL, PARSE, "version 1", 0},
	{"parse: report version 99", report_version_99, NULL, PARSE, "version 99", 0},
	{"parse: signature algorithm", signature_algorithm, NULL, PARSE, "algorithm", 0},
	{"parse: nonce of 63 bytes", NULL, short_nonce, PARSE, "field 'nonce'", 0},
	{"parse: base64 with a space", NULL, loose_base64, PARSE, "field 'signature'", 0},
	{"keys: no EK", NULL, no_ek, KEYS, "is not in the evidence", 0},
	{"parse: more EKs than a manifest holds", NULL, too_many_eks, PARSE, "field 'eks'", 0},
	{"parse: EK with a tail", NULL, ek_with_tail, PARSE, "eks[0]", 0},
	{"parse: AK cut short", NULL, ak_cut_short, PARSE, "ak", 0},
	{"parse: AK off its curve", NULL, ak_off_curve, PARSE, "ak", 0},
	{"parse: manifest of another service", NULL, other_service, PARSE, "vTPM service's GUID", 0},
	{"parse: services manifest with a service", NULL, services_with_service, PARSE, "must be null", 0},
	{"parse: unknown manifest kind", NULL, unknown_kind, PARSE, "field 'kind'", 0},
	{"svsm: manifest said to be of another version", NULL, manifest_version_lie, 17,
	 "has version 1 of the manifest", 0},
	{"parse: manifest with a tail", manifest_with_tail, NULL, PARSE, "manifest", 0},
	{"parse: certificate table without an end", NULL, open_table, PARSE, "it does not end", 0},
	{"parse: another way to bind the AK", NULL, other_method, PARSE, "\"activation\"", 0},
	{"parse: a PCR twice", NULL, pcr_twice, PARSE, "PCR 0 is there twice", 0},
	{"parse: PCR 24", NULL, pcr_24, PARSE, "from 0 to 23", 0},
	{"parse: PCR of 31 bytes", NULL, pcr_short, PARSE, "base64 of 32 bytes", 0},
	{"parse: SHA-1 bank", NULL, sha1_bank, PARSE, "field 'bank'", 0},
	{"binding: evidence of another challenge", NULL, replayed_nonce, BINDING, "another nonce", ALSO(VERIFY_QUOTE)},
	{"binding: nonce only claimed", NULL, claimed_nonce, BINDING, "another nonce", 0},
	{"binding: manifest swapped", NULL, other_manifest, BINDING, "another nonce or manifest", ALSO(VERIFY_KEYS)},
	{"binding: report data of somebody else", report_data_free, NULL, BINDING, "REPORT_DATA", 0},
	{"binding: a manifest selector", NULL, with_selector, BINDING, "selector", 0},
};

/* Whatever is cut off or flipped, the answer is a verdict with an exit code, never a crash. */
static void damaged_bytes(void **unused)
{
	struct evidence evidence;
	struct scene scene;
	struct error error;
	struct blob bytes;
	char *text;

	(void)unused;
	scene_open(&scene);
	scene_build(&scene);
	text = json_dumps(scene.bundle, JSON_COMPACT);
	assert_true(blob_copy(&bytes, text, strlen(text)));
	for (size_t size = 0; size < bytes.size; size += 1 + size / 50) {
		struct blob cut = {bytes.data, size};

		assert_false(evidence_parse(&evidence, "cut", &cut, &error));
		evidence_free(&evidence);
	}
	for (size_t at = 0; at < bytes.size; at += 37) {
		bytes.data[at] ^= 0x55;
		(void)!evidence_parse(&evidence, "flipped", &bytes, &error);
		evidence_free(&evidence);
		bytes.data[at] ^= 0x55;
	}
	assert_true(evidence_parse(&evidence, "whole", &bytes, &error));
	evidence_free(&evidence);
	blob_free(&bytes);
	free(text);
	scene_close(&scene);
}

int test_parse_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine),
		cmocka_unit_test(damaged_bytes),
	};

	return RUN_REFUSALS("parse and binding", rows) + cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
