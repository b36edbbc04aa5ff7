/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Access to guest memory: bounds, faults, and that no page which is a VMSA, or just becomes one, is touched. */
#include "../guest_memory.h"
#include "../memory_map.h"
#include "../vcpus.h"
#include "../window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define RAM_SIZE 0x400000ull
#define PAGE_A 0x201000ull
#define PAGE_B 0x202000ull

static uint8_t ram[RAM_SIZE];
static unsigned int mapped, touched;
static bool faults;
static struct gpa registers_while_mapping; /* another CPU's CREATE_VCPU comes at this moment */

void *window_map(struct gpa gpa, bool large)
{
	assert_int_equal(mapped++, 0);
	assert_true(addr_is_aligned(gpa.value, large ? LARGE_PAGE_SIZE : PAGE_SIZE));
	if (registers_while_mapping.value != 0)
		assert_true(vcpus_register(1, registers_while_mapping));
	return ram + gpa.value;
}

void window_unmap(void)
{
	assert_int_equal(mapped--, 1);
}

/* Twins of entry.S: only while mapped */
static bool access_memory(void)
{
	assert_int_equal(mapped, 1);
	touched++;
	return !faults;
}

uint64_t copy_faultable(void *to, const void *from, uint64_t size)
{
	if (!access_memory())
		return size;
	memcpy(to, from, size);
	return 0;
}

uint64_t zero_faultable(void *to, uint64_t size)
{
	if (!access_memory())
		return size;
	memset(to, 0, size);
	return 0;
}

uint64_t exchange_byte_faultable(uint8_t *at, uint64_t value)
{
	uint8_t old = *at;

	if (!access_memory())
		return 256;
	*at = (uint8_t)value;
	return old;
}

uint64_t or_byte_faultable(uint8_t *at, uint64_t value)
{
	if (!access_memory())
		return 1;
	*at = (uint8_t)(*at | value);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	vcpus_unregister(gpa_of(PAGE_A));
	vcpus_unregister(gpa_of(PAGE_B));
	memset(ram, 0x5a, sizeof(ram));
	memory_map_guest = (struct memory_map){.count = 1, .range = {{0, RAM_SIZE}}};
	mapped = touched = 0;
	faults = false;
	registers_while_mapping = gpa_of(0);
	return 0;
}

/* All ways to touch [at, at + size); each must say @expected. */
static void all_ways(uint64_t at, uint64_t size, bool expected)
{
	static uint8_t buffer[3 * PAGE_SIZE];
	struct gpa page = gpa_of(addr_align_down(at, PAGE_SIZE));
	uint8_t old;

	assert_int_equal(guest_memory_read(buffer, gpa_of(at), size), expected);
	assert_int_equal(guest_memory_write(gpa_of(at), buffer, size), expected);
	assert_int_equal(guest_memory_probe(gpa_of(at), size), expected);
	assert_int_equal(guest_memory_exchange(gpa_of(at), 7, &old), expected);
	assert_int_equal(guest_memory_zero_page(page, false), expected);
	assert_int_equal(mapped, 0);
}

static void plain_memory(void **state)
{
	uint8_t bytes[16];

	(void)state;
	all_ways(PAGE_A + 100, PAGE_SIZE, true);
	memset(ram + PAGE_A, 1, PAGE_SIZE);
	memset(ram + PAGE_B, 2, PAGE_SIZE);
	assert_true(guest_memory_read(bytes, gpa_of(PAGE_B - 8), sizeof(bytes))); /* over a page's end */
	assert_int_equal(bytes[7], 1);
	assert_int_equal(bytes[8], 2);
	assert_true(guest_memory_read(bytes, gpa_of(RAM_SIZE), 0));
	assert_false(guest_memory_read(bytes, gpa_of(RAM_SIZE - 8), sizeof(bytes)));
	assert_false(guest_memory_read(bytes, gpa_of(UINT64_MAX - 4), sizeof(bytes)));
}

static void faults_are_false(void **state)
{
	(void)state;
	faults = true;
	all_ways(PAGE_A, 64, false);
}

static void registered_pages(void **state)
{
	(void)state;
	assert_true(vcpus_register(1, gpa_of(PAGE_A)));
	all_ways(PAGE_A, 64, false);
	assert_int_equal(touched, 0);
	assert_false(guest_memory_zero_page(gpa_of(0x200000), true)); /* the 2 MiB page around it */
	assert_int_equal(touched, 0);
	all_ways(PAGE_B, PAGE_SIZE, true);
	/* A copy that reaches it stops there */
	memset(ram + PAGE_A, 0x77, PAGE_SIZE);
	assert_false(guest_memory_write(gpa_of(PAGE_A - 8), ram, 16));
	assert_int_equal(ram[PAGE_A], 0x77);
	vcpus_unregister(gpa_of(PAGE_A));
	all_ways(PAGE_A, 64, true);
}

/* Between mapping and looking up, the page is registered. Who registers it waits for this window, which must not be
 * used.
 */
static void registered_meanwhile(void **state)
{
	uint8_t bytes[8] = {0};

	(void)state;
	registers_while_mapping = gpa_of(PAGE_A);
	assert_false(guest_memory_write(gpa_of(PAGE_A), bytes, sizeof(bytes)));
	vcpus_unregister(gpa_of(PAGE_A));
	assert_false(guest_memory_read(bytes, gpa_of(PAGE_A), sizeof(bytes)));
	vcpus_unregister(gpa_of(PAGE_A));
	assert_false(guest_memory_probe(gpa_of(PAGE_A), 8));
	vcpus_unregister(gpa_of(PAGE_A));
	assert_false(guest_memory_exchange(gpa_of(PAGE_A), 0, bytes));
	vcpus_unregister(gpa_of(PAGE_A));
	assert_false(guest_memory_zero_page(gpa_of(PAGE_A), false));
	assert_int_equal(touched, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_memory, setup),
		cmocka_unit_test_setup(faults_are_false, setup),
		cmocka_unit_test_setup(registered_pages, setup),
		cmocka_unit_test_setup(registered_meanwhile, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
