/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* CORE_PVALIDATE. */
#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "exceptions.h"
#include "freestanding_string.h"
#include "ghcb.h"
#include "memory.h"
#include "paging.h"
#include "pvalidate.h"
#include "svsm_call.h"

#define PATTERN 0xa7
#define FAR_GPA 0xfffffffff000ull
#define PAGES_PER_BLOCK 512u

/* Pages all checks of this file use; private and validated between checks */
static uint8_t *a, *b, *c;

static uint8_t *area_list(void)
{
	return svsm_call_area() + CA_BUFFER;
}

static bool rescinded(const uint8_t *page)
{
	return !exceptions_probe(page) && exception_seen.vector == VECTOR_VC &&
	       exception_seen.error == EXIT_NOT_VALIDATED;
}

static void round_trip(void)
{
	memset(a, PATTERN, PAGE_BYTES);
	check_equal("PVALIDATE 4 KiB rescind", pvalidate_one((uint64_t)a), R_SUCCESS);
	check_equal("  next", pvalidate_next(area_list()), 1);
	check_true("  page is gone", rescinded(a));
	check_equal("PVALIDATE 4 KiB validate", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_SUCCESS);
	/* The host changed nothing, so that only the SVSM can have cleared it */
	check_true("  page is zero", exceptions_probe(a) && bytes_all(a, PAGE_BYTES, 0));
	memset(a, PATTERN, PAGE_BYTES);
	check_true("private page becomes shared", pvalidate_share(a));
	memset(a, PATTERN, PAGE_BYTES);
	check_true("  and private again", pvalidate_unshare(a));
	check_true("  page is zero", exceptions_probe(a) && bytes_all(a, PAGE_BYTES, 0));
}

static void no_change(void)
{
	memset(a, PATTERN, PAGE_BYTES);
	check_equal("PVALIDATE of a validated page", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_PVALIDATE_NOCHANGE);
	check_equal("  next stays at it", pvalidate_next(area_list()), 0);
	check_true("  page is still there", exceptions_probe(a));
	check_equal("  with ignore_cf", pvalidate_one((uint64_t)a | ENTRY_VALIDATE | ENTRY_IGNORE_CF), R_SUCCESS);
	check_equal("  next", pvalidate_next(area_list()), 1);
	check_true("  page is still there", exceptions_probe(a));
	check_equal("rescind", pvalidate_one((uint64_t)a), R_SUCCESS);
	check_equal("rescind of a rescinded page", pvalidate_one((uint64_t)a), R_PVALIDATE_NOCHANGE);
	check_equal("  next stays at it", pvalidate_next(area_list()), 0);
	check_equal("  with ignore_cf", pvalidate_one((uint64_t)a | ENTRY_IGNORE_CF), R_SUCCESS);
	check_true("  page is gone", rescinded(a));
	check_equal("  validate", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_SUCCESS);
}

static void lists(void)
{
	uint64_t rescind[3] = {(uint64_t)a, (uint64_t)b, (uint64_t)c};
	uint8_t *page = memory_pages(1);

	pvalidate_write(area_list(), 2, 1, rescind, 2);
	check_equal("PVALIDATE continues at next", pvalidate_call((uint64_t)area_list()), R_SUCCESS);
	check_equal("  next", pvalidate_next(area_list()), 2);
	check_true("  first entry was left out", exceptions_probe(a));
	check_true("  second entry was done", rescinded(b));
	check_equal("  validate", pvalidate_one((uint64_t)b | ENTRY_VALIDATE), R_SUCCESS);

	rescind[1] = platform.svsm_base;
	pvalidate_write(area_list(), 3, 0, rescind, 3);
	check_equal("PVALIDATE stops at the SVSM's memory", pvalidate_call((uint64_t)area_list()), R_INVALID_ADDRESS);
	check_equal("  next is the failing entry", pvalidate_next(area_list()), 1);
	check_true("  entry before it was done", rescinded(a));
	check_true("  entry after it was not", exceptions_probe(c));
	check_equal("  validate", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_SUCCESS);

	if (page == NULL)
		return;
	rescind[0] = (uint64_t)a;
	pvalidate_write(page, 1, 0, rescind, 1);
	check_equal("PVALIDATE list outside the calling area", pvalidate_call((uint64_t)page), R_SUCCESS);
	check_equal("  next", pvalidate_next(page), 1);
	check_equal("  validate", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_SUCCESS);
	rescind[0] = (uint64_t)a;
	pvalidate_write(page + PAGE_BYTES - 16, 1, 0, rescind, 1);
	check_equal("PVALIDATE list at the end of a page", pvalidate_call((uint64_t)page + PAGE_BYTES - 16), R_SUCCESS);
	check_equal("  validate", pvalidate_one((uint64_t)a | ENTRY_VALIDATE), R_SUCCESS);
}

