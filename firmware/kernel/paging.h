/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Page tables (APM 2, chapter 5). The kernel's half maps the firmware's region at KERNEL_VA (text R-X, read-only data
 * R--, the rest RW-), guest windows and stacks; it is one PML4 entry that all address spaces share. Not locked: changed
 * at boot by one CPU, later only in a CPU's own window or under the lock of the service the address space belongs to.
 */
#ifndef KERNEL_PAGING_H
#define KERNEL_PAGING_H

#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

#define PTE_PRESENT (1ull << 0)
#define PTE_WRITE (1ull << 1)
#define PTE_USER (1ull << 2)
#define PTE_ACCESSED (1ull << 5)
#define PTE_DIRTY (1ull << 6)
#define PTE_LARGE (1ull << 7)
#define PTE_NX (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull

enum paging_protection {
	PAGING_READ = 0,
	PAGING_WRITE = 1,
	PAGING_EXECUTE = 2,
};

extern uint64_t c_bit_mask; /* boot.S: 1 << position of the C-bit */

/* Physical address of an object in the firmware's region, and back. */
static inline struct gpa paging_gpa(const void *at)
{
	return gpa_of((uint64_t)at - KERNEL_VA + LAYOUT_U64(0x08000000));
}

static inline void *paging_pointer(struct gpa gpa)
{
	return (void *)(gpa.value - LAYOUT_U64(0x08000000) + KERNEL_VA);
}

/* Builds the kernel's tables from static pages and switches to them. */
void paging_init(void);

/* Maps one 4 KiB page of the kernel's half. False when no page for a table is left. */
bool paging_map_kernel(uint64_t va, struct gpa gpa, enum paging_protection protection);

/* Makes the page at @va of the region one that the host can read and write (C-bit clear), or private again. */
void paging_set_shared(void *page, bool shared);

/* The entry that maps @va with 4 KiB (@level 0) or 2 MiB (1), its table made when it is missing; NULL when no page is
 * left. */
uint64_t *paging_entry_kernel(uint64_t va, unsigned int level);

/* CR3 of the kernel without a service. */
uint64_t paging_kernel_cr3(void);

/* The kernel's PML4 entry, to be copied into every address space at index 511. */
uint64_t paging_kernel_pml4_entry(void);

#endif
