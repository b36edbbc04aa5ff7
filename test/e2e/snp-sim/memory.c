/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "memory.h"

#include "freestanding_string.h"
#include "report.h"

uint64_t memory_guest_size;

static uint64_t heap_next;
static void *free_pages; /* linked through their first word */

void memory_init(uint64_t heap_start, uint64_t ram_end)
{
	heap_next = (heap_start + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	if (ram_end < GUEST_HPA + FLASH_SIZE + 2 * LARGE_PAGE_SIZE)
		report_internal("QEMU has too little RAM", ram_end);
	memory_guest_size = (ram_end - GUEST_HPA - FLASH_SIZE) & ~(LARGE_PAGE_SIZE - 1);
}

void *memory_alloc_pages(uint64_t count)
{
	void *pages;

	if (count == 1 && free_pages != 0) {
		pages = free_pages;
		free_pages = *(void **)pages;
	} else {
		if (count > (GUEST_HPA - heap_next) / PAGE_SIZE)
			report_internal("out of host memory", heap_next);
		pages = (void *)heap_next;
		heap_next += count * PAGE_SIZE;
	}
	memset(pages, 0, count * PAGE_SIZE);
	return pages;
}

void memory_free_page(void *page)
{
	*(void **)page = free_pages;
	free_pages = page;
}
