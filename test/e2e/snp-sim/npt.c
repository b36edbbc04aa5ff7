/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "npt.h"

#include "abi/snp.h"
#include "memory.h"
#include "vcpus.h"

#define ENTRIES 512u
#define PRESENT 1ull
#define WRITABLE 2ull
#define USER 4ull
#define LARGE 0x80ull
#define NO_EXECUTE (1ull << 63)
#define ADDRESS 0x000ffffffffff000ull

static uint64_t *roots[SNP_VMPL_COUNT];
static uint64_t *unpaged_roots[SNP_VMPL_COUNT]; /* the private view at the addresses without C-bit, and nothing else */

void npt_init(void)
{
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		uint64_t private_view = (uint64_t)memory_alloc_pages(1) | PRESENT | WRITABLE | USER;

		roots[i] = memory_alloc_pages(1);
		roots[i][C_BIT >> 39] = private_view;
		unpaged_roots[i] = memory_alloc_pages(1);
		unpaged_roots[i][0] = private_view;
	}
}

uint64_t npt_root(unsigned int vmpl, bool paged)
{
	return (uint64_t)(paged ? roots[vmpl] : unpaged_roots[vmpl]);
}

static unsigned int index_of(uint64_t address, unsigned int level)
{
	return (unsigned int)(address >> (12 + 9 * level)) & (ENTRIES - 1);
}

static uint64_t *next(uint64_t *entry, bool create)
{
	if ((*entry & PRESENT) == 0) {
		if (!create)
			return 0;
		*entry = (uint64_t)memory_alloc_pages(1) | PRESENT | WRITABLE | USER;
	}
	return (uint64_t *)(*entry & ADDRESS);
}

/* The page directory entry of @address. */
static uint64_t *directory_entry(unsigned int vmpl, uint64_t address, bool create)
{
	uint64_t *table = roots[vmpl];

	for (unsigned int level = 3; level > 1; level--) {
		table = next(&table[index_of(address, level)], create);
		if (table == 0)
			return 0;
	}
	return &table[index_of(address, 1)];
}

void npt_map(unsigned int vmpl, bool c_bit, uint64_t gpa, bool large, unsigned int rights)
{
	uint64_t address = gpa | (c_bit ? C_BIT : 0);
	uint64_t flags = PRESENT | USER | ((rights & NPT_WRITE_OK) != 0 ? WRITABLE : 0) |
			 ((rights & NPT_EXECUTE_OK) != 0 ? 0 : NO_EXECUTE);
	uint64_t *entry = directory_entry(vmpl, address, true);

	if (large) {
		gpa &= ~(LARGE_PAGE_SIZE - 1);
		if ((*entry & PRESENT) != 0)
			vcpus_stop_others();
		if ((*entry & (PRESENT | LARGE)) == PRESENT)
			memory_free_page((void *)(*entry & ADDRESS));
		*entry = (uint64_t)memory_guest(gpa) | flags | LARGE;
		return;
	}
	if ((*entry & LARGE) != 0) {
		vcpus_stop_others();
		*entry = 0;
	}
	next(entry, true)[index_of(address, 0)] = (uint64_t)memory_guest(gpa & ~(PAGE_SIZE - 1)) | flags;
}

static void drop_in(unsigned int vmpl, uint64_t address, bool large, bool lazily)
{
	uint64_t *entry = directory_entry(vmpl, address, false);

	if (entry == 0 || (*entry & PRESENT) == 0)
		return;
	if ((*entry & LARGE) == 0 && !large) {
		entry = &((uint64_t *)(*entry & ADDRESS))[index_of(address, 0)];
		if ((*entry & PRESENT) == 0)
			return;
		if (!lazily)
			vcpus_stop_others();
		*entry = 0;
		return;
	}
	vcpus_stop_others();
	if ((*entry & LARGE) == 0)
		memory_free_page((void *)(*entry & ADDRESS));
	*entry = 0;
}

static void drop(uint64_t gpa, bool large, bool lazily)
{
	for (unsigned int vmpl = 0; vmpl < SNP_VMPL_COUNT; vmpl++) {
		drop_in(vmpl, gpa, large, lazily);
		drop_in(vmpl, gpa | C_BIT, large, lazily);
	}
}

void npt_drop(uint64_t gpa, bool large)
{
	drop(gpa, large, false);
}

void npt_drop_lazily(uint64_t gpa, bool large)
{
	drop(gpa, large, true);
}
