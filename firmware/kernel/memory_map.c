/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "memory_map.h"

#include "abi/igvm.h"
#include "freestanding_string.h"
#include "svsm/boot_info.h"

#define ENTRY_MAX (PAGE_SIZE / sizeof(struct igvm_memory_map_entry))

struct memory_map memory_map_guest;

static bool add(struct memory_map *map, uint64_t start, uint64_t end)
{
	if (start >= end)
		return true;
	if (map->count == MEMORY_MAP_RANGE_MAX)
		return false;
	map->range[map->count++] = (struct gpa_range){start, end};
	return true;
}

bool memory_map_parse(struct memory_map *map, const void *page, uint64_t limit)
{
	const struct gpa_range firmware = {FW_BASE, FW_BASE + FW_SIZE};
	uint64_t last_end = 0;
	bool covered = false;

	map->count = 0;
	for (size_t i = 0; i < ENTRY_MAX; i++) {
		struct igvm_memory_map_entry entry;
		struct gpa_range range;

		memcpy(&entry, (const uint8_t *)page + i * sizeof(entry), sizeof(entry));
		if (entry.page_count == 0)
			return covered;
		if (entry.starting_page >= limit / PAGE_SIZE ||
		    entry.page_count > limit / PAGE_SIZE - entry.starting_page)
			return false;
		range.start = entry.starting_page * PAGE_SIZE;
		range.end = range.start + entry.page_count * PAGE_SIZE;
		if (range.start < last_end)
			return false;
		last_end = range.end;
		if (entry.type != IGVM_MEMORY_RAM) {
			if (gpa_range_overlaps(range, firmware))
				return false;
			continue;
		}
		if (!gpa_range_overlaps(range, firmware)) {
			if (!add(map, range.start, range.end))
				return false;
			continue;
		}
		if (!gpa_range_contains(range, FW_BASE, FW_SIZE))
			return false;
		covered = true;
		if (!add(map, range.start, firmware.start) || !add(map, firmware.end, range.end))
			return false;
	}
	return covered;
}

bool memory_map_contains(const struct memory_map *map, struct gpa gpa, uint64_t size)
{
	for (size_t i = 0; i < map->count; i++) {
		if (gpa_range_contains(map->range[i], gpa.value, size))
			return true;
	}
	return false;
}