static void header(const char *name, uint64_t gpa, uint16_t entries, uint16_t next)
{
	const uint64_t rescind = (uint64_t)a;

	pvalidate_write((uint8_t *)gpa, entries, next, &rescind, 1);
	check_equal(name, pvalidate_call(gpa), R_INVALID_PARAMETER);
	check_equal("  next stays", pvalidate_next((const uint8_t *)gpa), next);
	check_true("  nothing was done", exceptions_probe(a));
}

static void bad_headers(void)
{
	uint64_t list = (uint64_t)area_list();
	uint8_t *pages = memory_pages(2);

	header("PVALIDATE 0 entries", list, 0, 0);
	header("PVALIDATE next = entries", list, 1, 1);
	header("PVALIDATE next > entries", list, 1, UINT16_MAX);
	header("PVALIDATE more entries than the page holds", list, PVALIDATE_MAX_IN_AREA + 1, 0);
	header("PVALIDATE most entries", list, UINT16_MAX, 0);
	header("PVALIDATE list not aligned to 8", list + 4, 1, 0);
	if (pages != NULL) {
		header("PVALIDATE list crosses a page", (uint64_t)pages + PAGE_BYTES - 16, 2, 0);
		header("PVALIDATE entries in the next page", (uint64_t)pages + PAGE_BYTES - 8, 1, 0);
	}
}

static void list_at(const char *name, uint64_t gpa)
{
	check_either(name, pvalidate_call(gpa), R_INVALID_ADDRESS, R_INVALID_PARAMETER);
}

static void bad_list_addresses(void)
{
	const uint64_t entry = (uint64_t)a;

	list_at("PVALIDATE list in the SVSM", platform.svsm_base);
	list_at("PVALIDATE list behind all RAM", memory_end());
	list_at("PVALIDATE list far outside memory", FAR_GPA);
	list_at("PVALIDATE list at the end of the address space", UINT64_MAX - 7);
	pvalidate_write(b, 1, 0, &entry, 1);
	if (check_equal("rescind", pvalidate_one((uint64_t)b), R_SUCCESS)) {
		list_at("PVALIDATE list in a page not validated", (uint64_t)b);
		check_equal("  validate", pvalidate_one((uint64_t)b | ENTRY_VALIDATE), R_SUCCESS);
	}
	if (check_true("share", pvalidate_share(b))) {
		pvalidate_write(b, 1, 0, &entry, 1);
		list_at("PVALIDATE list in a shared page", (uint64_t)b);
		check_true("  private again", pvalidate_unshare(b));
	}
	check_true("  nothing was done", exceptions_probe(a));
}

/* The SVSM may refuse such an entry itself or leave it to the instruction. */
static void entry_refused(const char *name, uint64_t entry, uint64_t expected, uint64_t or_expected)
{
	check_either(name, pvalidate_one(entry), expected, or_expected);
	check_equal("  next stays at it", pvalidate_next(area_list()), 0);
}

static void bad_entries(void)
{
	uint64_t page = (uint64_t)a, block = page & ~(BLOCK_BYTES - 1);

	for (unsigned int bit = 4; bit < 12; bit += 7)
		entry_refused(bit == 4 ? "PVALIDATE lowest reserved bit" : "PVALIDATE highest reserved bit",
			      page | 1ull << bit, R_INVALID_PARAMETER, R_PVALIDATE_FAIL_INPUT);
	entry_refused("PVALIDATE size 2", page | 2, R_INVALID_PARAMETER, R_PVALIDATE_FAIL_INPUT);
	entry_refused("PVALIDATE size 3", page | 3, R_INVALID_PARAMETER, R_PVALIDATE_FAIL_INPUT);
	entry_refused("PVALIDATE 2 MiB unaligned", (block + PAGE_BYTES) | ENTRY_2M, R_INVALID_PARAMETER,
		      R_PVALIDATE_FAIL_INPUT);
	check_true("  nothing was done", exceptions_probe(a) && exceptions_probe((const void *)block));
	entry_refused("PVALIDATE of the SVSM's first page", platform.svsm_base, R_INVALID_ADDRESS, R_INVALID_ADDRESS);
	entry_refused("PVALIDATE of the SVSM's last page", platform.svsm_base + platform.svsm_size - PAGE_BYTES,
		      R_INVALID_ADDRESS, R_INVALID_ADDRESS);
	entry_refused("PVALIDATE 2 MiB with the SVSM in it", (platform.svsm_base & ~(BLOCK_BYTES - 1)) | ENTRY_2M,
		      R_INVALID_ADDRESS, R_INVALID_ADDRESS);
	entry_refused("PVALIDATE behind all RAM", memory_end() | ENTRY_VALIDATE, R_INVALID_ADDRESS, R_INVALID_ADDRESS);
	entry_refused("PVALIDATE far outside memory", FAR_GPA | ENTRY_VALIDATE, R_INVALID_ADDRESS, R_INVALID_ADDRESS);
	entry_refused("PVALIDATE last page of the address space", (UINT64_MAX & ~(PAGE_BYTES - 1)) | ENTRY_VALIDATE,
		      R_INVALID_ADDRESS, R_INVALID_ADDRESS);
}

