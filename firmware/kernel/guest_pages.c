/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One word for each 2 MiB of RAM: all invalid, all valid, or the address of 512 bits. Most of RAM changes in large
 * pieces, so the bits of few have to be kept. A chunk that has bits keeps them until it is changed as a whole.
 */
#include "guest_pages.h"

#include "clock.h"
#include "freestanding_string.h"
#include "page_alloc.h"
#include "spinlock.h"

#include <assert.h>

#define CHUNK_SIZE LARGE_PAGE_SIZE
#define CHUNK_INVALID 0ull
#define CHUNK_VALID 1ull
#define CHUNKS_PER_PAGE (PAGE_SIZE / sizeof(uint64_t))
#define DIRECTORY_MAX 2048u /* pages of chunks: 2 TiB of RAM */
#define PAGES_PER_CHUNK (CHUNK_SIZE / PAGE_SIZE)

struct bits {
	union {
		uint64_t word[PAGES_PER_CHUNK / 64];
		struct bits *next_free;
	};
};
static_assert(sizeof(struct bits) == 64 && PAGE_SIZE % sizeof(struct bits) == 0, "bits fill pages");

static uint64_t *directory[DIRECTORY_MAX];
static const struct memory_map *recorded;
static uint64_t first_chunk[MEMORY_MAP_RANGE_MAX]; /* of each range of the map */
static struct bits *free_bits;
static struct spinlock lock;

void guest_pages_acquire(void)
{
	spinlock_acquire(&lock);
}

bool guest_pages_acquire_before(uint64_t deadline)
{
	while (!spinlock_try_acquire(&lock)) {
		if (clock_passed(deadline))
			return false;
		cpu_pause();
	}
	return true;
}

void guest_pages_release(void)
{
	spinlock_release(&lock);
}

bool guest_pages_init(const struct memory_map *map)
{
	uint64_t chunks = 0;

	free_bits = NULL;
	for (size_t i = 0; i < map->count; i++) {
		first_chunk[i] = chunks;
		/* A chunk that the range begins or ends in is its own, not shared with its neighbour. */
		chunks += (map->range[i].end - 1) / CHUNK_SIZE - map->range[i].start / CHUNK_SIZE + 1;
		if (chunks > DIRECTORY_MAX * CHUNKS_PER_PAGE)
			return false;
	}
	for (uint64_t i = 0; i < (chunks + CHUNKS_PER_PAGE - 1) / CHUNKS_PER_PAGE; i++) {
		directory[i] = page_alloc();
		if (directory[i] == NULL)
			return false;
	}
	recorded = map;
	return true;
}

static uint64_t *chunk_at(uint64_t gpa)
{
	for (size_t i = 0; i < recorded->count; i++) {
		const struct gpa_range *range = &recorded->range[i];
		uint64_t chunk = first_chunk[i] + gpa / CHUNK_SIZE - range->start / CHUNK_SIZE;

		if (gpa >= range->start && gpa < range->end)
			return &directory[chunk / CHUNKS_PER_PAGE][chunk % CHUNKS_PER_PAGE];
	}
	return NULL;
}

static struct bits *bits_of(uint64_t chunk)
{
	return chunk > CHUNK_VALID ? (struct bits *)(uintptr_t)chunk : NULL;
}

static struct bits *new_bits(bool valid)
{
	struct bits *bits;

	if (free_bits == NULL) {
		struct bits *page = page_alloc();

		for (size_t i = 0; page != NULL && i < PAGE_SIZE / sizeof(*page); i++) {
			page[i].next_free = free_bits;
			free_bits = &page[i];
		}
	}
	bits = free_bits;
	if (bits == NULL)
		return NULL;
	free_bits = bits->next_free;
	memset(bits, valid ? 0xff : 0, sizeof(*bits));
	return bits;
}

static void set_whole(uint64_t *chunk, bool valid)
{
	struct bits *bits = bits_of(*chunk);

	if (bits != NULL) {
		bits->next_free = free_bits;
		free_bits = bits;
	}
	*chunk = valid ? CHUNK_VALID : CHUNK_INVALID;
}

static void set_bits(struct bits *bits, struct gpa_range range, bool valid)
{
	for (uint64_t at = range.start; at < range.end; at += PAGE_SIZE) {
		uint64_t i = at % CHUNK_SIZE / PAGE_SIZE;

		if (valid)
			bits->word[i / 64] |= 1ull << (i % 64);
		else
			bits->word[i / 64] &= ~(1ull << (i % 64));
	}
}

/* The part of @range in the chunk that holds its start. */
static struct gpa_range first_part(struct gpa_range range)
{
	uint64_t end = addr_align_down(range.start, CHUNK_SIZE) + CHUNK_SIZE;

	return (struct gpa_range){range.start, range.end < end ? range.end : end};
}

static bool is_whole(struct gpa_range part)
{
	return part.end - part.start == CHUNK_SIZE;
}

static enum guest_pages_state state_of(bool valid)
{
	return valid ? GUEST_PAGES_VALID : GUEST_PAGES_INVALID;
}

enum guest_pages_state guest_pages_state(struct gpa page, uint64_t size)
{
	const uint64_t *chunk = chunk_at(page.value);
	uint64_t i = page.value % CHUNK_SIZE / PAGE_SIZE, all, any;
	const struct bits *bits;

	if (chunk == NULL)
		return GUEST_PAGES_INVALID;
	bits = bits_of(*chunk);
	if (bits == NULL)
		return state_of(*chunk == CHUNK_VALID);
	if (size == PAGE_SIZE)
		return state_of((bits->word[i / 64] >> (i % 64) & 1) != 0);
	all = any = bits->word[0];
	for (size_t j = 1; j < PAGES_PER_CHUNK / 64; j++) {
		all &= bits->word[j];
		any |= bits->word[j];
	}
	if (all == UINT64_MAX)
		return GUEST_PAGES_VALID;
	return any == 0 ? GUEST_PAGES_INVALID : GUEST_PAGES_MIXED;
}

/* Gives every chunk that @range covers in part bits of its own. */
static bool split_edges(struct gpa_range range)
{
	while (range.start < range.end) {
		struct gpa_range part = first_part(range);
		uint64_t *chunk = chunk_at(part.start);
		struct bits *bits;

		range.start = part.end;
		if (chunk == NULL)
			return false;
		if (is_whole(part) || bits_of(*chunk) != NULL)
			continue;
		bits = new_bits(*chunk == CHUNK_VALID);
		if (bits == NULL)
			return false;
		*chunk = (uint64_t)(uintptr_t)bits;
	}
	return true;
}

bool guest_pages_set(struct gpa_range range, bool valid)
{
	if (!split_edges(range))
		return false;
	while (range.start < range.end) {
		struct gpa_range part = first_part(range);
		uint64_t *chunk = chunk_at(part.start);

		if (is_whole(part))
			set_whole(chunk, valid);
		else
			set_bits(bits_of(*chunk), part, valid);
		range.start = part.end;
	}
	return true;
}
