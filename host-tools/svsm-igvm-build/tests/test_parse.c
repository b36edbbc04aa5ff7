/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The IGVM reader against files that lie. Each file is copied to memory of its exact size for the sanitizer. */
#include "fixture.h"

#include "measure.h"

#include <stdlib.h>
#include <string.h>

/* Offsets in the fixture's file. */
#define AT_PLATFORM 24
#define AT_POLICY 48
#define AT_AREA 72
#define AT_MAP 96
#define AT_INSERT 112
#define AT_PAGE 136

static bool parse_copy(const uint8_t *bytes, size_t size, struct error *error)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct igvm_file file;
	bool ok;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	ok = igvm_parse("t", copy, size, &file, error);
	igvm_file_free(&file);
	free(copy);
	return ok;
}

static void truncated(void **state)
{
	struct fixture fixture;
	uint32_t headers;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	memcpy(&headers, fixture.igvm.bytes + 12, sizeof(headers));
	for (uint32_t size = 0; size < fixture.igvm.size; size += size < headers + 64 ? 1 : 997) {
		assert_false(parse_copy(fixture.igvm.bytes, size, &fixture.error));
		/* The same with a fixed header that admits it. */
		if (size >= 24) {
			uint8_t *copy = malloc(size);
			struct file_data shorter = {copy, size};

			assert_non_null(copy);
			memcpy(copy, fixture.igvm.bytes, size);
			memcpy(copy + 16, &size, sizeof(size));
			if (size >= 24 + headers)
				fixture_checksum(&shorter);
			assert_false(parse_copy(copy, size, &fixture.error));
			free(copy);
		}
	}
	fixture_close(&fixture);
}

static void changed_fields(void **state)
{
	static const struct {
		size_t offset;
		uint8_t size;
		uint64_t value;
		const char *part;
	} bad[] = {
		{0, 4, 0, "magic"},
		{4, 4, 3, "format version"},
		{8, 4, 32, "directly after"},
		{12, 4, 0xfffffff8, "variable header size"},
		{12, 4, 4, "variable header size"},
		{16, 4, 0xffffffff, "total file size"},
		{AT_PLATFORM, 4, 0x80000001, "not supported"},
		{AT_PLATFORM + 4, 4, 0xffffffff, "has length"},
		{AT_PLATFORM + 8, 4, 3, "one bit"},
		{AT_PLATFORM + 13, 1, 7, "platform type"},
		{AT_POLICY, 4, 1, "one bit"},
		{AT_INSERT, 4, IGVM_VHT_GUEST_POLICY, "in this order"},
		{AT_POLICY + 16, 4, 2, "compatibility mask"},
		{AT_POLICY + 20, 4, 1, "reserved"},
		{AT_AREA + 8, 8, 0, "size must"},
		{AT_AREA + 8, 8, 0xfffffffffffff000, "size must"},
		{AT_AREA + 20, 4, 100, "in the headers"},
		{AT_AREA + 20, 4, 0xfffff000, "leaves the file"},
		{AT_MAP + 8, 4, 9, "not declared"},
		{AT_MAP + 12, 4, 4096, "byte offset"},
		{AT_INSERT + 8, 8, 0x100000, "already claimed"},
		{AT_INSERT + 8, 8, 0xfffffffffffff000, "52-bit"},
		{AT_INSERT + 20, 4, 1, "not declared"},
		{AT_PAGE + 8, 8, 0x101000, "already claimed"},
		{AT_PAGE + 8, 8, 0x100800, "multiples of 4096"},
		{AT_PAGE + 16, 4, 0, "compatibility mask"},
		{AT_PAGE + 20, 4, 24, "in the headers"},
		{AT_PAGE + 20, 4, 0xffffffff, "leaves the file"},
		{AT_PAGE + 24, 4, 8, "unknown flags"},
		{AT_PAGE + 24, 4, 1, "2 MiB"},
		{AT_PAGE + 28, 2, 4, "data type"},
		{AT_PAGE + 30, 2, 1, "reserved"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fixture fixture;

		fixture_open(&fixture);
		fixture_build(&fixture);
		memcpy(fixture.igvm.bytes + bad[i].offset, &bad[i].value, bad[i].size);
		if (bad[i].offset >= 24)
			fixture_checksum(&fixture.igvm);
		if (parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error))
			fail_msg("accepted: case %zu (%s)", i, bad[i].part);
		if (!strstr(fixture.error.text, bad[i].part))
			fail_msg("case %zu: '%s' does not say '%s'", i, fixture.error.text, bad[i].part);
		if (!strstr(fixture.error.text, "offset 0x"))
			fail_msg("case %zu: no offset in '%s'", i, fixture.error.text);
		fixture_close(&fixture);
	}
}

/* Any flipped bit in the headers is noticed by the checksum. */
static void flipped_bits(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	for (size_t i = 0; i < AT_PAGE + 64; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			fixture.igvm.bytes[i] ^= (uint8_t)(1u << bit);
			assert_false(parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error));
			fixture.igvm.bytes[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_true(parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error));
	fixture_close(&fixture);
}

/* Accepted by the reader, refused by the model of the loader. */
static void loader_refusals(void **state)
{
	const struct measure_options options = {.vcpus = 1};
	static const struct {
		size_t offset; /* in the file, or in the VP_CONTEXT, the last header */
		bool in_context;
		uint8_t size;
		uint64_t value;
		const char *part;
	} bad[] = {
		{AT_MAP + 12, false, 4, 24, "offset 0 of its area"},
		{AT_MAP, false, 4, IGVM_VHT_SRAT, "does not know"},
		{AT_PAGE + 24, false, 4, IGVM_PAGE_SHARED, "shared flag"},
		{AT_PLATFORM + 13, false, 1, 3, "no SEV-SNP platform"},
		{8, true, 8, 0x10000000, "0xfffffffff000"},
		{24, true, 2, 1, "VP index"},
		{20, true, 4, 0, "without data"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct measurement measurement;
		struct igvm_file file;
		struct fixture fixture;
		uint32_t headers;
		size_t at;

		fixture_open(&fixture);
		fixture_build(&fixture);
		memcpy(&headers, fixture.igvm.bytes + 12, sizeof(headers));
		at = bad[i].offset + (bad[i].in_context ? 24 + headers - 32 : 0);
		memcpy(fixture.igvm.bytes + at, &bad[i].value, bad[i].size);
		fixture_checksum(&fixture.igvm);
		if (!igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &fixture.error))
			fail_msg("case %zu: %s", i, fixture.error.text);
		assert_false(measure_qemu_kvm(&file, &options, &measurement, &fixture.error));
		if (!strstr(fixture.error.text, bad[i].part))
			fail_msg("case %zu: '%s' does not say '%s'", i, fixture.error.text, bad[i].part);
		measurement_free(&measurement);
		igvm_file_free(&file);
		fixture_close(&fixture);
	}
}

int test_parse_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncated),
		cmocka_unit_test(changed_fields),
		cmocka_unit_test(flipped_bits),
		cmocka_unit_test(loader_refusals),
	};

	return cmocka_run_group_tests_name("IGVM reader", tests, NULL, NULL);
}
