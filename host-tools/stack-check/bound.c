/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "bound.h"

#include "bound_cycle.h"

#include <stdlib.h>
#include <string.h>

/* Iterative depth-first search after Tarjan: components come out callees first. */
struct search {
	struct bounds *bounds;
	uint32_t *number, *low, *stack, *edge_at, *callee_at, *trail;
	bool *on_stack;
	uint32_t next_number, stack_count, trail_count;
	uint32_t *component;
};

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		abort();
	return memory;
}

static void finish_component(struct search *search, uint32_t root)
{
	struct bounds *bounds = search->bounds;
	uint32_t count = 0, node;

	do {
		node = search->stack[--search->stack_count];
		search->on_stack[node] = false;
		search->component[count++] = node;
		bounds->component_of[node] = bounds->component_count;
	} while (node != root);
	bounds->component_count++;
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		bound_component(bounds, search->component, count, mode);
}

static void visit(struct search *search, uint32_t root)
{
	struct graph *graph = search->bounds->graph;

	search->trail[search->trail_count++] = root;
	while (search->trail_count) {
		uint32_t node = search->trail[search->trail_count - 1];
		const struct graph_node *from = &graph->nodes[node];

		if (!search->number[node]) {
			search->number[node] = search->low[node] = ++search->next_number;
			search->stack[search->stack_count++] = node;
			search->on_stack[node] = true;
		}
		while (search->edge_at[node] < from->edge_count &&
		       search->callee_at[node] >= from->edges[search->edge_at[node]].callee_count) {
			search->edge_at[node]++;
			search->callee_at[node] = 0;
		}
		if (search->edge_at[node] < from->edge_count) {
			uint32_t callee = from->edges[search->edge_at[node]].callees[search->callee_at[node]++];

			if (!search->number[callee])
				search->trail[search->trail_count++] = callee;
			else if (search->on_stack[callee] && search->number[callee] < search->low[node])
				search->low[node] = search->number[callee];
			continue;
		}
		search->trail_count--;
		if (search->low[node] == search->number[node])
			finish_component(search, node);
		if (search->trail_count) {
			uint32_t parent = search->trail[search->trail_count - 1];

			if (search->low[node] < search->low[parent])
				search->low[parent] = search->low[node];
		}
	}
}

struct bounds *bounds_create(struct graph *graph)
{
	struct bounds *bounds = zeroed(1, sizeof(*bounds));
	struct search search = {.bounds = bounds};
	uint32_t count = graph->node_count;

	bounds->graph = graph;
	bounds->component_of = zeroed(count, sizeof(uint32_t));
	bounds->settled = zeroed(count, sizeof(bool));
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		bounds->best[mode] = zeroed(count, sizeof(struct best));
	search.number = zeroed(count, sizeof(uint32_t));
	search.low = zeroed(count, sizeof(uint32_t));
	search.stack = zeroed(count, sizeof(uint32_t));
	search.edge_at = zeroed(count, sizeof(uint32_t));
	search.callee_at = zeroed(count, sizeof(uint32_t));
	search.trail = zeroed(count, sizeof(uint32_t));
	search.component = zeroed(count, sizeof(uint32_t));
	search.on_stack = zeroed(count, sizeof(bool));
	for (uint32_t node = 0; node < count; node++) {
		if (!search.number[node])
			visit(&search, node);
	}
	free(search.number);
	free(search.low);
	free(search.stack);
	free(search.edge_at);
	free(search.callee_at);
	free(search.trail);
	free(search.component);
	free(search.on_stack);
	return bounds;
}

void bounds_free(struct bounds *bounds)
{
	if (!bounds)
		return;
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		free(bounds->best[mode]);
	free(bounds->settled);
	free(bounds->component_of);
	free(bounds);
}

int64_t bounds_total(const struct bounds *bounds, uint32_t node, int mode)
{
	return bounds->best[mode][node].total;
}

void bounds_mark(const struct bounds *bounds, uint32_t node, bool *marks)
{
	const struct graph *graph = bounds->graph;
	uint32_t *pending = zeroed(graph->node_count, sizeof(uint32_t)), count = 0;

	if (!marks[node]) {
		marks[node] = true;
		pending[count++] = node;
	}
	while (count) {
		const struct graph_node *from = &graph->nodes[pending[--count]];

		for (uint32_t e = 0; e < from->edge_count; e++) {
			for (uint32_t c = 0; c < from->edges[e].callee_count; c++) {
				uint32_t callee = from->edges[e].callees[c];

				if (!marks[callee]) {
					marks[callee] = true;
					pending[count++] = callee;
				}
			}
		}
	}
	free(pending);
}

static void add_text(struct arena *arena, const char ***list, size_t *count, struct map *seen, const char *text)
{
	uint64_t hash = map_hash(text);

	if (map_get(seen, hash) != MAP_NONE)
		return;
	map_set(seen, hash, 0);
	arena_push(arena, *list, *count, text);
}

void bounds_entry(struct bounds *bounds, uint32_t node, struct bound_result *result)
{
	const struct graph *graph = bounds->graph;
	bool *marks = zeroed(graph->node_count, sizeof(bool));
	struct map seen = {.capacity = 0};
	int mode = ALIGN_ABI;

	memset(result, 0, sizeof(*result));
	bounds_mark(bounds, node, marks);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct graph_node *at = &graph->nodes[i];

		if (!marks[i])
			continue;
		result->reachable++;
		if (at->misaligned)
			mode = ALIGN_ANY;
		for (size_t r = 0; r < at->reason_count; r++)
			add_text(graph->arena, &result->reasons, &result->reason_count, &seen, at->reasons[r]);
		for (size_t a = 0; a < at->assumption_count; a++)
			add_text(graph->arena, &result->assumptions, &result->assumption_count, &seen,
				 at->assumptions[a]);
	}
	map_free(&seen);
	free(marks);
	result->verdict = result->reason_count	     ? VERDICT_UNKNOWN
			  : result->assumption_count ? VERDICT_ASSUMED
						     : VERDICT_PROVED;
	result->bytes = bounds_total(bounds, node, mode);
	bound_path(bounds, node, mode, result);
}
