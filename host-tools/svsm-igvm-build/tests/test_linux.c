/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A Linux guest: what its kernel's header must say, what is placed for it, and that all of it is measured. */
#include "fixture.h"

#include "abi/linux_boot.h"
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#define SETUP_SECTS 2u
#define KERNEL_SIZE ((SETUP_SECTS + 1) * LINUX_SECTOR_SIZE + 0x3000u)
#define PREFERRED 0x1000000u

static struct linux_setup_header good_header(void)
{
	return (struct linux_setup_header){
		.setup_sects = SETUP_SECTS,
		.boot_flag = LINUX_BOOT_FLAG,
		.jump_distance = sizeof(struct linux_setup_header) - offsetof(struct linux_setup_header, header),
		.header = LINUX_HEADER_MAGIC,
		.version = 0x20f,
		.loadflags = LINUX_LOADED_HIGH,
		.initrd_addr_max = 0x7fffffff,
		.xloadflags = LINUX_XLF_KERNEL_64,
		.cmdline_size = 2047,
		.pref_address = PREFERRED,
		.init_size = 0x10000,
	};
}

static void set_header(struct fixture *fixture, const struct linux_setup_header *header)
{
	memcpy(fixture->guest.bytes + LINUX_HEADER_OFFSET, header, sizeof(*header));
}

static void linux_open(struct fixture *fixture, uint32_t vcpus)
{
	const struct linux_setup_header header = good_header();
	static char command_line[] = "console=ttyS0";

	fixture_open(fixture);
	file_data_free(&fixture->guest);
	fixture->guest = (struct file_data){.bytes = malloc(KERNEL_SIZE), .size = KERNEL_SIZE};
	assert_non_null(fixture->guest.bytes);
	memset(fixture->guest.bytes, 0x77, KERNEL_SIZE);
	set_header(fixture, &header);
	fixture->inputs.guest = (struct image_input){"bzImage", fixture->guest.bytes, KERNEL_SIZE};
	fixture->description.vcpus = vcpus;
	fixture->description.guest = (struct description_guest){.kind = BOOT_GUEST_LINUX, .command_line = command_line};
}

/* The page at an address of the image; fails when the image does not load it. */
static const uint8_t *page_at(const struct fixture *fixture, uint64_t gpa)
{
	for (size_t i = 0; i < fixture->image.extent_count; i++) {
		const struct image_extent *extent = &fixture->image.extent[i];

		if (gpa >= extent->gpa && gpa < extent->gpa + extent->pages * 4096)
			return extent->bytes + (gpa - extent->gpa);
	}
	fail_msg("0x%llx is not in the image", (unsigned long long)gpa);
	return NULL;
}

static void placed(void **state)
{
	struct fixture fixture;
	const struct boot_guest *guest = &fixture.image.info.guest;
	struct linux_boot_params params;

	(void)state;
	linux_open(&fixture, 2);
	fixture_build(&fixture);
	assert_int_equal(guest->entry, PREFERRED + LINUX_ENTRY_64);
	memcpy(&params, page_at(&fixture, guest->boot_params), sizeof(params));
	assert_int_equal(params.acpi_rsdp_addr, guest->acpi);
	assert_int_equal(params.hdr.type_of_loader, LINUX_LOADER_UNDEFINED);
	assert_string_equal((const char *)page_at(&fixture, params.hdr.cmd_line_ptr), "console=ttyS0");
	assert_memory_equal(page_at(&fixture, guest->acpi), "RSD PTR ", 8);
	assert_int_equal(page_at(&fixture, PREFERRED)[0x2000], 0x77);
	fixture_close(&fixture);
}

