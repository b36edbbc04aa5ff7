/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"

#include <string.h>

void evidence_add(struct evidence *evidence, const struct usage *row)
{
	uint64_t hash = map_hash(row->function);
	uint32_t first = map_get(&evidence->by_function, hash);
	size_t links = evidence->usage_count;

	arena_push(evidence->arena, evidence->next_usage, links, first);
	map_set(&evidence->by_function, hash, (uint32_t)evidence->usage_count);
	arena_push(evidence->arena, evidence->usage, evidence->usage_count, *row);
}

static const struct usage *same(const struct evidence *evidence, uint32_t index, const char *function)
{
	while (index != MAP_NONE && strcmp(evidence->usage[index].function, function) != 0)
		index = evidence->next_usage[index];
	return index == MAP_NONE ? NULL : &evidence->usage[index];
}

const struct usage *evidence_usage(const struct evidence *evidence, const char *function)
{
	return same(evidence, map_get(&evidence->by_function, map_hash(function)), function);
}

const struct usage *evidence_next(const struct evidence *evidence, const struct usage *row)
{
	return same(evidence, evidence->next_usage[row - evidence->usage], row->function);
}

void evidence_free(struct evidence *evidence)
{
	map_free(&evidence->by_function);
}
