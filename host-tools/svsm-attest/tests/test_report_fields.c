/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Every field of a report, changed alone. A chip that signs the change is refused at the field's own stage and no
 * other; without the chip's signature it is the signature that does not hold.
 */
#include "fixture.h"

#include <string.h>

#define NOBODY 0 /* what nobody judges: a name for the guest, made by the firmware */
#define PARSE 10
#define CHAIN 11
#define SIGNATURE 13
#define BINDING 14
#define TCB 15
#define POLICY 16

/* AMD 56860, ATTESTATION_REPORT; `at`: the byte that is changed, `flip`: its bits */
static const struct field {
	size_t offset, size, at;
	uint8_t flip;
	int code;
	const char *name;
} fields[] = {
	{0x000, 4, 3, 1, PARSE, "VERSION"},	      {0x004, 4, 0, 1, POLICY, "GUEST_SVN"},
	{0x008, 8, 0, 1, POLICY, "POLICY"},	      {0x010, 16, 15, 1, POLICY, "FAMILY_ID"},
	{0x020, 16, 15, 1, POLICY, "IMAGE_ID"},	      {0x030, 4, 0, 1, POLICY, "VMPL"},
	{0x034, 4, 1, 1, PARSE, "SIGNATURE_ALGO"},    {0x038, 8, 0, 8, TCB, "CURRENT_TCB"},
	{0x040, 8, 0, 4, POLICY, "PLATFORM_INFO"},    {0x048, 4, 0, 1, POLICY, "KEY_INFO"},
	{0x04c, 4, 3, 1, PARSE, "reserved"},	      {0x050, 64, 63, 1, BINDING, "REPORT_DATA"},
	{0x090, 48, 47, 1, POLICY, "MEASUREMENT"},    {0x0c0, 32, 31, 1, POLICY, "HOST_DATA"},
	{0x0e0, 48, 47, 1, POLICY, "ID_KEY_DIGEST"},  {0x110, 48, 47, 1, POLICY, "AUTHOR_KEY_DIGEST"},
	{0x140, 32, 0, 1, NOBODY, "REPORT_ID"},	      {0x160, 32, 0, 1, NOBODY, "REPORT_ID_MA"},
	{0x180, 8, 7, 1, CHAIN, "REPORTED_TCB"},      {0x188, 1, 0, 1, PARSE, "CPUID family"},
	{0x189, 1, 0, 0x40, PARSE, "CPUID model"},    {0x18a, 1, 0, 1, NOBODY, "CPUID stepping"},
	{0x18b, 21, 20, 1, PARSE, "reserved"},	      {0x1a0, 64, 63, 1, CHAIN, "CHIP_ID"},
	{0x1e0, 8, 0, 1, TCB, "COMMITTED_TCB"},	      {0x1e8, 1, 0, 1, TCB, "current build"},
	{0x1e9, 1, 0, 1, TCB, "current minor"},	      {0x1ea, 1, 0, 1, TCB, "current major"},
	{0x1eb, 1, 0, 1, PARSE, "reserved"},	      {0x1ec, 1, 0, 1, TCB, "committed build"},
	{0x1ed, 1, 0, 1, TCB, "committed minor"},     {0x1ee, 1, 0, 1, TCB, "committed major"},
	{0x1ef, 1, 0, 1, PARSE, "reserved"},	      {0x1f0, 8, 4, 1, TCB, "LAUNCH_TCB"},
	{0x1f8, 8, 7, 1, PARSE, "LAUNCH_MIT_VECTOR"}, {0x200, 8, 7, 1, PARSE, "CURRENT_MIT_VECTOR"},
	{0x208, 152, 151, 1, PARSE, "reserved"},      {0x2a0, 72, 0, 1, SIGNATURE, "signature R"},
	{0x2e8, 72, 0, 1, SIGNATURE, "signature S"},  {0x330, 368, 367, 1, PARSE, "reserved"},
};

static const struct field *current; /* of the running row; tests run one after another */
static bool by_the_chip;

/* The policy names each value, so that each counts. */
static void prepare(struct scene *scene)
{
	struct policy *policy = &scene->policy;

	fixture_list_values(scene);
	scene->report.guest_svn = policy->minimum_guest_svn = 1;
	policy->platform_require = scene->report.platform_info;
	policy->floors.count = 0;
	/* The leaf speaks for the chip: a violation of both would be two. */
	policy->chip_ids.asked = false;
}

static void change(struct scene *scene)
{
	uint8_t *bytes = (uint8_t *)&scene->report;

	bytes[current->offset + current->at] ^= current->flip;
	if (by_the_chip && current->offset < SNP_REPORT_SIGNED_SIZE)
		fixture_sign_report(&scene->report, scene->report_signer);
	json_object_set_new(scene->bundle, "report", fixture_base64(bytes, sizeof(scene->report)));
}

static void signed_by_the_chip(void **unused)
{
	(void)unused;
	by_the_chip = true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct scene scene;

		current = &fields[i];
		print_message("%s: %d\n", current->name, current->code);
		scene_open(&scene);
		prepare(&scene);
		scene_build(&scene);
		change(&scene);
		scene_expect_run(&scene, current->code, NULL, 0);
		scene_close(&scene);
	}
}

static void not_signed(void **unused)
{
	(void)unused;
	by_the_chip = false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct scene scene;
		int code;

		current = &fields[i];
		scene_open(&scene);
		prepare(&scene);
		scene_build(&scene);
		change(&scene);
		code = scene_run(&scene);
		if (code < PARSE || (scene.verify.has_report && current->offset < SNP_REPORT_SIGNED_SIZE &&
				     !verify_failed(&scene.verify, VERIFY_SIGNATURE)))
			fail_msg("%s changed, but not signed: exit code %d", current->name, code);
		scene_close(&scene);
	}
}

static void no_byte_is_left_out(void **unused)
{
	size_t end = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		assert_int_equal(fields[i].offset, end);
		assert_true(fields[i].at < fields[i].size);
		end += fields[i].size;
	}
	assert_int_equal(end, SNP_REPORT_SIZE);
}

int test_report_fields_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_byte_is_left_out),
		cmocka_unit_test(signed_by_the_chip),
		cmocka_unit_test(not_signed),
	};

	return cmocka_run_group_tests_name("fields of a report", tests, NULL, NULL);
}
