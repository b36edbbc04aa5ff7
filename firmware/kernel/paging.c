/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "paging.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "page_alloc.h"
#include "panic.h"
#include "svsm/boot_info.h"

#define ENTRIES 512u
#define REGION_TABLES (FW_SIZE / LARGE_PAGE_SIZE)

static_assert(FW_BASE == 0x08000000ull, "paging_gpa() and paging_pointer()");

struct page_table {
	uint64_t entry[ENTRIES];
};

extern const uint8_t _text[], _etext[], _rodata[], _erodata[], _end[]; /* kernel.lds */

/* The tables that exist before pages can be allocated. */
static struct page_table pml4 __attribute__((aligned(4096), section(".bss.page_aligned")));
static struct page_table pdpt __attribute__((aligned(4096), section(".bss.page_aligned")));
static struct page_table directory __attribute__((aligned(4096), section(".bss.page_aligned")));
static struct page_table region_tables[REGION_TABLES] __attribute__((aligned(4096), section(".bss.page_aligned")));

static uint64_t table_entry(const void *table)
{
	return paging_gpa(table).value | c_bit_mask | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
}

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return (unsigned int)(va >> (12 + 9 * level)) & (ENTRIES - 1);
}

static uint64_t leaf(struct gpa gpa, enum paging_protection protection)
{
	uint64_t entry = gpa.value | c_bit_mask | PTE_PRESENT | PTE_ACCESSED;

	if (protection == PAGING_WRITE)
		entry |= PTE_WRITE | PTE_DIRTY;
	if (protection != PAGING_EXECUTE)
		entry |= PTE_NX;
	return entry;
}

static enum paging_protection protection_of(uint64_t va)
{
	if (va >= (uint64_t)_text && va < (uint64_t)_etext)
		return PAGING_EXECUTE;
	if (va >= (uint64_t)_rodata && va < (uint64_t)_erodata)
		return PAGING_READ;
	return PAGING_WRITE;
}

void paging_init(void)
{
	/* Everything lies in the last GiB but one page directory: KERNEL_VA, WINDOW_VA and STACK_VA share one. */
	static_assert((KERNEL_VA >> 30) == (WINDOW_VA >> 30) && (KERNEL_VA >> 30) == (STACK_VA >> 30), "one directory");

	pml4.entry[index_of(KERNEL_VA, 3)] = table_entry(&pdpt);
	pdpt.entry[index_of(KERNEL_VA, 2)] = table_entry(&directory);
	for (unsigned int i = 0; i < REGION_TABLES; i++) {
		directory.entry[index_of(KERNEL_VA, 1) + i] = table_entry(&region_tables[i]);
		for (unsigned int j = 0; j < ENTRIES; j++) {
			uint64_t offset = (uint64_t)i * LARGE_PAGE_SIZE + (uint64_t)j * PAGE_SIZE;

			region_tables[i].entry[j] = leaf(gpa_of(FW_BASE + offset), protection_of(KERNEL_VA + offset));
		}
	}
	cpu_write_cr3(paging_kernel_cr3());
}

uint64_t paging_kernel_cr3(void)
{
	return paging_gpa(&pml4).value | c_bit_mask;
}

uint64_t paging_kernel_pml4_entry(void)
{
	return pml4.entry[index_of(KERNEL_VA, 3)];
}

uint64_t *paging_entry_kernel(uint64_t va, unsigned int level)
{
	uint64_t *slot = &directory.entry[index_of(va, 1)];
	struct page_table *table;

	if (va >> 30 != KERNEL_VA >> 30)
		panic("paging: address outside the kernel's directory");
	if (level == 1)
		return slot;
	if ((*slot & PTE_PRESENT) == 0) {
		table = page_alloc();
		if (table == NULL)
			return NULL;
		*slot = table_entry(table);
	}
	table = paging_pointer(gpa_of(*slot & PTE_ADDRESS & ~c_bit_mask));
	return &table->entry[index_of(va, 0)];
}

bool paging_map_kernel(uint64_t va, struct gpa gpa, enum paging_protection protection)
{
	uint64_t *entry = paging_entry_kernel(va, 0);

	if (entry == NULL)
		return false;
	*entry = leaf(gpa, protection);
	cpu_invlpg(va);
	return true;
}

void paging_set_shared(void *page, bool shared)
{
	uint64_t va = (uint64_t)page;
	uint64_t *entry = paging_entry_kernel(va, 0);

	if (entry == NULL)
		panic("paging: page without a table");
	*entry = leaf(paging_gpa(page), PAGING_WRITE);
	if (shared)
		*entry &= ~c_bit_mask;
	cpu_invlpg(va);
}
