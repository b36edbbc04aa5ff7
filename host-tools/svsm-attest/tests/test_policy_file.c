/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Policies and floors as files: what is misspelt or contradicts itself is an error, never passed over. */
#include "fixture.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRICT "manifests/policies/strict.json"
#define SERVICES "manifests/policies/uefi-mm.json"
#define LAX "manifests/policies/lax.json"
#define FLOORS "manifests/policies/floors-2026-11-23.json"

static char path[64];

/* The policy with one value changed: `pointer` is keys separated by slashes, `value` JSON, NULL to remove it. */
static bool reads(const char *base, const char *pointer, const char *value, struct error *error)
{
	json_t *document = json_load_file(base, 0, NULL), *at = document;
	struct policy policy;
	char keys[128], *key, *rest = NULL, *next, *text;
	bool ok;

	assert_non_null(document);
	snprintf(keys, sizeof(keys), "%s", pointer);
	key = strtok_r(keys, "/", &rest);
	while ((next = strtok_r(NULL, "/", &rest)) != NULL) {
		at = json_object_get(at, key);
		key = next;
	}
	if (value)
		assert_int_equal(json_object_set_new(at, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
	else
		assert_int_equal(json_object_del(at, key), 0);
	text = json_dumps(document, 0);
	json_decref(document);
	assert_true(file_write(path, text, strlen(text), 0600, error));
	free(text);
	ok = policy_read(path, &policy, error);
	if (ok)
		policy_free(&policy);
	return ok;
}

static int make_file(void **unused)
{
	(void)unused;
	/* Beside the floors file that the strict policy names */
	snprintf(path, sizeof(path), "manifests/policies/.test.XXXXXX");
	return mkstemp(path) < 0;
}

static int remove_file(void **unused)
{
	(void)unused;
	return unlink(path);
}

static void refused(void **unused)
{
	static const struct {
		const char *pointer, *value, *words;
	} rows[] = {
		{"format", "\"svsm-evidence\"", "format"},
		{"version", "2", "version"},
		{"name", "7", "name"},
		{"name", NULL, "'name' is missing"},
		{"colour", "1", "unknown field 'colour'"},
		{"description", "1", "description"},
		{"products", "[]", "at least one"},
		{"products", "[\"Rome\"]", "unknown name 'Rome'"},
		{"vmpl", "[4]", "from 0 to 3"},
		{"vmpl", "\"0\"", "array"},
		{"signing_keys", "[\"tcek\"]", "unknown name 'tcek'"},
		{"revocation", "\"sometimes\"", "revocation"},
		{"tcb/floor", "[]", "unknown field 'floor'"},
		{"tcb/floors", "[{\"product\":\"Genoa\",\"snp\":1}]", "missing"},
		{"tcb/floors", "[{\"product\":\"Genoa\",\"bootloader\":256,\"tee\":0,\"snp\":1,\"microcode\":1}]",
		 "255"},
		{"tcb/apply_to", "[]", "at least one"},
		{"tcb/allow_provisional", "\"no\"", "true or false"},
		{"tcb/minimum_firmware", "[1,55]", "3 numbers"},
		{"tcb/floors_file", "\"missing.json\"", "missing.json"},
		{"guest_policy/allow", "[\"single-socket\"]", "only restrict"},
		{"guest_policy/require", "[\"debug\"]", "restrict the guest"},
		{"guest_policy/minimum_abi", "[1]", "2 numbers"},
		{"platform/require", "[\"moon\"]", "unknown name 'moon'"},
		{"platform/forbid", "[\"ecc\"]", "same bit"},
		{"platform/chip_ids", "[\"00\"]", "hexadecimal"},
		{"platform/chip_ids", "[]", "at least one"},
		{"platform/current_mitigations", "\"2\"", "0x"},
		{"launch/measurements", "[\"zz\"]", "hexadecimal"},
		{"launch/any_measurement", "1", "true or false"},
		{"launch/minimum_guest_svn", "-1", "number"},
		{"vtpm/manifest_form", "\"any\"", "\"key\", \"list\" or \"services\""},
		{"vtpm/manifest_form", "[\"key\"]", "string"},
		{"vtpm/manifest_form", NULL, "is missing"},
		{"vtpm/ek_profiles", "[\"L-9\"]", "unknown name 'L-9'"},
		{"vtpm/ak_bindings", "[]", "at least one"},
		{"uefi_mm", "{\"version\":0,\"require\":[],\"forbid\":[]}", "needs section 'vtpm' with manifest_form"},
		{"vtpm", NULL, "needs section 'vtpm'"},
		{"quote/bank", "\"sha1\"", "bank"},
		{"quote/pcrs", "[24]", "from 0 to 23"},
		{"quote/pcrs", "[]", "at least one"},
		{"quote/values", "[{\"index\":23,\"digest\":\"00\"}]", "digest"},
		{"quote", NULL, "needs section 'quote'"},
		{"event_log/pcrs", "[23]", "only PCRs that are quoted"},
		{"event_log/pcrs", "[]", "at least one PCR"},
		{"event_log/rules", "[{\"rule\":\"never\",\"pcr\":0}]", "\"only\", \"present\" or \"absent\""},
		{"event_log/rules", "[{\"rule\":\"only\",\"pcr\":0}]", "needs 'digests'"},
		{"event_log/rules", "[{\"rule\":\"absent\",\"pcr\":9}]", "not vouched for"},
		{"event_log/rules", "[{\"rule\":\"absent\",\"pcr\":0,\"type\":\"EV_X\"}]", "event type"},
	};
	struct error error;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (reads(STRICT, rows[i].pointer, rows[i].value, &error))
			fail_msg("%s = %s is taken", rows[i].pointer, rows[i].value);
		if (!strstr(error.text, rows[i].words))
			fail_msg("'%s' does not say '%s'", error.text, rows[i].words);
	}
}

static void taken(void **unused)
{
	static const struct {
		const char *pointer, *value;
	} rows[] = {
		{"products", NULL},
		{"tcb", NULL},
		{"platform/chip_ids", "[\"0011223344556677\"]"},
		{"tcb/minimum_firmware", "[1,55,40]"},
		{"event_log/rules", "[{\"rule\":\"absent\",\"pcr\":7,\"type\":\"EV_EFI_ACTION\"}]"},
		{"event_log/rules", "[{\"rule\":\"present\",\"pcr\":0,\"type\":\"0x7\"}]"},
		{"event_log", NULL},
	};
	struct error error;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!reads(STRICT, rows[i].pointer, rows[i].value, &error))
			fail_msg("%s = %s: %s", rows[i].pointer, rows[i].value, error.text);
	}
	assert_true(reads(SERVICES, "name", "\"x\"", &error));
	assert_false(reads(SERVICES, "uefi_mm/require", "[\"nv\"]", &error));
	assert_false(reads(SERVICES, "uefi_mm/forbid", "[\"secure-boot\"]", &error));
	assert_false(reads(SERVICES, "uefi_mm/version", "-1", &error));
	assert_false(reads(SERVICES, "uefi_mm/version", NULL, &error));
	assert_false(reads(SERVICES, "vtpm/manifest_form", "\"key\"", &error));
	assert_true(reads(LAX, "name", "\"x\"", &error));
	assert_false(reads(LAX, "launch/measurements",
			   "[\"" /* contradicts any_measurement */
			   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
			   "00112233445566778899aabbccddeeff\"]",
			   &error));
}

