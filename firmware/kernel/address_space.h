/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A service's address space: lower-half page tables over pages of the region. A page is never writable and executable.
 * Protected by the lock of services.h.
 */
#ifndef KERNEL_ADDRESS_SPACE_H
#define KERNEL_ADDRESS_SPACE_H

#include "addr.h"
#include "paging.h"

#include <stdbool.h>
#include <stddef.h>

/* The last page below the canonical hole stays free, so that no return address lies outside the half. */
#define ADDRESS_SPACE_END (USER_VA_END - PAGE_SIZE)

struct address_space {
	uint64_t *pml4;
	size_t pages; /* owned pages now mapped: data, stack and heap */
	size_t most_pages;
	size_t page_limit;
};

/* False when memory is short. */
bool address_space_init(struct address_space *space, size_t page_limit);

/* Loads CR3. */
void address_space_activate(const struct address_space *space);

/* Maps [va, va + size) to zeroed pages that the space owns. False: overlap, limit, out of memory; nothing stays mapped
 * then. */
bool address_space_map_new(struct address_space *space, uint64_t va, uint64_t size, enum paging_protection protection);

/* Maps one page that belongs to the image (not freed later), read-only or executable. */
bool address_space_map_image(struct address_space *space, uint64_t va, struct gpa page,
			     enum paging_protection protection);

/* Unmaps and frees what is mapped in the range. */
void address_space_unmap(struct address_space *space, uint64_t va, uint64_t size);

/* Changes the protection of what is mapped. */
void address_space_protect(struct address_space *space, uint64_t va, uint64_t size, enum paging_protection protection);

/* The kernel's pointer to the page mapped at @va (page-aligned), or NULL. */
void *address_space_page(const struct address_space *space, uint64_t va);

/* Lowest free range of @size in [start, end), page multiples; 0 when there is none. */
uint64_t address_space_find(const struct address_space *space, uint64_t start, uint64_t end, uint64_t size);

#endif