/* @block: rescinded in whatever size the firmware validated it in. */
static bool rescind_block(const uint8_t *block)
{
	uint64_t result = pvalidate_one((uint64_t)block | ENTRY_2M);

	if (result == R_PVALIDATE_SIZEMISMATCH) {
		check_equal("  next stays at the 2 MiB entry", pvalidate_next(area_list()), 0);
		result = pvalidate_run(block, PAGES_PER_BLOCK, 0);
	}
	return check_equal("PVALIDATE of 2 MiB, rescind in its own size", result, R_SUCCESS);
}

static void large(void)
{
	uint8_t *block = memory_block();
	uint64_t entry = (uint64_t)block | ENTRY_2M, result;

	if (block == NULL || !rescind_block(block))
		return;
	if (!check_true("2 MiB become shared", ghcb_block_state((uint64_t)block, PAGE_STATE_SHARED)) ||
	    !check_true("  and private again", ghcb_block_state((uint64_t)block, PAGE_STATE_PRIVATE)))
		return;
	result = pvalidate_one(entry | ENTRY_VALIDATE);
	check_either("PVALIDATE 2 MiB validate", result, R_SUCCESS, R_PVALIDATE_SIZEMISMATCH);
	if (result == R_SUCCESS) {
		check_equal("  next", pvalidate_next(area_list()), 1);
		check_equal("PVALIDATE of a validated 2 MiB page", pvalidate_one(entry | ENTRY_VALIDATE),
			    R_PVALIDATE_NOCHANGE);
	} else {
		console_printf("note: the host backs 2 MiB with 4 KiB pages\n");
		check_equal("  next stays at it", pvalidate_next(area_list()), 0);
		check_equal("  4 KiB instead", pvalidate_run(block, PAGES_PER_BLOCK, ENTRY_VALIDATE), R_SUCCESS);
	}
	check_true("  all of it is zero", exceptions_probe(block) && bytes_all(block, BLOCK_BYTES, 0));
	/* One 4 KiB page inside changes: from then on the block is no 2 MiB page */
	check_equal("PVALIDATE 4 KiB inside 2 MiB, rescind", pvalidate_one((uint64_t)block + PAGE_BYTES), R_SUCCESS);
	check_true("  page is gone", rescinded(block + PAGE_BYTES));
	check_true("  its neighbour is not", exceptions_probe(block));
	check_equal("PVALIDATE 2 MiB over 4 KiB pages", pvalidate_one(entry | ENTRY_VALIDATE),
		    R_PVALIDATE_SIZEMISMATCH);
	check_equal("  next stays at it", pvalidate_next(area_list()), 0);
	check_equal("  4 KiB validate", pvalidate_one(((uint64_t)block + PAGE_BYTES) | ENTRY_VALIDATE), R_SUCCESS);
}

static void longest_list(void)
{
	uint8_t *block = memory_block();

	if (block == NULL)
		return;
	check_equal("PVALIDATE 510 entries, rescind", pvalidate_run(block, PVALIDATE_MAX_IN_AREA, 0), R_SUCCESS);
	check_equal("  next", pvalidate_next(area_list()), PVALIDATE_MAX_IN_AREA);
	check_true("  last page is gone", rescinded(block + (PVALIDATE_MAX_IN_AREA - 1) * PAGE_BYTES));
	check_equal("PVALIDATE 510 entries, validate", pvalidate_run(block, PVALIDATE_MAX_IN_AREA, ENTRY_VALIDATE),
		    R_SUCCESS);
	check_true("  last page is back", exceptions_probe(block + (PVALIDATE_MAX_IN_AREA - 1) * PAGE_BYTES));
}

void checks_pvalidate(void)
{
	a = memory_pages(1);
	b = memory_pages(1);
	c = memory_pages(1);
	if (!check_true("test memory", a != NULL && b != NULL && c != NULL))
		return;
	round_trip();
	no_change();
	lists();
	bad_headers();
	bad_list_addresses();
	bad_entries();
	large();
	longest_list();
}
