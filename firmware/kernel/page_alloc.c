/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "page_alloc.h"

#include "freestanding_string.h"
#include "paging.h"
#include "panic.h"
#include "spinlock.h"
#include "svsm/boot_info.h"

#define PAGE_COUNT (FW_SIZE / PAGE_SIZE)

/* One bit a page of the region: set while it is free. */
static uint64_t free_map[PAGE_COUNT / 64];
static size_t free_count;
static size_t hint; /* no free page lies in a word before it */
static struct spinlock lock;

static size_t index_of(const void *page)
{
	uint64_t offset = (uint64_t)page - KERNEL_VA;

	if (offset >= FW_SIZE || !addr_is_aligned(offset, PAGE_SIZE))
		panic("page_alloc: not a page of the region");
	return offset / PAGE_SIZE;
}

void page_alloc_init(struct gpa_range range)
{
	for (uint64_t at = range.start; at < range.end; at += PAGE_SIZE) {
		size_t i = index_of(paging_pointer(gpa_of(at)));

		free_map[i / 64] |= 1ull << (i % 64);
		free_count++;
	}
}

void *page_alloc(void)
{
	void *page = NULL;

	spinlock_acquire(&lock);
	for (size_t word = hint; word < PAGE_COUNT / 64; word++) {
		unsigned int bit;

		hint = word;
		if (free_map[word] == 0)
			continue;
		bit = (unsigned int)__builtin_ctzll(free_map[word]);
		free_map[word] &= ~(1ull << bit);
		free_count--;
		page = paging_pointer(gpa_of(FW_BASE + (word * 64 + bit) * PAGE_SIZE));
		break;
	}
	spinlock_release(&lock);
	if (page != NULL)
		memset(page, 0, PAGE_SIZE);
	return page;
}

void *page_alloc_vmsa(void)
{
	void *page = page_alloc();

	if (page != NULL && addr_is_aligned(paging_gpa(page).value, LARGE_PAGE_SIZE)) {
		void *other = page_alloc();

		page_free(page);
		page = other;
	}
	return page;
}

void page_free(void *page)
{
	size_t i = index_of(page);

	spinlock_acquire(&lock);
	if ((free_map[i / 64] >> (i % 64) & 1) != 0)
		panic("page_alloc: page freed twice");
	free_map[i / 64] |= 1ull << (i % 64);
	free_count++;
	if (i / 64 < hint)
		hint = i / 64;
	spinlock_release(&lock);
}

size_t page_alloc_available(void)
{
	size_t count;

	spinlock_acquire(&lock);
	count = free_count;
	spinlock_release(&lock);
	return count;
}
