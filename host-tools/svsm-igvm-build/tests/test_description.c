/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Image descriptions: every error names the field. */
#include "fixture.h"

#include "description.h"

#include <string.h>

#define HEAD "\"format\":\"svsm-image\",\"version\":1,\"name\":\"a\",\"profile\":\"qemu-kvm\","
#define POLICY "\"guest_policy\":\"0x30000\",\"sev_features\":[\"snp\"],"
#define FIRMWARE "\"firmware\":\"f\""

static void good(void **state)
{
	static const char text[] =
		"{" HEAD "\"guest_policy\":196608,\"sev_features\":[\"snp\"]," FIRMWARE
		",\"modules\":[{\"kind\":\"attest\",\"file\":\"x\"}],"
		"\"guest\":{\"kind\":\"flat64\",\"file\":\"g\",\"stack_top\":4096,\"page_tables\":\"0x800000\","
		"\"boot_params\":\"0x807000\",\"secrets\":\"0x80D000\",\"cpuid\":\"0x80e000\","
		"\"calling_area\":\"0xffffffffffffffff\"}}";
	struct description description;
	struct error error;

	(void)state;
	if (!description_parse("d.json", text, strlen(text), &description, &error))
		fail_msg("%s", error.text);
	assert_string_equal(description.name, "a");
	assert_int_equal(description.guest_policy, 0x30000);
	assert_int_equal(description.sev_features, 1);
	assert_int_equal(description.vcpus, 1);
	assert_int_equal(description.options, 0);
	assert_int_equal(description.module_count, 1);
	assert_int_equal(description.module[0].kind, BOOT_MODULE_ATTEST);
	assert_int_equal(description.guest.kind, BOOT_GUEST_FLAT64);
	assert_int_equal(description.guest.stack_top, 4096);
	assert_int_equal(description.guest.secrets, 0x80d000);
	assert_true(description.guest.calling_area == UINT64_MAX);
	description_free(&description);
}

static void features_and_vcpus(void **state)
{
	static const char text[] =
		"{" HEAD "\"guest_policy\":\"0x3030000\",\"vcpus\":512,\"options\":[\"stack-marks\"],"
		"\"sev_features\":[\"debug-swap\",\"snp\"]," FIRMWARE "}";
	struct description description;
	struct error error;

	(void)state;
	if (!description_parse("d.json", text, strlen(text), &description, &error))
		fail_msg("%s", error.text);
	assert_int_equal(description.vcpus, 512);
	assert_int_equal(description.options, BOOT_OPTION_STACK_MARKS);
	assert_int_equal(description.sev_features, SEV_FEATURE_SNP | SEV_FEATURE_DEBUG_SWAP);
	assert_int_equal(description.guest_policy, 0x3030000);
	description_free(&description);
}