/* A policy that says nothing is strict. */
static void strict_by_default(void **unused)
{
	static const char text[] = "{\"format\":\"svsm-policy\",\"version\":1,\"name\":\"empty\"}";
	struct policy policy;
	struct error error;

	(void)unused;
	assert_true(file_write(path, text, strlen(text), 0600, &error));
	assert_true(policy_read(path, &policy, &error));
	assert_int_equal(policy.vmpls, 1);
	assert_int_equal(policy.guest_allow, SNP_POLICY_SMT);
	assert_false(policy.allow_provisional);
	assert_false(policy.platform_allow_unknown);
	assert_false(policy.any_measurement);
	assert_int_equal(policy.revocation, REVOCATION_REQUIRE);
	policy_free(&policy);
}

static void floors_file(void **unused)
{
	static const char *const bad[] = {
		"{}",
		"{\"format\":\"svsm-tcb-floors\",\"version\":1,\"dated\":\"today\",\"floors\":[{}]}",
		"{\"format\":\"svsm-tcb-floors\",\"version\":1,\"dated\":\"2026-01-01\",\"floors\":[]}",
		"{\"format\":\"svsm-tcb-floors\",\"version\":1,\"dated\":\"2026-01-01\",\"floors\":[{\"product\":"
		"\"Genoa\"}]}",
		"{\"format\":\"svsm-tcb-floors\",\"version\":1,\"dated\":\"2026-01-01\",\"floors\":[{\"product\":"
		"\"Genoa\","
		"\"bulletin\":\"x\",\"model\":9,\"model_last\":8}]}",
		"{\"format\":\"svsm-tcb-floors\",\"version\":1,\"dated\":\"2026-01-01\",\"floors\":[{\"product\":"
		"\"Genoa\","
		"\"bulletin\":\"x\",\"spl\":9}]}",
	};
	struct floors floors = {.count = 0};
	struct error error;

	(void)unused;
	assert_true(floors_read(&floors, FLOORS, &error));
	assert_true(floors.count > 10);
	assert_string_equal(floors.dated, "2026-11-23");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		floors.count = 0;
		assert_true(file_write(path, bad[i], strlen(bad[i]), 0600, &error));
		assert_false(floors_read(&floors, path, &error));
	}
}

int test_policy_file_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refused, make_file, remove_file),
		cmocka_unit_test_setup_teardown(taken, make_file, remove_file),
		cmocka_unit_test_setup_teardown(strict_by_default, make_file, remove_file),
		cmocka_unit_test_setup_teardown(floors_file, make_file, remove_file),
	};

	return cmocka_run_group_tests_name("policy files", tests, NULL, NULL);
}
