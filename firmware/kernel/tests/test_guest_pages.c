/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The record of validated pages, against a plain array of the same pages. */
#include "../clock.h"
#include "../guest_pages.h"
#include "../page_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024ull * 1024)
#define POOL_PAGES 32u

static uint8_t pool[POOL_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static size_t pool_used, pool_limit;

/* Nobody else holds the lock here. */
bool clock_passed(uint64_t deadline)
{
	(void)deadline;
	return true;
}

void *page_alloc(void)
{
	void *page = pool_used < pool_limit ? pool[pool_used++] : NULL;

	if (page != NULL)
		memset(page, 0, PAGE_SIZE);
	return page;
}

/* Ranges that begin and end inside one 2 MiB chunk, and one far above */
static const struct memory_map map = {
	.count = 3,
	.range = {{0, 0x9f000}, {0x100000, 13 * MIB + 0x3000}, {4096 * MIB, 4100 * MIB}},
};

static int setup(void **state)
{
	(void)state;
	pool_used = 0;
	pool_limit = POOL_PAGES;
	return guest_pages_init(&map) ? 0 : -1;
}

static enum guest_pages_state small(uint64_t gpa)
{
	return guest_pages_state(gpa_of(gpa), PAGE_SIZE);
}

static enum guest_pages_state large(uint64_t gpa)
{
	return guest_pages_state(gpa_of(gpa), LARGE_PAGE_SIZE);
}

static bool set(uint64_t start, uint64_t end, bool valid)
{
	return guest_pages_set((struct gpa_range){start, end}, valid);
}

static void edges(void **state)
{
	(void)state;
	assert_int_equal(small(0), GUEST_PAGES_INVALID);
	assert_true(set(0, 0x9f000, true));
	assert_int_equal(small(0x9e000), GUEST_PAGES_VALID);
	assert_int_equal(small(0x100000), GUEST_PAGES_INVALID); /* the same 2 MiB, another range */
	assert_true(set(0x100000, 13 * MIB + 0x3000, true));
	assert_int_equal(small(0x100000), GUEST_PAGES_VALID);
	assert_int_equal(large(4 * MIB), GUEST_PAGES_VALID);
	assert_true(set(4 * MIB + 0x5000, 4 * MIB + 0x6000, false));
	assert_int_equal(small(4 * MIB + 0x4000), GUEST_PAGES_VALID);
	assert_int_equal(small(4 * MIB + 0x5000), GUEST_PAGES_INVALID);
	assert_int_equal(small(4 * MIB + 0x6000), GUEST_PAGES_VALID);
	assert_int_equal(large(4 * MIB), GUEST_PAGES_MIXED);
	assert_true(set(4 * MIB + 0x5000, 4 * MIB + 0x6000, true));
	assert_int_equal(large(4 * MIB), GUEST_PAGES_VALID);
	assert_int_equal(small(4096 * MIB), GUEST_PAGES_INVALID);
}

static void memory_runs_short(void **state)
{
	(void)state;
	pool_limit = pool_used;
	assert_true(set(2 * MIB, 4 * MIB, true)); /* a whole chunk needs none */
	assert_false(set(2 * MIB, 2 * MIB + PAGE_SIZE, false));
	assert_int_equal(large(2 * MIB), GUEST_PAGES_VALID);
	assert_false(set(2 * MIB, 4 * MIB + PAGE_SIZE, false)); /* nothing of it is done */
	assert_int_equal(large(2 * MIB), GUEST_PAGES_VALID);
	pool_limit = pool_used + 1;
	assert_true(set(2 * MIB, 2 * MIB + PAGE_SIZE, false));
	pool_limit = pool_used;
	assert_true(set(2 * MIB, 2 * MIB + PAGE_SIZE, true)); /* taking it back */
	/* One page holds 64 chunks' bits, and a chunk that is whole again gives its bits back */
	for (unsigned int i = 0; i < 500; i++) {
		assert_true(set(6 * MIB, 6 * MIB + PAGE_SIZE, true));
		assert_true(set(6 * MIB, 8 * MIB, i % 2 == 0));
	}
}

static void too_much_ram(void **state)
{
	static const struct memory_map huge = {.count = 1, .range = {{0, 1ull << 50}}};

	(void)state;
	assert_false(guest_pages_init(&huge));
	pool_limit = pool_used;
	assert_false(guest_pages_init(&map));
}

#define MODEL_START (2 * MIB)
#define MODEL_PAGES (10 * MIB / PAGE_SIZE)

static void against_an_array(void **state)
{
	static bool model[MODEL_PAGES];
	unsigned int mixed = 0;

	(void)state;
	memset(model, 0, sizeof(model));
	srandom(1);
	for (unsigned int round = 0; round < 2000; round++) {
		uint64_t from = (uint64_t)random() % MODEL_PAGES;
		uint64_t to = from + 1 + (uint64_t)random() % (round % 3 == 0 ? 1100 : 3);
		bool valid = random() % 2 == 0;

		if (to > MODEL_PAGES)
			to = MODEL_PAGES;
		assert_true(set(MODEL_START + from * PAGE_SIZE, MODEL_START + to * PAGE_SIZE, valid));
		for (uint64_t i = from; i < to; i++)
			model[i] = valid;
		for (uint64_t i = 0; i < MODEL_PAGES; i += 1 + (uint64_t)random() % 7)
			assert_int_equal(small(MODEL_START + i * PAGE_SIZE),
					 model[i] ? GUEST_PAGES_VALID : GUEST_PAGES_INVALID);
		for (uint64_t chunk = 0; chunk < MODEL_PAGES; chunk += 512) {
			size_t count = 0;

			for (uint64_t i = chunk; i < chunk + 512; i++)
				count += model[i];
			mixed += count != 0 && count != 512;
			assert_int_equal(large(MODEL_START + chunk * PAGE_SIZE), count == 0	? GUEST_PAGES_INVALID
										 : count == 512 ? GUEST_PAGES_VALID
												: GUEST_PAGES_MIXED);
		}
	}
	assert_true(mixed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(edges, setup),
		cmocka_unit_test_setup(memory_runs_short, setup),
		cmocka_unit_test_setup(too_much_ram, setup),
		cmocka_unit_test_setup(against_an_array, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