static void bad(void **state)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
		{"", "d.json:"},
		{"[]", "must be an object"},
		{"{}", "format"},
		{"{\"format\":\"svsm-image\",\"version\":2}", "version: must be 1"},
		{"{" HEAD POLICY FIRMWARE ",\"extra\":1}", "extra: unknown field"},
		{"{" HEAD POLICY FIRMWARE "} x", "end of file"},
		{"{" HEAD HEAD POLICY FIRMWARE "}", "duplicate"},
		{"{" HEAD POLICY "\"modules\":[]}", "firmware: missing"},
		{"{" HEAD POLICY "\"firmware\":\"\"}", "firmware: must be"},
		{"{" HEAD POLICY "\"firmware\":\"a\\u0000b\"}", "d.json:"},
		{"{" HEAD "\"guest_policy\":-1,\"sev_features\":[\"snp\"]," FIRMWARE "}", "guest_policy: must not"},
		{"{" HEAD "\"guest_policy\":\"0x\",\"sev_features\":[\"snp\"]," FIRMWARE "}", "guest_policy: must be"},
		{"{" HEAD "\"guest_policy\":\"0x11112222333344445\",\"sev_features\":[\"snp\"]," FIRMWARE "}",
		 "guest_policy: must be"},
		{"{" HEAD "\"guest_policy\":\"30000\",\"sev_features\":[\"snp\"]," FIRMWARE "}",
		 "guest_policy: must be"},
		{"{" HEAD "\"guest_policy\":\"0x10000\",\"sev_features\":[\"snp\"]," FIRMWARE "}", "bit 17"},
		{"{" HEAD "\"guest_policy\":\"0x80030000\",\"sev_features\":[\"snp\"]," FIRMWARE "}", "63:26"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[]," FIRMWARE "}", "must contain"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[\"x\"]," FIRMWARE "}",
		 "sev_features: entry 0 is no feature's name; there are snp, vtom,"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[1]," FIRMWARE "}", "sev_features: entry 0"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[\"snp\",\"snp\"]," FIRMWARE "}",
		 "\"snp\" is listed twice"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[\"debug-swap\"]," FIRMWARE "}",
		 "must contain"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[\"snp\",\"restricted-injection\"]," FIRMWARE
		 "}",
		 "\"restricted-injection\": qemu-kvm/sev-features: the loader does not take it"},
		{"{" HEAD "\"guest_policy\":\"0x30000\",\"sev_features\":[\"snp\",\"secure-tsc\"]," FIRMWARE "}",
		 "\"secure-tsc\": the firmware cannot run with it: "},
		{"{" HEAD POLICY FIRMWARE ",\"vcpus\":0}", "vcpus: must be"},
		{"{" HEAD POLICY FIRMWARE ",\"options\":\"stack-marks\"}", "options: must be"},
		{"{" HEAD POLICY FIRMWARE ",\"options\":[\"marks\"]}", "options: entry 0"},
		{"{" HEAD POLICY FIRMWARE ",\"options\":[\"stack-marks\",\"stack-marks\"]}",
		 "options: \"stack-marks\""},
		{"{" HEAD POLICY FIRMWARE ",\"vcpus\":513}", "vcpus: must be"},
		{"{" HEAD POLICY FIRMWARE ",\"vcpus\":\"2\"}", "vcpus: must be"},
		{"{" HEAD POLICY FIRMWARE ",\"modules\":{}}", "modules: must be"},
		{"{" HEAD POLICY FIRMWARE ",\"modules\":[{\"kind\":\"tpm\",\"file\":\"x\"}]}", "modules[0].kind"},
		{"{" HEAD POLICY FIRMWARE ",\"modules\":[{\"kind\":\"vtpm\"}]}", "modules[0].file: missing"},
		{"{" HEAD POLICY FIRMWARE
		 ",\"modules\":[{\"kind\":\"vtpm\",\"file\":\"x\"},{\"kind\":\"vtpm\",\"file\":\"x\"}]}",
		 "modules[1].kind: this kind"},
		{"{" HEAD POLICY FIRMWARE ",\"modules\":[{\"kind\":\"vtpm\",\"file\":\"x\",\"gpa\":1}]}",
		 "modules[0].gpa: unknown field"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"bsd\",\"file\":\"x\"}}", "guest.kind"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"linux\",\"file\":\"x\"}}", "guest.file: unknown"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"linux\",\"kernel\":\"x\"}}",
		 "guest.command_line: missing"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"ovmf\"}}", "guest.file: missing"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"ovmf\",\"file\":\"x\",\"cpuid\":1}}",
		 "guest.cpuid: unknown"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"flat64\",\"file\":\"x\",\"stack_top\":1.5}}",
		 "guest.stack_top: must be an integer"},
		{"{" HEAD POLICY FIRMWARE ",\"guest\":{\"kind\":\"flat64\",\"file\":\"x\"}}",
		 "guest.stack_top: missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct description description;
		struct error error;

		if (description_parse("d.json", cases[i].text, strlen(cases[i].text), &description, &error))
			fail_msg("accepted: %s", cases[i].text);
		if (!strstr(error.text, cases[i].part))
			fail_msg("'%s' does not say '%s'", error.text, cases[i].part);
		assert_int_equal(error.kind, ERROR_INVALID);
		description_free(&description);
	}
}

int test_description_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(features_and_vcpus),
		cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests_name("image description", tests, NULL, NULL);
}
