/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Memory that lives until the end of the run and is freed at once, growable arrays in it, and hash maps from 64-bit
 * keys. When memory runs out the program ends with exit code 3: there is nothing a bound can be computed with then.
 */
#ifndef STACK_CHECK_ARENA_H
#define STACK_CHECK_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;
struct arena {
	struct arena_block *blocks;
	uint8_t *at;
	size_t left;
};

/* Zeroed memory, aligned to 16 bytes. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_string(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

/*
 * Makes room for one more element in `items`, an array of `count` elements that only this function has grown:
 * capacities are powers of two. Returns the array, perhaps moved.
 */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t element);
/* arena_push(arena, array, count, value): appends */
#define arena_push(arena, array, count, value)                                                                         \
	do {                                                                                                           \
		(array) = arena_grow((arena), (array), (count), sizeof(*(array)));                                     \
		(array)[(count)++] = (value);                                                                          \
	} while (0)

/* From nonzero 64-bit keys to 32-bit values. Zeroed is empty. Not in the arena: free with map_free. */
struct map_slot {
	uint64_t key; /* 0: free */
	uint32_t value;
};

struct map {
	struct map_slot *slots; /* key and value are found with one look at memory */
	uint32_t used, capacity;
};

#define MAP_NONE UINT32_MAX
uint32_t map_get(const struct map *map, uint64_t key); /* MAP_NONE when absent */
void map_set(struct map *map, uint64_t key, uint32_t value);
void map_free(struct map *map);

/* FNV-1a, never 0; for keys of maps that are verified by comparing the strings. */
uint64_t map_hash(const char *text);

#endif
