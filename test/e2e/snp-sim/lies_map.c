/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lies in the memory map, which nobody measures. */
#include "lies.h"

#include "freestanding_string.h"
#include "memory.h"
#include "svsm/boot_info.h"

enum lie {
	TRUTH,
	EMPTY,	       /* no entry at all */
	NO_FIRMWARE,   /* RAM without the firmware's region */
	PART_FIRMWARE, /* RAM that ends inside of it */
	RESERVED,      /* the firmware's region is said to be reserved */
	ONLY_FIRMWARE, /* and no RAM for a guest */
	CUT_IMAGE,     /* RAM ends inside of what the image loads */
	OVERLAP,
	UNSORTED,
	HUGE,	     /* more pages than there are addresses */
	WRAP,	     /* end of the range is below its start */
	ABOVE_C_BIT, /* an address whose C-bit is set already */
	TO_C_BIT,    /* all addresses below the C-bit */
	FULL,	     /* as many entries as the page has room for */
	MANY,	     /* as many as the firmware keeps, and one more */
	MORE_RAM,    /* RAM that is not there */
	HIDDEN,	     /* an entry of no pages, and RAM behind it */
	TYPES,	     /* types that do not exist, where there is RAM for the guest */
	NONSENSE,    /* all bits set */
	COUNT_OF_LIES,
};
static const char *const names[] = {
	"map-empty",   "map-no-firmware", "map-part-firmware", "map-reserved", "map-only-firmware", "map-cut-image",
	"map-overlap", "map-unsorted",	  "map-huge",	       "map-wrap",     "map-above-c-bit",   "map-to-c-bit",
	"map-full",    "map-many",	  "map-more-ram",      "map-hidden",   "map-types",	    "map-nonsense"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define FIRST (FW_BASE / PAGE_SIZE)
#define LAST ((FW_BASE + FW_SIZE) / PAGE_SIZE)
#define C_BIT_PAGE (C_BIT / PAGE_SIZE)
#define IMAGE_PAGE 0x1003ull /* in the conformance guest's code */
#define KEPT_RANGES 32u

static enum lie lie;

bool lies_map_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

static struct igvm_memory_map_entry ram(uint64_t start, uint64_t end)
{
	return (struct igvm_memory_map_entry){
		.starting_page = start, .page_count = end - start, .type = IGVM_MEMORY_RAM};
}

/* Single pages with gaps between them, then the rest. */
static void many(struct igvm_memory_map_entry *map, uint64_t count, uint64_t end)
{
	for (uint64_t i = 0; i < count; i++)
		map[i] = ram(2 * i, 2 * i + 1);
	map[count] = ram(2 * count, end);
}

void lies_map(struct igvm_memory_map_entry *map, uint64_t size)
{
	uint64_t end = memory_guest_size / PAGE_SIZE, room = size / sizeof(*map);

	if (lie == TRUTH)
		return;
	memset(map, 0, size);
	lies_told("memory map", lie);
	switch (lie) {
	case NO_FIRMWARE:
		map[0] = ram(0, FIRST);
		map[1] = ram(LAST, end);
		break;
	case PART_FIRMWARE:
		map[0] = ram(0, LAST - 1);
		break;
	case RESERVED:
		map[0] = ram(0, FIRST);
		map[1] = ram(FIRST, LAST);
		map[1].type = IGVM_MEMORY_RAM + 1;
		map[2] = ram(LAST, end);
		break;
	case ONLY_FIRMWARE:
		map[0] = ram(FIRST, LAST);
		break;
	case CUT_IMAGE:
		map[0] = ram(0, IMAGE_PAGE);
		map[1] = ram(FIRST, end);
		break;
	case OVERLAP:
		map[0] = ram(0, end);
		map[1] = ram(end - 1, end);
		break;
	case UNSORTED:
		map[0] = ram(FIRST, end);
		map[1] = ram(0, FIRST);
		break;
	case HUGE:
		map[0] = ram(0, UINT64_MAX);
		break;
	case WRAP:
		map[0] = ram(2, 1);
		break;
	case ABOVE_C_BIT:
		map[0] = ram(0, end);
		map[1] = ram(C_BIT_PAGE, C_BIT_PAGE + 512);
		break;
	case TO_C_BIT:
		map[0] = ram(0, C_BIT_PAGE);
		break;
	case FULL:
		many(map, room - 1, end);
		break;
	case MANY:
		many(map, KEPT_RANGES, end);
		break;
	case MORE_RAM:
		map[0] = ram(0, end + 512);
		break;
	case HIDDEN:
		map[0] = ram(0, LAST);
		map[2] = ram(LAST, end);
		break;
	case TYPES:
		map[0] = ram(0, LAST);
		map[1] = ram(LAST, end);
		map[1].type = UINT16_MAX;
		map[1].flags = UINT16_MAX;
		break;
	case NONSENSE:
		memset(map, 0xff, size);
		break;
	default:
		break; /* EMPTY */
	}
}
