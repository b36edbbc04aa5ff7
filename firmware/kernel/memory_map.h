/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The machine's RAM as the host reports it in the IGVM memory map, without the firmware's own region. The host may lie:
 * a wrong map makes the guest unusable, never the firmware unsafe, since all memory still has to be validated.
 */
#ifndef KERNEL_MEMORY_MAP_H
#define KERNEL_MEMORY_MAP_H

#include "addr.h"

#include <stdbool.h>
#include <stddef.h>

#define MEMORY_MAP_RANGE_MAX 32u

struct memory_map {
	size_t count;
	struct gpa_range range[MEMORY_MAP_RANGE_MAX]; /* ascending, disjoint, page-aligned, not empty */
};

/*
 * Reads the map in @page once. False when it breaks the format, does not cover the firmware's region, or names an
 * address at or above @limit. The limit is the C-bit's mask: an address with that bit, put into a page table entry,
 * would be the private page below it, and so perhaps the firmware's own.
 */
bool memory_map_parse(struct memory_map *map, const void *page, uint64_t limit);

/* True when [gpa, gpa + size) is RAM of the guest (one range holds all of it). */
bool memory_map_contains(const struct memory_map *map, struct gpa gpa, uint64_t size);

/* The guest's RAM; set once by main_boot(). */
extern struct memory_map memory_map_guest;

#endif
