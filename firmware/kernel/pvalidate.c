/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "pvalidate.h"

#include "abi/svsm.h"
#include "calling_area.h"
#include "guest.h"
#include "guest_memory.h"
#include "memory_map.h"
#include "rmp.h"
#include "spinlock.h"

#include <stddef.h>

/* The guest's CPUs must not validate and rescind the same page at once. */
static struct spinlock lock;

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

static uint32_t validate(struct gpa page, uint64_t page_size, bool ignore_no_change)
{
	enum rmp_result result = rmp_validate_gpa(page, page_size, true);

	/* A page that was valid before may hold the guest's data, so only a change zeroes it. */
	if (result == RMP_RESULT_NO_CHANGE && ignore_no_change)
		return code_of(rmp_adjust_gpa(page, page_size, GUEST_VMPL, RMP_PERM_RWX));
	if (result != RMP_RESULT_OK)
		return code_of(result);
	if (!guest_memory_zero_page(page, page_size == RMP_PAGE_2M))
		return SVSM_ERR_INVALID_ADDRESS;
	return code_of(rmp_adjust_gpa(page, page_size, GUEST_VMPL, RMP_PERM_RWX));
}

static uint32_t rescind(struct gpa page, uint64_t page_size, bool ignore_no_change)
{
	enum rmp_result result = rmp_adjust_gpa(page, page_size, GUEST_VMPL, 0);

	/* RMPADJUST refuses a page that is not validated; PVALIDATE then tells what is wrong with it. */
	if (result == RMP_RESULT_SIZE_MISMATCH)
		return code_of(result);
	result = rmp_validate_gpa(page, page_size, false);
	if (result == RMP_RESULT_NO_CHANGE && ignore_no_change)
		return SVSM_SUCCESS;
	return code_of(result);
}

static uint32_t entry_apply(uint64_t entry)
{
	struct gpa page = gpa_of(entry & SVSM_PVALIDATE_GPA_MASK);
	uint64_t page_size = entry & SVSM_PVALIDATE_SIZE_MASK;
	uint64_t bytes = page_size == RMP_PAGE_2M ? LARGE_PAGE_SIZE : PAGE_SIZE;
	bool ignore = (entry & SVSM_PVALIDATE_IGNORE_CF) != 0;

	if (page_size > RMP_PAGE_2M || (entry & SVSM_PVALIDATE_RESERVED) != 0 || !addr_is_aligned(page.value, bytes))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!memory_map_contains(&memory_map_guest, page, bytes) ||
	    calling_area_overlaps((struct gpa_range){page.value, page.value + bytes}))
		return SVSM_ERR_INVALID_ADDRESS;
	if ((entry & SVSM_PVALIDATE_VALIDATE) != 0)
		return validate(page, page_size, ignore);
	return rescind(page, page_size, ignore);
}

static uint32_t run_list(struct gpa list, const struct svsm_pvalidate_list *header)
{
	uint32_t result = SVSM_SUCCESS;
	uint16_t next = header->next;

	for (; next < header->entries && result == SVSM_SUCCESS; next++) {
		uint64_t entry;

		if (!guest_memory_read(&entry, gpa_of(list.value + sizeof(*header) + next * sizeof(entry)),
				       sizeof(entry)))
			return SVSM_ERR_INVALID_ADDRESS;
		result = entry_apply(entry);
		if (result != SVSM_SUCCESS)
			break;
	}
	if (!guest_memory_write(gpa_of(list.value + offsetof(struct svsm_pvalidate_list, next)), &next, sizeof(next)))
		return SVSM_ERR_INVALID_ADDRESS;
	return result;
}

uint32_t pvalidate_list(struct gpa list)
{
	struct svsm_pvalidate_list header;
	uint64_t offset = list.value & (PAGE_SIZE - 1);
	uint32_t result;

	if (!addr_is_aligned(list.value, sizeof(uint64_t)) || offset > PAGE_SIZE - sizeof(header))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_read(&header, list, sizeof(header)))
		return SVSM_ERR_INVALID_ADDRESS;
	if (header.entries == 0 || header.next >= header.entries ||
	    header.entries > (PAGE_SIZE - offset - sizeof(header)) / sizeof(uint64_t))
		return SVSM_ERR_INVALID_PARAMETER;
	spinlock_acquire(&lock);
	result = run_list(list, &header);
	spinlock_release(&lock);
	return result;
}