/* One page of tables for few processors, two for many; pages of tables are measured like others, and named. */
static void tables_in_image(void **state)
{
	static const struct {
		uint32_t vcpus;
		json_int_t pages;
	} cases[] = {{1, 1}, {2, 1}, {255, 1}, {512, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fixture;
		struct igvm_file file;
		json_t *summary, *header;
		json_int_t pages = 0;
		size_t index;

		linux_open(&fixture, cases[i].vcpus);
		fixture_build(&fixture);
		assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
		summary = inspect_json(&file);
		json_array_foreach(json_object_get(summary, "headers"), index, header)
		{
			const char *holds = json_string_value(json_object_get(header, "holds"));

			if (!holds || strcmp(holds, "ACPI tables") != 0)
				continue;
			assert_true(json_is_true(json_object_get(header, "measured")));
			assert_true(json_is_true(json_object_get(header, "data")));
			pages += json_integer_value(json_object_get(header, "pages"));
		}
		assert_int_equal(pages, cases[i].pages);
		assert_string_equal(json_string_value(json_object_get(
					    json_object_get(json_object_get(summary, "boot_info"), "guest"), "acpi")),
				    "0x810000");
		json_decref(summary);
		igvm_file_free(&file);
		fixture_close(&fixture);
	}
}

static void expect_refusal(struct fixture *fixture, const char *part)
{
	assert_false(image_layout(&fixture->description, &fixture->inputs, &fixture->image, &fixture->error));
	if (!strstr(fixture->error.text, part))
		fail_msg("'%s' does not say '%s'", fixture->error.text, part);
	fixture_close(fixture);
}

static void bad_headers(void **state)
{
	struct fixture fixture;
	const struct {
		size_t offset, size;
		uint64_t value;
		const char *part;
	} bad[] = {
#define FIELD(name) offsetof(struct linux_setup_header, name), sizeof(((struct linux_setup_header *)0)->name)
		{FIELD(boot_flag), 0, "not a bzImage"},
		{FIELD(header), 0, "not a bzImage"},
		{FIELD(version), 0x20b, "2.12"},
		{FIELD(xloadflags), 0, "XLF_KERNEL_64"},
		{FIELD(loadflags), 0, "64-bit entry point"},
		{FIELD(jump_distance), 0x20, "before init_size"},
		{FIELD(setup_sects), 0xff, "ends before the 64-bit entry point"},
		{FIELD(pref_address), 0x1000800, "below the firmware"},
		{FIELD(pref_address), 0x100000, "below the firmware"},
		{FIELD(pref_address), UINT64_MAX & ~0xfffull, "below the firmware"},
		{FIELD(init_size), UINT32_MAX, "below the firmware"},
		{FIELD(cmdline_size), 3, "guest.command_line"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct linux_setup_header header = good_header();

		memcpy((uint8_t *)&header + bad[i].offset, &bad[i].value, bad[i].size);
		linux_open(&fixture, 1);
		set_header(&fixture, &header);
		expect_refusal(&fixture, bad[i].part);
	}
}

static void bad_initrd(void **state)
{
	static const uint8_t byte[0x2000] = {1};
	struct linux_setup_header header = good_header();
	struct fixture fixture;

	(void)state;
	linux_open(&fixture, 1);
	fixture.inputs.initrd = (struct image_input){"initrd", byte, 0};
	expect_refusal(&fixture, "initrd: is empty");
	header.initrd_addr_max = (uint32_t)(FW_BASE + FW_SIZE + 0xfff);
	linux_open(&fixture, 1);
	set_header(&fixture, &header);
	fixture.inputs.initrd = (struct image_input){"initrd", byte, 0x1001};
	expect_refusal(&fixture, "limit for an initramfs");
}

static void cut_kernel(void **state)
{
	(void)state;
	for (size_t size = 0; size <= (SETUP_SECTS + 1) * LINUX_SECTOR_SIZE + LINUX_ENTRY_64; size++) {
		struct fixture fixture;

		linux_open(&fixture, 1);
		fixture.inputs.guest.size = size;
		assert_false(image_layout(&fixture.description, &fixture.inputs, &fixture.image, &fixture.error));
		fixture_close(&fixture);
	}
}

int test_linux_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placed),     cmocka_unit_test(tables_in_image), cmocka_unit_test(bad_headers),
		cmocka_unit_test(bad_initrd), cmocka_unit_test(cut_kernel),
	};

	return cmocka_run_group_tests_name("linux", tests, NULL, NULL);
}
