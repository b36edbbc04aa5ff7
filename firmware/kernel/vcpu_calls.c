/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpu_calls.h"

#include "abi/svsm.h"
#include "budget.h"
#include "calling_area.h"
#include "clock.h"
#include "guest_memory.h"
#include "guest_pages.h"
#include "memory_map.h"
#include "percpu.h"
#include "vcpus.h"
#include "vmsa_page.h"
#include "window.h"

static struct gpa_range range_of(struct gpa page)
{
	return (struct gpa_range){page.value, page.value + PAGE_SIZE};
}

/* The guest's own RAM, validated, and not the registers of a CPU */
static bool is_plain_memory(struct gpa page)
{
	return memory_map_contains(&memory_map_guest, page, PAGE_SIZE) &&
	       guest_pages_state(page, PAGE_SIZE) == GUEST_PAGES_VALID && !vcpus_overlap(range_of(page));
}

/* Order: registered, in nobody's window, then made. */
static uint32_t make(struct gpa page, uint32_t index, uint64_t deadline)
{
	uint32_t result;

	if (!vcpus_register(index, page))
		return SVSM_ERR_RMPADJUST_FAIL_INUSE;
	result = window_wait_others(page, deadline) ? vmsa_page_make(page) : SVSM_ERR_BUSY;
	if (result == SVSM_SUCCESS)
		vcpus_set_current(index, page);
	else
		vcpus_unregister(page);
	return result;
}

/* The caller holds the registers of CPU @index. */
static uint32_t replace(struct gpa page, struct gpa area, uint32_t index, uint64_t deadline)
{
	struct gpa old_area;
	bool had_area = calling_area_get(index, &old_area);
	uint32_t result;
	uint8_t flag;

	if (!calling_area_set(index, area))
		return SVSM_ERR_INVALID_ADDRESS;
	result = make(page, index, deadline);
	if (result == SVSM_SUCCESS) {
		/* A flag left there must not look like a call. */
		(void)guest_memory_exchange(area, 0, &flag);
	} else if (had_area) {
		(void)calling_area_set(index, old_area);
	} else {
		calling_area_clear(index);
	}
	return result;
}

/* With the record of pages locked: nothing checked here can be rescinded or become a calling area before use. */
static uint32_t create(struct gpa page, struct gpa area, uint32_t index, uint64_t deadline)
{
	uint32_t result;

	if (!is_plain_memory(page) || !is_plain_memory(area) || !guest_memory_probe(area, PAGE_SIZE) ||
	    calling_area_overlaps(range_of(page)))
		return SVSM_ERR_INVALID_ADDRESS;
	if (!vcpus_try_hold(index))
		return SVSM_ERR_RMPADJUST_FAIL_INUSE;
	result = replace(page, area, index, deadline);
	vcpus_release(index);
	return result;
}

uint32_t vcpu_calls_create(struct gpa page, struct gpa area, uint32_t apic_id, uint64_t start)
{
	const struct percpu *target = percpu_find(apic_id);
	uint64_t deadline = clock_add(start, CALL_BUDGET_US);
	uint32_t result;

	if (target == NULL || !addr_is_aligned(page.value | area.value, PAGE_SIZE) || page.value == area.value)
		return SVSM_ERR_INVALID_PARAMETER;
	/* Processors may fault on a VMSA there (SNP erratum). */
	if (addr_is_aligned(page.value, LARGE_PAGE_SIZE))
		return SVSM_ERR_INVALID_ADDRESS;
	if (!guest_pages_acquire_before(deadline))
		return SVSM_ERR_BUSY;
	result = create(page, area, target->index, deadline);
	guest_pages_release();
	return result;
}

/* With the record of pages locked. */
static uint32_t give_back(struct gpa page)
{
	uint32_t index, result;
	bool current;

	if (!vcpus_find(page, &index, &current))
		return SVSM_ERR_INVALID_PARAMETER;
	/* A page that was replaced is nobody's current one and stays so: its CPU may be at work with the new one. */
	if (current && !vcpus_try_hold(index))
		return SVSM_ERR_RMPADJUST_FAIL_INUSE;
	result = vmsa_page_unmake(page);
	if (result == SVSM_SUCCESS) {
		vcpus_unregister(page);
		if (current) {
			vcpus_clear_current(index);
			calling_area_clear(index);
		}
	}
	if (current)
		vcpus_release(index);
	return result;
}

uint32_t vcpu_calls_delete(struct gpa page, uint64_t start)
{
	uint32_t result;

	if (!addr_is_aligned(page.value, PAGE_SIZE))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_pages_acquire_before(clock_add(start, CALL_BUDGET_US)))
		return SVSM_ERR_BUSY;
	result = give_back(page);
	guest_pages_release();
	return result;
}
