/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Layout rules, determinism, and what the written file holds when it is read back. */
#include "fixture.h"

#include "igvm_write.h"
#include "inspect.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static void layout(void **state)
{
	struct fixture fixture;
	const struct boot_info *info = &fixture.image.info;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_int_equal(info->kernel_end, FW_BASE + 0x6000);
	assert_int_equal(fixture.image.boot_info_gpa, FW_BASE + 0x6000);
	assert_int_equal(info->cpuid_page, FW_BASE + 0x7000);
	assert_int_equal(info->secrets_page, FW_BASE + 0x8000);
	assert_int_equal(info->memory_map, FW_BASE + 0x9000);
	assert_int_equal(info->module[0].gpa, FW_BASE + 0xa000);
	assert_int_equal(info->module[0].size, 5000);
	assert_int_equal(info->module[1].gpa, FW_BASE + 0xc000);
	assert_int_equal(info->image_end, FW_BASE + 0xd000);
	assert_int_equal(info->guest.range_count, 2);
	assert_int_equal(info->guest.range[0].gpa, 0x100000);
	assert_int_equal(info->guest.range[0].size, 0x3000);
	assert_int_equal(info->guest.range[1].gpa, 0x20000000);
	assert_int_equal(fixture.image.extent_count, 3);
	assert_int_equal(fixture.image.extent[1].gpa, FW_BASE);
	assert_memory_equal(fixture.image.extent[1].bytes + 0x6000, info, sizeof(*info));
	assert_int_equal(fixture.image.extent[1].bytes[0xa000], 0x5a);
	assert_int_equal(fixture.image.extent[1].bytes[0xa000 + 5000], 0);
	fixture_close(&fixture);
}

static void same_inputs_same_bytes(void **state)
{
	struct fixture first, second;

	(void)state;
	fixture_open(&first);
	fixture_build(&first);
	fixture_open(&second);
	fixture_build(&second);
	assert_int_equal(first.igvm.size, second.igvm.size);
	assert_memory_equal(first.igvm.bytes, second.igvm.bytes, first.igvm.size);
	fixture_close(&first);
	fixture_close(&second);
}

