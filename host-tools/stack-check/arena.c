/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "arena.h"

#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE ((size_t)1 << 18)
#define HUGE_SIZE ((size_t)1 << 21) /* of a page of the second level */

struct arena_block {
	struct arena_block *next;
	bool mapped; /* HUGE_SIZE bytes by mmap */
	_Alignas(16) uint8_t bytes[];
};

static void *need(void *memory)
{
	if (!memory) {
		fputs(PROGRAM ": out of memory\n", stderr);
		exit(EXIT_BAD_INPUT);
	}
	return memory;
}

/* One page of 2 MiB where the kernel has it: 512 page faults less. Zeroed. */
static struct arena_block *map_huge(void)
{
	uint8_t *area = mmap(NULL, 2 * HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct arena_block *block;
	size_t before;

	need(area == MAP_FAILED ? NULL : area);
	before = (HUGE_SIZE - ((uintptr_t)area & (HUGE_SIZE - 1))) & (HUGE_SIZE - 1);
	if (before)
		munmap(area, before);
	munmap(area + before + HUGE_SIZE, HUGE_SIZE - before);
	block = (struct arena_block *)(area + before);
	madvise(block, HUGE_SIZE, MADV_HUGEPAGE);
	block->mapped = true;
	return block;
}

/* Small runs need one small block; what goes on takes large ones. */
static void add_block(struct arena *arena)
{
	struct arena_block *block = arena->blocks ? map_huge() : need(calloc(1, BLOCK_SIZE));

	arena->left = (block->mapped ? HUGE_SIZE : BLOCK_SIZE) - sizeof(*block);
	arena->at = block->bytes;
	block->next = arena->blocks;
	arena->blocks = block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *result;

	if (size > SIZE_MAX / 2)
		need(NULL);
	size = (size + 15) & ~(size_t)15;
	if (size > arena->left && size > BLOCK_SIZE / 4) {
		struct arena_block *block = need(calloc(1, sizeof(*block) + size));

		/* A large piece has a block of its own; the current one stays in use. */
		block->next = arena->blocks;
		arena->blocks = block;
		return block->bytes;
	}
	if (size > arena->left)
		add_block(arena);
	result = arena->at;
	arena->at += size;
	arena->left -= size;
	return result;
}

char *arena_string(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	error_sanitize(text);
	return arena_string(arena, text, strlen(text));
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t element)
{
	void *larger;

	if (count & (count - 1))
		return items;
	if (count > 0 && count < 4)
		return items;
	larger = arena_alloc(arena, (count ? 2 * count : 4) * element);
	if (count)
		memcpy(larger, items, count * element);
	return larger;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		if (arena->blocks->mapped)
			munmap(arena->blocks, HUGE_SIZE);
		else
			free(arena->blocks);
		arena->blocks = next;
	}
	memset(arena, 0, sizeof(*arena));
}

static struct map_slot *slot_of(const struct map *map, uint64_t key)
{
	uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (map->capacity - 1);

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->capacity - 1);
	return &map->slots[at];
}

uint32_t map_get(const struct map *map, uint64_t key)
{
	const struct map_slot *slot;

	if (!map->capacity)
		return MAP_NONE;
	slot = slot_of(map, key);
	return slot->key ? slot->value : MAP_NONE;
}

static void enlarge(struct map *map)
{
	struct map larger = {.used = map->used, .capacity = map->capacity ? map->capacity * 2 : 64};

	larger.slots = need(calloc(larger.capacity, sizeof(*larger.slots)));
	for (uint32_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].key)
			*slot_of(&larger, map->slots[i].key) = map->slots[i];
	}
	map_free(map);
	*map = larger;
}

void map_set(struct map *map, uint64_t key, uint32_t value)
{
	struct map_slot *slot;

	if (map->used * 2 >= map->capacity)
		enlarge(map);
	slot = slot_of(map, key);
	if (!slot->key) {
		slot->key = key;
		map->used++;
	}
	slot->value = value;
}

void map_free(struct map *map)
{
	free(map->slots);
	memset(map, 0, sizeof(*map));
}

uint64_t map_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
	return hash ? hash : 1;
}
