/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "pvalidate.h"

#include "abi/svsm.h"
#include "budget.h"
#include "calling_area.h"
#include "clock.h"
#include "guest.h"
#include "guest_memory.h"
#include "guest_pages.h"
#include "memory_map.h"
#include "panic.h"
#include "rmp.h"
#include "vcpus.h"

#include <stddef.h>

static uint32_t code_of(enum rmp_result result)
{
	switch (result) {
	case RMP_RESULT_OK:
		return SVSM_SUCCESS;
	case RMP_RESULT_NO_CHANGE:
		return SVSM_ERR_PVALIDATE_FAIL_NOCHANGE;
	case RMP_RESULT_SIZE_MISMATCH:
		return SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH;
	default:
		return SVSM_ERR_PVALIDATE_FAIL_INPUT;
	}
}

/* The page just validated is given up again: it never was the guest's. */
static void take_back(struct gpa page, uint64_t page_size)
{
	if (rmp_adjust_gpa(page, page_size, GUEST_VMPL, 0) != RMP_RESULT_OK ||
	    rmp_validate_gpa(page, page_size, false) != RMP_RESULT_OK)
		panic("a page of the guest can be neither used nor rescinded");
}

/* Validates a page that is recorded as not validated. The record is changed first, as that may fail. */
static uint32_t validate(struct gpa page, uint64_t page_size, uint64_t bytes)
{
	const struct gpa_range range = {page.value, page.value + bytes};
	uint32_t code;

	if (!guest_pages_set(range, true))
		return SVSM_ERR_INVALID_REQUEST;
	code = code_of(rmp_validate_gpa(page, page_size, true));
	if (code == SVSM_ERR_PVALIDATE_FAIL_NOCHANGE)
		panic("the host shows a validated page at an address that has none");
	if (code == SVSM_SUCCESS) {
		/* What the page held must not reach the guest, whatever the host does meanwhile. */
		if (!guest_memory_zero_page(page, page_size == RMP_PAGE_2M))
			code = SVSM_ERR_INVALID_ADDRESS;
		else
			code = code_of(rmp_adjust_gpa(page, page_size, GUEST_VMPL, RMP_PERM_RWX));
		if (code != SVSM_SUCCESS)
			take_back(page, page_size);
	}
	if (code != SVSM_SUCCESS)
		(void)guest_pages_set(range, false);
	return code;
}

/* Rescinds a page that is recorded as validated. */
static uint32_t rescind(struct gpa page, uint64_t page_size, uint64_t bytes)
{
	const struct gpa_range range = {page.value, page.value + bytes};
	uint32_t code;

	if (!guest_pages_set(range, false))
		return SVSM_ERR_INVALID_REQUEST;
	code = code_of(rmp_adjust_gpa(page, page_size, GUEST_VMPL, 0));
	if (code == SVSM_SUCCESS)
		code = code_of(rmp_validate_gpa(page, page_size, false));
	if (code == SVSM_ERR_PVALIDATE_FAIL_NOCHANGE)
		panic("the host shows a page that is not validated at an address that has one");
	if (code != SVSM_SUCCESS)
		(void)guest_pages_set(range, true);
	return code;
}

/* A change of state is made; anything else is answered from the record, and PVALIDATE is not asked. */
static uint32_t change(struct gpa page, uint64_t page_size, uint64_t bytes, bool valid, bool ignore_no_change)
{
	enum guest_pages_state state = guest_pages_state(page, bytes);

	if (state == GUEST_PAGES_MIXED)
		return SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH;
	if ((state == GUEST_PAGES_VALID) == valid)
		return ignore_no_change ? SVSM_SUCCESS : SVSM_ERR_PVALIDATE_FAIL_NOCHANGE;
	return valid ? validate(page, page_size, bytes) : rescind(page, page_size, bytes);
}

static uint32_t entry_apply(uint64_t entry)
{
	struct gpa page = gpa_of(entry & SVSM_PVALIDATE_GPA_MASK);
	uint64_t page_size = entry & SVSM_PVALIDATE_SIZE_MASK;
	uint64_t bytes = page_size == RMP_PAGE_2M ? LARGE_PAGE_SIZE : PAGE_SIZE;
	const struct gpa_range range = {page.value, page.value + bytes};
	bool ignore = (entry & SVSM_PVALIDATE_IGNORE_CF) != 0;

	if (page_size > RMP_PAGE_2M || (entry & SVSM_PVALIDATE_RESERVED) != 0 || !addr_is_aligned(page.value, bytes))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!memory_map_contains(&memory_map_guest, page, bytes) || calling_area_overlaps(range) ||
	    vcpus_overlap(range))
		return SVSM_ERR_INVALID_ADDRESS;
	return change(page, page_size, bytes, (entry & SVSM_PVALIDATE_VALIDATE) != 0, ignore);
}

/* Stops at an entry that fails, or between two when the time is over; `next` then tells the guest where. */
static uint32_t run_list(struct gpa list, const struct svsm_pvalidate_list *header, uint64_t deadline)
{
	uint32_t result = SVSM_SUCCESS;
	uint16_t next = header->next;

	while (next < header->entries) {
		uint64_t entry;

		if (!guest_memory_read(&entry, gpa_of(list.value + sizeof(*header) + next * sizeof(entry)),
				       sizeof(entry)))
			return SVSM_ERR_INVALID_ADDRESS;
		result = entry_apply(entry);
		if (result != SVSM_SUCCESS)
			break;
		next++;
		if (next < header->entries && clock_passed(deadline)) {
			result = SVSM_ERR_INCOMPLETE;
			break;
		}
	}
	if (!guest_memory_write(gpa_of(list.value + offsetof(struct svsm_pvalidate_list, next)), &next, sizeof(next)))
		return SVSM_ERR_INVALID_ADDRESS;
	return result;
}

uint32_t pvalidate_list(struct gpa list, uint64_t start)
{
	struct svsm_pvalidate_list header;
	uint64_t offset = list.value & (PAGE_SIZE - 1), deadline = clock_add(start, CALL_BUDGET_US);
	uint32_t result;

	if (!addr_is_aligned(list.value, sizeof(uint64_t)) || offset > PAGE_SIZE - sizeof(header))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_read(&header, list, sizeof(header)))
		return SVSM_ERR_INVALID_ADDRESS;
	if (header.entries == 0 || header.next >= header.entries ||
	    header.entries > (PAGE_SIZE - offset - sizeof(header)) / sizeof(uint64_t))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_pages_acquire_before(deadline))
		return SVSM_ERR_BUSY;
	result = run_list(list, &header, deadline);
	guest_pages_release();
	return result;
}
