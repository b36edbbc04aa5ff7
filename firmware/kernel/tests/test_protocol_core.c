/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Core protocol on the host: arguments at and beyond their bounds, PVALIDATE lists, calling areas. */
#include "../budget.h"
#include "../calling_area.h"
#include "../guest_memory.h"
#include "../svsm_call.h"
#include "abi/snp.h"
#include "fake_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define LIST 0x2008ull
#define PAGE_A 0x100000ull
#define LARGE_A 0x200000ull

static int setup(void **state)
{
	(void)state;
	fake_guest_reset();
	return 0;
}

static uint32_t core(uint32_t number, uint64_t *rcx)
{
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_CORE, .number = number, .rcx = *rcx, .start = fake_now};
	uint32_t result = protocol_core(&call);

	*rcx = call.rcx;
	return result;
}

static uint32_t query(uint64_t protocol, uint64_t version, uint64_t *answer)
{
	*answer = protocol << 32 | version;
	return core(SVSM_CORE_QUERY_PROTOCOL, answer);
}

static void query_protocol(void **state)
{
	static const uint64_t highest[] = {1, 2, 1}; /* core, attestation, vTPM */
	uint64_t answer;

	(void)state;
	for (uint64_t protocol = 0; protocol < 3; protocol++) {
		for (uint64_t version = 1; version <= highest[protocol]; version++) {
			assert_int_equal(query(protocol, version, &answer), SVSM_SUCCESS);
			assert_int_equal(answer, highest[protocol] << 32 | 1);
		}
		assert_int_equal(query(protocol, 0, &answer), SVSM_SUCCESS);
		assert_int_equal(answer, 0);
		assert_int_equal(query(protocol, highest[protocol] + 1, &answer), SVSM_SUCCESS);
		assert_int_equal(answer, 0);
	}
	assert_int_equal(query(77, 1, &answer), SVSM_SUCCESS);
	assert_int_equal(answer, 0);
}

static void unsupported_calls(void **state)
{
	static const uint32_t numbers[] = {4, 5, 8, 0x7fffffff, 0xffffffff};
	uint64_t rcx = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(core(numbers[i], &rcx), SVSM_ERR_UNSUPPORTED_CALL);
}

static uint32_t remap(uint64_t page)
{
	return core(SVSM_CORE_REMAP_CA, &page);
}