/* Every byte the image places can be read back at its address; zero pages carry no data; addresses ascend. */
static void round_trip(void **state)
{
	struct igvm_file file;
	struct fixture fixture;
	uint64_t last = 0;
	size_t pages = 0;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	for (size_t i = 0; i < file.record_count; i++) {
		static const uint8_t zeros[4096];
		struct igvm_page_data page;
		const uint8_t *data, *expected = NULL;

		if (file.record[i].type != IGVM_VHT_PAGE_DATA)
			continue;
		igvm_record_read(&file, &file.record[i], &page, sizeof(page));
		assert_true(pages == 0 || page.gpa > last);
		last = page.gpa;
		pages++;
		for (size_t j = 0; j < fixture.image.extent_count; j++) {
			const struct image_extent *extent = &fixture.image.extent[j];

			if (page.gpa >= extent->gpa && page.gpa < extent->gpa + extent->pages * 4096)
				expected = extent->bytes + (page.gpa - extent->gpa);
		}
		assert_non_null(expected);
		data = igvm_file_data(&file, page.file_offset);
		assert_int_equal(data == NULL, memcmp(expected, zeros, 4096) == 0);
		if (data)
			assert_memory_equal(data, expected, 4096);
	}
	assert_int_equal(pages, 3 + 12 + 1);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

static void inspected(void **state)
{
	struct igvm_file file;
	struct fixture fixture;
	json_t *summary, *info;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	summary = inspect_json(&file);
	assert_non_null(summary);
	info = json_object_get(summary, "boot_info");
	assert_string_equal(json_string_value(json_object_get(info, "image_end")), "0x800d000");
	assert_int_equal(json_array_size(json_object_get(info, "modules")), 2);
	assert_string_equal(json_string_value(json_object_get(json_object_get(info, "guest"), "secrets")), "0x80d000");
	json_decref(summary);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

static void without_guest(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture);
	fixture.description.module_count = 0;
	fixture.description.guest.kind = BOOT_GUEST_NONE;
	fixture_build(&fixture);
	assert_int_equal(fixture.image.extent_count, 1);
	assert_int_equal(fixture.image.info.image_end, FW_BASE + 0xa000);
	assert_int_equal(fixture.image.info.guest.kind, BOOT_GUEST_NONE);
	fixture_close(&fixture);
}

static void expect_refusal(struct fixture *fixture, const char *part)
{
	assert_false(image_layout(&fixture->description, &fixture->inputs, &fixture->image, &fixture->error));
	if (!strstr(fixture->error.text, part))
		fail_msg("'%s' does not say '%s'", fixture->error.text, part);
	assert_int_equal(fixture->error.kind, ERROR_INVALID);
	fixture_close(fixture);
}

static void bad_guest_fields(void **state)
{
	static const struct {
		size_t offset;
		uint64_t value;
		const char *part;
	} bad[] = {
		{offsetof(struct description_guest, secrets), 0xa0d000, "one 2 MiB region"},
		{offsetof(struct description_guest, secrets), 0x80d010, "guest.secrets"},
		{offsetof(struct description_guest, cpuid), 0x80d000, "guest.secrets and guest.cpuid overlap"},
		{offsetof(struct description_guest, calling_area), FW_BASE, "firmware region"},
		{offsetof(struct description_guest, page_tables), 0xfc000, "overlaps pages of the guest's file"},
		{offsetof(struct description_guest, page_tables), 0xffffa000, "not below 4 GiB"},
		{offsetof(struct description_guest, boot_params), 0, "guest.boot_params"},
		{offsetof(struct description_guest, boot_params), 0xfffffffffffff000, "not below 4 GiB"},
		{offsetof(struct description_guest, stack_top), 0x80d100, "lies in guest.secrets"},
		{offsetof(struct description_guest, stack_top), 0x1008, "multiple of 16"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fixture fixture;

		fixture_open(&fixture);
		memcpy((uint8_t *)&fixture.description.guest + bad[i].offset, &bad[i].value, sizeof(uint64_t));
		expect_refusal(&fixture, bad[i].part);
	}
}

static void refuse_firmware(uint64_t entry, const struct fixture_segment *segments, uint16_t count, const char *part)
{
	struct fixture fixture;

	fixture_open(&fixture);
	file_data_free(&fixture.firmware);
	fixture.firmware = fixture_elf(entry, segments, count);
	fixture.inputs.firmware.bytes = fixture.firmware.bytes;
	fixture.inputs.firmware.size = fixture.firmware.size;
	expect_refusal(&fixture, part);
}

static void bad_firmware(void **state)
{
	const struct fixture_segment below = {FW_BASE - 0x1000, 0x10, 0x2000, PF_X};
	const struct fixture_segment beyond = {FW_BASE, 0x10, FW_SIZE + 1, PF_X};
	const struct fixture_segment full = {FW_BASE, 0x10, FW_SIZE - 0x2000, PF_X};
	const struct fixture_segment good = {FW_BASE, 0x10, 0x1000, PF_X};
	const struct fixture_segment twice[] = {{FW_BASE, 0x10, 0x1000, PF_X}, {FW_BASE + 0xfff, 1, 1, PF_R}};
	const struct fixture_segment wraps = {UINT64_MAX - 0xfff, 0x10, 0x1000, PF_X};

	(void)state;
	refuse_firmware(FW_BASE, &below, 1, "leaves the firmware region");
	refuse_firmware(FW_BASE, &beyond, 1, "leaves the firmware region");
	refuse_firmware(FW_BASE, &full, 1, "does not fit");
	refuse_firmware(FW_BASE + 0x10, &good, 1, "entry point");
	refuse_firmware(FW_BASE, twice, 2, "overlap");
	refuse_firmware(FW_BASE, &wraps, 1, "wraps");
	refuse_firmware(FW_BASE, NULL, 0, "program headers");
}

static void cut_elf(void **state)
{
	struct fixture fixture;

	(void)state;
	for (size_t size = 0;; size++) {
		fixture_open(&fixture);
		if (size >= fixture.firmware.size) {
			fixture_close(&fixture);
			break;
		}
		fixture.inputs.firmware.size = size;
		assert_false(image_layout(&fixture.description, &fixture.inputs, &fixture.image, &fixture.error));
		fixture_close(&fixture);
	}
}

static void guest_ranges(void **state)
{
	struct fixture_segment segments[BOOT_GUEST_RANGE_MAX + 1];
	struct fixture fixture;

	(void)state;
	for (uint16_t count = BOOT_GUEST_RANGE_MAX; count <= BOOT_GUEST_RANGE_MAX + 1; count++) {
		for (uint16_t i = 0; i < count; i++)
			segments[i] = (struct fixture_segment){0x100000u + 0x2000u * i, 0x10, 0x1000, PF_X};
		fixture_open(&fixture);
		file_data_free(&fixture.guest);
		fixture.guest = fixture_elf(0x100000, segments, count);
		fixture.inputs.guest.bytes = fixture.guest.bytes;
		fixture.inputs.guest.size = fixture.guest.size;
		if (count > BOOT_GUEST_RANGE_MAX) {
			expect_refusal(&fixture, "more than 16");
		} else {
			fixture_build(&fixture);
			assert_int_equal(fixture.image.extent_count, count + 1);
			fixture_close(&fixture);
		}
	}
	segments[0] = (struct fixture_segment){FW_BASE + FW_SIZE - 1, 1, 1, PF_X};
	fixture_open(&fixture);
	file_data_free(&fixture.guest);
	fixture.guest = fixture_elf(FW_BASE + FW_SIZE - 1, segments, 1);
	fixture.inputs.guest.bytes = fixture.guest.bytes;
	fixture.inputs.guest.size = fixture.guest.size;
	expect_refusal(&fixture, "overlaps the firmware region");
}

int test_image_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),	 cmocka_unit_test(same_inputs_same_bytes),
		cmocka_unit_test(round_trip),	 cmocka_unit_test(inspected),
		cmocka_unit_test(without_guest), cmocka_unit_test(bad_guest_fields),
		cmocka_unit_test(bad_firmware),	 cmocka_unit_test(cut_elf),
		cmocka_unit_test(guest_ranges),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
