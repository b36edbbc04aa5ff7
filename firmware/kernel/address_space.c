/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "address_space.h"

#include "cpu.h"
#include "page_alloc.h"

#define ENTRIES 512u
#define PTE_OWNED (1ull << 9) /* available to software: the page is freed when unmapped */

bool address_space_init(struct address_space *space, size_t page_limit)
{
	space->pml4 = page_alloc();
	space->pages = 0;
	space->most_pages = 0;
	space->page_limit = page_limit;
	if (space->pml4 == NULL)
		return false;
	space->pml4[ENTRIES - 1] = paging_kernel_pml4_entry();
	return true;
}

void address_space_activate(const struct address_space *space)
{
	cpu_write_cr3(paging_gpa(space->pml4).value | c_bit_mask);
}

static uint64_t *next_table(uint64_t *entry, bool create)
{
	if ((*entry & PTE_PRESENT) == 0) {
		void *table = create ? page_alloc() : NULL;

		if (table == NULL)
			return NULL;
		*entry = paging_gpa(table).value | c_bit_mask | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED;
	}
	return paging_pointer(gpa_of(*entry & PTE_ADDRESS & ~c_bit_mask));
}

/* The leaf entry of @va; NULL when a table is missing (and cannot be made). */
static uint64_t *walk(const struct address_space *space, uint64_t va, bool create)
{
	uint64_t *table = space->pml4;

	if (va >= ADDRESS_SPACE_END)
		return NULL;
	for (unsigned int level = 3; level > 0; level--) {
		table = next_table(&table[va >> (12 + 9 * level) & (ENTRIES - 1)], create);
		if (table == NULL)
			return NULL;
	}
	return &table[va >> 12 & (ENTRIES - 1)];
}

static uint64_t flags_of(enum paging_protection protection)
{
	uint64_t flags = PTE_PRESENT | PTE_USER | PTE_ACCESSED;

	if (protection == PAGING_WRITE)
		flags |= PTE_WRITE | PTE_DIRTY;
	if (protection != PAGING_EXECUTE)
		flags |= PTE_NX;
	return flags;
}

static bool map_one(struct address_space *space, uint64_t va, struct gpa page, uint64_t flags)
{
	uint64_t *entry = walk(space, va, true);

	if (entry == NULL || (*entry & PTE_PRESENT) != 0)
		return false;
	*entry = page.value | c_bit_mask | flags;
	cpu_invlpg(va);
	return true;
}

bool address_space_map_image(struct address_space *space, uint64_t va, struct gpa page,
			     enum paging_protection protection)
{
	return protection != PAGING_WRITE && map_one(space, va, page, flags_of(protection));
}

bool address_space_map_new(struct address_space *space, uint64_t va, uint64_t size, enum paging_protection protection)
{
	uint64_t end;

	if (!addr_is_aligned(va | size, PAGE_SIZE) || __builtin_add_overflow(va, size, &end) ||
	    end > ADDRESS_SPACE_END || size / PAGE_SIZE > space->page_limit - space->pages)
		return false;
	for (uint64_t at = va; at < end; at += PAGE_SIZE) {
		void *page = page_alloc();

		if (page == NULL || !map_one(space, at, paging_gpa(page), flags_of(protection) | PTE_OWNED)) {
			if (page != NULL)
				page_free(page);
			address_space_unmap(space, va, at - va);
			return false;
		}
		space->pages++;
	}
	if (space->pages > space->most_pages)
		space->most_pages = space->pages;
	return true;
}

void address_space_unmap(struct address_space *space, uint64_t va, uint64_t size)
{
	for (uint64_t at = va; at < va + size; at += PAGE_SIZE) {
		uint64_t *entry = walk(space, at, false);

		if (entry == NULL || (*entry & PTE_PRESENT) == 0)
			continue;
		if ((*entry & PTE_OWNED) != 0) {
			page_free(paging_pointer(gpa_of(*entry & PTE_ADDRESS & ~c_bit_mask)));
			space->pages--;
		}
		*entry = 0;
		cpu_invlpg(at);
	}
}

void address_space_protect(struct address_space *space, uint64_t va, uint64_t size, enum paging_protection protection)
{
	for (uint64_t at = va; at < va + size; at += PAGE_SIZE) {
		uint64_t *entry = walk(space, at, false);

		if (entry == NULL || (*entry & PTE_PRESENT) == 0)
			continue;
		/* Pages of the image are measured and may be shared: they never become writable. */
		if ((*entry & PTE_OWNED) == 0 && protection == PAGING_WRITE)
			continue;
		*entry = (*entry & (PTE_ADDRESS | PTE_OWNED | c_bit_mask)) | flags_of(protection);
		cpu_invlpg(at);
	}
}

void *address_space_page(const struct address_space *space, uint64_t va)
{
	uint64_t *entry = walk(space, va, false);

	if (entry == NULL || (*entry & PTE_PRESENT) == 0)
		return NULL;
	return paging_pointer(gpa_of(*entry & PTE_ADDRESS & ~c_bit_mask));
}

uint64_t address_space_find(const struct address_space *space, uint64_t start, uint64_t end, uint64_t size)
{
	uint64_t from = start;

	for (uint64_t at = start; at < end; at += PAGE_SIZE) {
		if (address_space_page(space, at) != NULL)
			from = at + PAGE_SIZE;
		else if (at + PAGE_SIZE - from >= size)
			return from;
	}
	return 0;
}