static void remap_ca(void **state)
{
	(void)state;
	fake_ram[0x5000] = 1; /* a stale flag must not become a call */
	assert_int_equal(remap(0x5000), SVSM_SUCCESS);
	assert_int_equal(fake_cpu.calling_area.value, 0x5000);
	assert_int_equal(fake_ram[0x5000], 0);
	assert_int_equal(remap(0x5000), SVSM_SUCCESS);
	assert_int_equal(remap(0x5008), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(remap(FAKE_RAM_SIZE), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(remap(0xfffffffffffff000ull), SVSM_ERR_INVALID_ADDRESS);
	fake_pages[6].validated = false;
	assert_int_equal(remap(0x6000), SVSM_ERR_INVALID_ADDRESS);
	assert_true(calling_area_set(1, gpa_of(0x7000))); /* another CPU's, with a call on its way */
	fake_ram[0x7000] = 1;
	assert_int_equal(remap(0x7000), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(fake_ram[0x7000], 1);
	assert_int_equal(fake_cpu.calling_area.value, 0x5000);
}

static uint32_t pvalidate(uint16_t entries, uint16_t next, const uint64_t *list)
{
	struct svsm_pvalidate_list header = {.entries = entries, .next = next};
	uint64_t rcx = LIST;

	memcpy(fake_ram + LIST, &header, sizeof(header));
	if (list != NULL)
		memcpy(fake_ram + LIST + sizeof(header), list, entries * sizeof(*list));
	return core(SVSM_CORE_PVALIDATE, &rcx);
}

static uint16_t next_field(void)
{
	uint16_t next;

	memcpy(&next, fake_ram + LIST + offsetof(struct svsm_pvalidate_list, next), sizeof(next));
	return next;
}

static void pvalidate_rescind_and_validate(void **state)
{
	uint64_t list[2] = {PAGE_A, PAGE_A + PAGE_SIZE};

	(void)state;
	memset(fake_ram + PAGE_A, 0xaa, PAGE_SIZE);
	assert_int_equal(pvalidate(2, 0, list), SVSM_SUCCESS);
	assert_int_equal(next_field(), 2);
	assert_false(fake_pages[PAGE_A / PAGE_SIZE].validated);
	assert_int_equal(fake_pages[PAGE_A / PAGE_SIZE].rights, 0); /* revoked before the page was given up */
	list[0] |= SVSM_PVALIDATE_VALIDATE;
	assert_int_equal(pvalidate(1, 0, list), SVSM_SUCCESS);
	assert_true(fake_pages[PAGE_A / PAGE_SIZE].validated);
	assert_int_equal(fake_pages[PAGE_A / PAGE_SIZE].rights, RMP_PERM_RWX);
	assert_int_equal(fake_ram[PAGE_A], 0);
	assert_int_equal(pvalidate(1, 0, list), SVSM_ERR_PVALIDATE_FAIL_NOCHANGE);
	fake_ram[PAGE_A] = 0x55;
	list[0] |= SVSM_PVALIDATE_IGNORE_CF;
	assert_int_equal(pvalidate(1, 0, list), SVSM_SUCCESS);
	assert_int_equal(fake_ram[PAGE_A], 0x55); /* unchanged state, unchanged data */
}

/* Rescinds, so that the page can be validated */
static uint64_t rescinded(uint64_t entry)
{
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_SUCCESS);
	return entry | SVSM_PVALIDATE_VALIDATE;
}

static void zeroing_fails(void **state)
{
	uint64_t entry = rescinded(PAGE_A);

	(void)state;
	memset(fake_ram + PAGE_A, 0x77, PAGE_SIZE); /* what the page held before: perhaps the firmware's own */
	fake_zeroing_fails = true;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_ERR_INVALID_ADDRESS);
	assert_false(fake_pages[PAGE_A / PAGE_SIZE].validated);
	assert_int_equal(fake_pages[PAGE_A / PAGE_SIZE].rights, 0);
	fake_zeroing_fails = false;
	entry |= SVSM_PVALIDATE_IGNORE_CF; /* must not get the page as it is */
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_SUCCESS);
	assert_int_equal(fake_ram[PAGE_A], 0);
}

/* True when the call ended the machine */
static bool ends_with(uint64_t entry)
{
	jmp_buf here;
	bool ended = true;

	fake_panic_to = &here;
	if (setjmp(here) == 0) {
		(void)pvalidate(1, 0, &entry);
		ended = false;
	}
	fake_panic_to = NULL;
	return ended;
}

static void host_shows_a_second_page(void **state)
{
	uint64_t entry = PAGE_A | SVSM_PVALIDATE_VALIDATE;

	(void)state;
	fake_guest_swap(PAGE_A);
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_ERR_PVALIDATE_FAIL_NOCHANGE);
	entry |= SVSM_PVALIDATE_IGNORE_CF;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_SUCCESS);
	assert_false(fake_pages[PAGE_A / PAGE_SIZE].validated); /* PVALIDATE has not seen the second page */
	assert_int_equal(fake_pages[PAGE_A / PAGE_SIZE].rights, 0);
}

static void host_swaps_before_rescinding(void **state)
{
	(void)state;
	fake_guest_swap(PAGE_A);
	fake_pages[PAGE_A / PAGE_SIZE].rights = 0;
	assert_false(ends_with(PAGE_A)); /* RMPADJUST refuses a page that is not validated: nothing changed */
	assert_int_equal(pvalidate(1, 0, &(uint64_t){PAGE_A | SVSM_PVALIDATE_VALIDATE}),
			 SVSM_ERR_PVALIDATE_FAIL_NOCHANGE);
}

static void host_shows_a_page_validated_before(void **state)
{
	uint64_t entry = rescinded(PAGE_A);

	(void)state;
	fake_pages[PAGE_A / PAGE_SIZE].validated = true;
	assert_true(ends_with(entry));
}

static void pvalidate_large(void **state)
{
	uint64_t entry = LARGE_A | RMP_PAGE_2M;

	(void)state;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH);
	for (uint64_t i = 0; i < 512; i++)
		fake_pages[LARGE_A / PAGE_SIZE + i].large = true;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_SUCCESS);
	entry |= SVSM_PVALIDATE_VALIDATE;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_SUCCESS);
	entry = (LARGE_A + PAGE_SIZE) | RMP_PAGE_2M;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_ERR_INVALID_PARAMETER);
	entry = (FAKE_RAM_SIZE - LARGE_PAGE_SIZE + LARGE_PAGE_SIZE) | RMP_PAGE_2M;
	assert_int_equal(pvalidate(1, 0, &entry), SVSM_ERR_INVALID_ADDRESS);
}

