/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "paging.h"

#include "abi.h"
#include "cpu.h"

#define ENTRIES 512u
#define ENTRY_PRESENT 1ull
#define ENTRY_WRITE 2ull
#define ENTRY_LARGE 0x80ull
#define ADDRESS_BITS 0x000ffffffffff000ull
#define SPLIT_MAX 4u

static uint64_t c_bit;
static uint64_t split_tables[SPLIT_MAX][ENTRIES] __attribute__((aligned(4096)));
static unsigned int split_used;

void paging_start(uint64_t c_bit_mask)
{
	c_bit = c_bit_mask;
}

/* Tables are identity-mapped like all else */
static uint64_t *entry_at(uint64_t table, uint64_t address, unsigned int shift)
{
	return (uint64_t *)(table & ADDRESS_BITS & ~c_bit) + (address >> shift & (ENTRIES - 1));
}

static bool split(uint64_t *large)
{
	uint64_t first = *large & ADDRESS_BITS & ~c_bit & ~(BLOCK_BYTES - 1);
	uint64_t *table;

	if (split_used == SPLIT_MAX)
		return false;
	table = split_tables[split_used++];
	for (uint64_t i = 0; i < ENTRIES; i++)
		table[i] = (first + i * PAGE_BYTES) | c_bit | ENTRY_PRESENT | ENTRY_WRITE;
	*large = (uint64_t)table | c_bit | ENTRY_PRESENT | ENTRY_WRITE;
	cpu_flush_page((const void *)first);
	return true;
}

bool paging_set_private(const void *at, bool make_private)
{
	uint64_t address = (uint64_t)at, *entry;

	entry = entry_at(cpu_read_cr3(), address, 39);
	if ((*entry & ENTRY_PRESENT) == 0)
		return false;
	entry = entry_at(*entry, address, 30);
	if ((*entry & ENTRY_PRESENT) == 0)
		return false;
	entry = entry_at(*entry, address, 21);
	if ((*entry & ENTRY_PRESENT) == 0 || ((*entry & ENTRY_LARGE) != 0 && !split(entry)))
		return false;
	entry = entry_at(*entry, address, 12);
	*entry = make_private ? *entry | c_bit : *entry & ~c_bit;
	cpu_flush_page(at);
	return true;
}
