/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "memory.h"

#include "abi.h"
#include "freestanding_string.h"

#define SEARCH_FROM 0x2000000ull /* 32 MiB: behind everything the image loads for the guest */
#define SEARCH_TO 0x100000000ull /* the identity map ends here */
#define BLOCKS_NEEDED 8u

static uint64_t next_page, pages_end, next_block, blocks_end, ram_end;

bool memory_start(const struct flat64_boot *boot)
{
	if (boot->magic != FLAT64_MAGIC || boot->range_count == 0 || boot->range_count > FLAT64_RANGE_MAX)
		return false;
	for (uint64_t i = 0; i < boot->range_count; i++) {
		uint64_t start = boot->range[i].gpa, end = start + boot->range[i].size;

		if (end < start)
			return false;
		if (end > ram_end)
			ram_end = end;
		if (start < SEARCH_FROM)
			start = SEARCH_FROM;
		if (end > SEARCH_TO)
			end = SEARCH_TO;
		start = (start + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1);
		if (next_page != 0 || start >= end || end - start < BLOCKS_NEEDED * BLOCK_BYTES)
			continue;
		/* One block for single pages, the others whole */
		next_page = start;
		pages_end = start + BLOCK_BYTES;
		next_block = pages_end;
		blocks_end = start + BLOCKS_NEEDED * BLOCK_BYTES;
	}
	return next_page != 0;
}

uint8_t *memory_pages(size_t count)
{
	uint8_t *at = (uint8_t *)next_page;

	if (count > (pages_end - next_page) / PAGE_BYTES)
		return NULL;
	next_page += count * PAGE_BYTES;
	memset(at, 0, count * PAGE_BYTES);
	return at;
}

uint8_t *memory_block(void)
{
	uint8_t *at = (uint8_t *)next_block;

	if (next_block >= blocks_end)
		return NULL;
	next_block += BLOCK_BYTES;
	return at;
}

uint64_t memory_end(void)
{
	return ram_end;
}