/* A list that takes too long goes on where it stopped when the guest makes the call again. */
static void pvalidate_in_parts(void **state)
{
	uint64_t list[8];
	uint16_t next = 0;
	unsigned int calls = 0;
	uint32_t result;

	(void)state;
	for (uint64_t i = 0; i < 8; i++)
		list[i] = PAGE_A + i * PAGE_SIZE; /* rescind: a second time would fail */
	fake_us_per_look = CALL_BUDGET_US / 3 + 1;
	do {
		result = pvalidate(8, next, list);
		next = next_field();
		calls++;
		assert_int_equal(next, result == SVSM_SUCCESS ? 8 : calls * 3);
	} while (result == SVSM_ERR_INCOMPLETE);
	assert_int_equal(result, SVSM_SUCCESS);
	assert_int_equal(calls, 3);
	for (uint64_t i = 0; i < 8; i++)
		assert_false(fake_pages[PAGE_A / PAGE_SIZE + i].validated);
}

static void pvalidate_malformed(void **state)
{
	uint64_t good = PAGE_A;
	uint64_t list[3] = {PAGE_A, PAGE_A | 0x10, PAGE_A + PAGE_SIZE};
	uint64_t rcx;

	(void)state;
	assert_int_equal(pvalidate(0, 0, &good), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(pvalidate(1, 1, &good), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(pvalidate(511, 0, NULL), SVSM_ERR_INVALID_PARAMETER); /* would leave the page */
	assert_true(fake_pages[PAGE_A / PAGE_SIZE].validated);
	assert_int_equal(pvalidate(3, 0, list), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(next_field(), 1); /* at the failing entry; the first is done, the third untouched */
	assert_false(fake_pages[PAGE_A / PAGE_SIZE].validated);
	assert_true(fake_pages[PAGE_A / PAGE_SIZE + 1].validated);
	good = 0x1000; /* the calling area itself */
	assert_int_equal(pvalidate(1, 0, &good), SVSM_ERR_INVALID_ADDRESS);
	good = PAGE_A | 2;
	assert_int_equal(pvalidate(1, 0, &good), SVSM_ERR_INVALID_PARAMETER);
	rcx = LIST + 4;
	assert_int_equal(core(SVSM_CORE_PVALIDATE, &rcx), SVSM_ERR_INVALID_PARAMETER);
	rcx = FAKE_RAM_SIZE + 8;
	assert_int_equal(core(SVSM_CORE_PVALIDATE, &rcx), SVSM_ERR_INVALID_ADDRESS);
	rcx = 0x2ffc & ~7ull;
	assert_int_equal(core(SVSM_CORE_PVALIDATE, &rcx), SVSM_ERR_INVALID_PARAMETER);
}

static void configure_vtom(void **state)
{
	uint64_t rcx = SVSM_CONFIGURE_VTOM_QUERY;

	(void)state;
	assert_int_equal(core(SVSM_CORE_CONFIGURE_VTOM, &rcx), SVSM_SUCCESS);
	assert_int_equal(rcx, 0);
	rcx = 2;
	assert_int_equal(core(SVSM_CORE_CONFIGURE_VTOM, &rcx), SVSM_ERR_INVALID_REQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(query_protocol, setup),
		cmocka_unit_test_setup(unsupported_calls, setup),
		cmocka_unit_test_setup(remap_ca, setup),
		cmocka_unit_test_setup(pvalidate_rescind_and_validate, setup),
		cmocka_unit_test_setup(zeroing_fails, setup),
		cmocka_unit_test_setup(host_shows_a_second_page, setup),
		cmocka_unit_test_setup(host_swaps_before_rescinding, setup),
		cmocka_unit_test_setup(host_shows_a_page_validated_before, setup),
		cmocka_unit_test_setup(pvalidate_large, setup),
		cmocka_unit_test_setup(pvalidate_in_parts, setup),
		cmocka_unit_test_setup(pvalidate_malformed, setup),
		cmocka_unit_test_setup(configure_vtom, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
