/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The host's memory map: what is refused, and that the firmware's region never becomes guest RAM. */
#include "../memory_map.h"
#include "abi/igvm.h"
#include "svsm/boot_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define MIB (1024ull * 1024)
#define LIMIT (1ull << 39) /* the simulated machine's C-bit; processors have higher ones */

static union {
	uint8_t bytes[PAGE_SIZE];
	struct igvm_memory_map_entry entry[PAGE_SIZE / sizeof(struct igvm_memory_map_entry)];
} page;

static void set(unsigned int i, uint64_t start, uint64_t end, uint16_t type)
{
	page.entry[i] = (struct igvm_memory_map_entry){
		.starting_page = start / PAGE_SIZE, .page_count = (end - start) / PAGE_SIZE, .type = type};
}

static int setup(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	return 0;
}

static void firmware_is_cut_out(void **state)
{
	struct memory_map map;

	(void)state;
	set(0, 0, 512 * MIB, IGVM_MEMORY_RAM);
	set(1, 4096 * MIB, 5000 * MIB, IGVM_MEMORY_RAM);
	assert_true(memory_map_parse(&map, &page, LIMIT));
	assert_int_equal(map.count, 3);
	assert_int_equal(map.range[0].end, FW_BASE);
	assert_int_equal(map.range[1].start, FW_BASE + FW_SIZE);
	assert_false(memory_map_contains(&map, gpa_of(FW_BASE), 1));
	assert_false(memory_map_contains(&map, gpa_of(FW_BASE - 1), 2));
	assert_true(memory_map_contains(&map, gpa_of(FW_BASE - 1), 1));
	assert_true(memory_map_contains(&map, gpa_of(5000 * MIB - 1), 1));
	assert_false(memory_map_contains(&map, gpa_of(5000 * MIB - 1), 2));
	assert_false(memory_map_contains(&map, gpa_of(UINT64_MAX), 2));
	assert_false(memory_map_contains(&map, gpa_of(0), 0));
}

static void wrong_maps_are_refused(void **state)
{
	struct memory_map map;

	(void)state;
	assert_false(memory_map_parse(&map, &page, LIMIT)); /* empty: the firmware itself would not be RAM */
	set(0, 0, FW_BASE + MIB, IGVM_MEMORY_RAM);
	assert_false(memory_map_parse(&map, &page, LIMIT)); /* cuts the region */
	set(0, 0, FW_BASE, IGVM_MEMORY_RAM);
	set(1, FW_BASE, FW_BASE + FW_SIZE, IGVM_MEMORY_RESERVED);
	assert_false(memory_map_parse(&map, &page, LIMIT)); /* region is not RAM */
	set(0, 0, 512 * MIB, IGVM_MEMORY_RAM);
	set(1, 256 * MIB, 600 * MIB, IGVM_MEMORY_RAM);
	assert_false(memory_map_parse(&map, &page, LIMIT)); /* overlap */
	set(1, 512 * MIB, 600 * MIB, IGVM_MEMORY_RAM);
	page.entry[1].page_count = UINT64_MAX;
	assert_false(memory_map_parse(&map, &page, LIMIT)); /* wraps */
	page.entry[1] = (struct igvm_memory_map_entry){.starting_page = UINT64_MAX, .page_count = 1};
	assert_false(memory_map_parse(&map, &page, LIMIT));
}

/* With the C-bit in an address, a page table entry for it would lead to the page below: here the firmware's first. */
static void an_address_with_the_c_bit_is_refused(void **state)
{
	struct memory_map map;

	(void)state;
	set(0, 0, 512 * MIB, IGVM_MEMORY_RAM);
	set(1, LIMIT - MIB, LIMIT, IGVM_MEMORY_RAM);
	assert_true(memory_map_parse(&map, &page, LIMIT));
	assert_true(memory_map_contains(&map, gpa_of(LIMIT - 1), 1));
	set(1, LIMIT + FW_BASE, LIMIT + FW_BASE + MIB, IGVM_MEMORY_RAM);
	assert_false(memory_map_parse(&map, &page, LIMIT));
	assert_true(memory_map_parse(&map, &page, LIMIT << 1));
	set(1, LIMIT - MIB, LIMIT + MIB, IGVM_MEMORY_RAM);
	assert_false(memory_map_parse(&map, &page, LIMIT));
	set(1, LIMIT + FW_BASE, LIMIT + FW_BASE + MIB, IGVM_MEMORY_RESERVED);
	assert_false(memory_map_parse(&map, &page, LIMIT));
}

static void too_many_ranges_are_refused(void **state)
{
	struct memory_map map;

	(void)state;
	set(0, 0, 512 * MIB, IGVM_MEMORY_RAM);
	for (unsigned int i = 1; i < 100; i++)
		set(i, (512 + 2 * i) * MIB, (513 + 2 * i) * MIB, IGVM_MEMORY_RAM);
	assert_false(memory_map_parse(&map, &page, LIMIT));
}

static uint64_t seed = 88172645463325252ull;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Pieces in order with gaps between them; in most maps one covers the firmware. */
static void make_map(void)
{
	uint64_t at = next_random() % 8 * MIB;

	memset(&page, 0, sizeof(page));
	for (unsigned int i = 0; i < 2 + next_random() % 10; i++) {
		uint64_t size = (1 + next_random() % 300) * MIB;

		set(i, at, at + size, next_random() % 4 == 0 ? IGVM_MEMORY_RESERVED : IGVM_MEMORY_RAM);
		at += size + next_random() % 3 * MIB;
	}
	if (next_random() % 4 == 0) /* one wrong bit */
		page.bytes[next_random() % 96] ^= (uint8_t)(1u << next_random() % 8);
}

/* Whatever the host writes, a map that is taken has sound ranges without the firmware. */
static void random_maps(void **state)
{
	unsigned int accepted = 0;

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		struct memory_map map;

		make_map();
		if (!memory_map_parse(&map, &page, LIMIT))
			continue;
		accepted++;
		for (size_t i = 0; i < map.count; i++) {
			assert_true(map.range[i].start < map.range[i].end);
			assert_true(i == 0 || map.range[i - 1].end <= map.range[i].start);
			assert_true(map.range[i].end <= LIMIT);
			assert_true(map.range[i].end <= FW_BASE || map.range[i].start >= FW_BASE + FW_SIZE);
		}
	}
	assert_in_range(accepted, 2000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(firmware_is_cut_out, setup),
		cmocka_unit_test_setup(wrong_maps_are_refused, setup),
		cmocka_unit_test_setup(an_address_with_the_c_bit_is_refused, setup),
		cmocka_unit_test_setup(too_many_ranges_are_refused, setup),
		cmocka_unit_test_setup(random_maps, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
