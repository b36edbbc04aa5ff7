/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Memory of the simulated host: its heap, the guest's RAM at GUEST_HPA (docs/contracts.md section 4), and behind it the
 * pages that lie below 4 GiB in the guest's view, where a platform has its flash. QEMU's IGVM loader makes memory for
 * pages an image puts there; it is not in the memory map.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE 4096ull
#define LARGE_PAGE_SIZE 0x200000ull
#define GUEST_HPA 0x10000000ull
#define C_BIT_POSITION 39u
#define C_BIT (1ull << C_BIT_POSITION)

#define FLASH_GPA 0xffc00000ull
#define FLASH_SIZE 0x400000ull

extern uint64_t memory_guest_size; /* of the RAM: bytes, multiple of 2 MiB */

/* The heap is [start, GUEST_HPA); RAM ends at @ram_end. */
void memory_init(uint64_t heap_start, uint64_t ram_end);

/* Zeroed pages; never freed (freed page tables go back through memory_free_page). Ends the run when there are none. */
void *memory_alloc_pages(uint64_t count);
void memory_free_page(void *page);

static inline bool memory_in_flash(uint64_t gpa)
{
	return gpa >= FLASH_GPA && gpa - FLASH_GPA < FLASH_SIZE;
}

/* Where the byte at @gpa lies in all of the guest's memory: RAM, then flash. */
static inline uint64_t memory_offset(uint64_t gpa)
{
	return memory_in_flash(gpa) ? memory_guest_size + (gpa - FLASH_GPA) : gpa;
}

/* The guest's memory at @gpa (C-bit removed); the caller has checked memory_has(). */
static inline uint8_t *memory_guest(uint64_t gpa)
{
	return (uint8_t *)(GUEST_HPA + memory_offset(gpa));
}

static inline bool memory_has(uint64_t gpa, uint64_t size)
{
	return (gpa < memory_guest_size && size <= memory_guest_size - gpa) ||
	       (memory_in_flash(gpa) && size <= FLASH_GPA + FLASH_SIZE - gpa);
}

#endif
