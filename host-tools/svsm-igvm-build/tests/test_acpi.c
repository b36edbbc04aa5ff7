/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* ACPI tables, read back by the offsets of the specification rather than through the structures they are made with. */
#include "fixture.h"

#include "acpi_tables.h"

#include <string.h>

#define GPA 0x810000ull

static uint64_t number(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = size; i > 0; i--)
		value = value << 8 | at[i - 1];
	return value;
}

static void adds_up(const uint8_t *at, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + at[i]);
	assert_int_equal(sum, 0);
}

/* A table that another one names by its address: inside what was written, and whole. */
static const uint8_t *table(const uint8_t *pages, size_t size, uint64_t gpa, const char *signature)
{
	const uint8_t *at;
	uint64_t length;

	assert_in_range(gpa, GPA, GPA + size - 36);
	at = pages + (gpa - GPA);
	assert_memory_equal(at, signature, 4);
	length = number(at + 4, 4);
	assert_in_range(length, 36, GPA + size - gpa);
	adds_up(at, length);
	return at;
}

/* Every APIC id from 0 on, once, enabled; those from 255 on do not fit into the short entry. */
static void processors(const uint8_t *madt, uint32_t vcpus)
{
	const uint8_t *end = madt + number(madt + 4, 4), *at = madt + 44;
	uint32_t next = 0;

	assert_int_equal(number(madt + 36, 4), 0xfee00000);
	assert_int_equal(number(madt + 40, 4), 0); /* no PICs */
	for (; at < end; at += at[1], next++) {
		if (next < 255) {
			assert_int_equal(at[0], 0);
			assert_int_equal(at[1], 8);
			assert_int_equal(at[3], next);
			assert_int_equal(number(at + 4, 4), 1);
		} else {
			assert_int_equal(at[0], 9);
			assert_int_equal(at[1], 16);
			assert_int_equal(number(at + 4, 4), next);
			assert_int_equal(number(at + 8, 4), 1);
		}
	}
	assert_ptr_equal(at, end);
	assert_int_equal(next, vcpus);
}

static void read_back(uint32_t vcpus)
{
	uint8_t pages[ACPI_TABLES_SIZE_MAX + 1];
	const uint8_t *xsdt, *fadt, *dsdt;
	size_t size;

	memset(pages, 0xee, sizeof(pages));
	size = acpi_tables_write(pages, GPA, vcpus);
	assert_in_range(size, 1, ACPI_TABLES_SIZE_MAX);
	assert_int_equal(pages[size], 0xee);
	assert_memory_equal(pages, "RSD PTR ", 8);
	adds_up(pages, 20);
	adds_up(pages, 36);
	assert_int_equal(pages[15], 2);
	assert_int_equal(number(pages + 20, 4), 36);
	xsdt = table(pages, size, number(pages + 24, 8), "XSDT");
	assert_int_equal(number(xsdt + 4, 4), 36 + 2 * 8);
	fadt = table(pages, size, number(xsdt + 36, 8), "FACP");
	assert_int_equal(number(fadt + 4, 4), 276);
	assert_true(number(fadt + 112, 4) & 1u << 20); /* hardware-reduced */
	dsdt = table(pages, size, number(fadt + 140, 8), "DSDT");
	assert_int_equal(number(fadt + 40, 4), number(fadt + 140, 8));
	assert_int_equal(dsdt[36], 0x10); /* one scope, which is all of it */
	assert_int_equal((dsdt[37] & 0xf) + dsdt[38] * 16u, number(dsdt + 4, 4) - 37);
	processors(table(pages, size, number(xsdt + 44, 8), "APIC"), vcpus);
}

static void numbers_of_processors(void **state)
{
	static const uint32_t vcpus[] = {1, 2, 3, 64, 254, 255, 256, 257, ACPI_TABLES_VCPU_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(vcpus) / sizeof(vcpus[0]); i++)
		read_back(vcpus[i]);
}

/* The tables move with their address, and nothing else about them does. */
static void address_only(void **state)
{
	uint8_t low[ACPI_TABLES_SIZE_MAX], high[ACPI_TABLES_SIZE_MAX];
	size_t size = acpi_tables_write(low, 0x1000, 2), different = 0;

	(void)state;
	assert_int_equal(acpi_tables_write(high, 0xfffff000 - 0x1000, 2), size);
	for (size_t i = 0; i < size; i++)
		different += low[i] != high[i];
	/* addresses: XSDT, its two tables, DSDT twice; checksums: RSDP twice, XSDT, FADT */
	assert_in_range(different, 1, 3 * 8 + 4 + 8 + 4);
}

int test_acpi_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_processors),
		cmocka_unit_test(address_only),
	};

	return cmocka_run_group_tests_name("acpi", tests, NULL, NULL);
}
