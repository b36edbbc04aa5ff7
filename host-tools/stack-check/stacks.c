/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "stacks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void add_name(struct arena *arena, const char ***names, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp((*names)[i], name) == 0)
			return;
	}
	arena_push(arena, *names, *count, name);
}

void stacks_entries(const struct config *config, struct arena *arena, const char ***entries, size_t *count)
{
	for (size_t i = 0; i < config->stack_count; i++) {
		const struct config_stack *stack = &config->stacks[i];

		for (size_t e = 0; e < stack->entry_count; e++)
			add_name(arena, entries, count, stack->entries[e].function);
		for (size_t e = 0; e < stack->interrupt_count; e++)
			add_name(arena, entries, count, stack->interrupts[e].function);
	}
}

static const struct analysis_entry *find_entry(const struct analysis *analysis, const char *name)
{
	for (size_t i = 0; i < analysis->entry_count; i++) {
		if (strcmp(analysis->entries[i].name, name) == 0)
			return &analysis->entries[i];
	}
	return NULL;
}

static void find_jumps(struct analysis *analysis, struct stack_result *result, const bool *marks)
{
	const struct graph *graph = &analysis->graph;

	for (uint32_t i = 0; i < graph->node_count && result->stack->guard >= 0; i++) {
		const struct graph_node *node = &graph->nodes[i];

		size_t count = result->jump_count;

		if (!marks[i] || node->is_extern || node->own[ALIGN_ANY] <= result->stack->guard)
			continue;
		arena_push(analysis->arena, result->jump_nodes, count, i);
		arena_push(analysis->arena, result->jumps, result->jump_count,
			   (const char *)arena_printf(analysis->arena,
						      "%s (%s) has a frame of %" PRId64
						      " bytes and could step over the guard of %" PRId64,
						      node->name, node->file ? node->file : "?", node->own[ALIGN_ANY],
						      result->stack->guard));
	}
}

static void compute(struct analysis *analysis, const struct config_stack *stack)
{
	struct stack_result result = {.stack = stack, .verdict = VERDICT_PROVED};
	struct stack_part deepest = {.function = NULL, .nested = 1};
	bool *marks = calloc(analysis->graph.node_count + 1, sizeof(bool));

	if (!marks)
		abort();
	for (size_t i = 0; i < stack->entry_count; i++) {
		const struct analysis_entry *entry = find_entry(analysis, stack->entries[i].function);

		if (!entry)
			continue;
		bounds_mark(analysis->bounds, entry->node, marks);
		if (entry->bound.verdict > result.verdict)
			result.verdict = entry->bound.verdict;
		if (!deepest.function || entry->bound.bytes > deepest.bytes) {
			deepest.function = entry->name;
			deepest.node = entry->node;
			deepest.bytes = entry->bound.bytes;
		}
	}
	if (deepest.function)
		arena_push(analysis->arena, result.parts, result.part_count, deepest);
	result.bytes = deepest.bytes;
	for (size_t i = 0; i < stack->interrupt_count; i++) {
		const struct config_stack_use *use = &stack->interrupts[i];
		const struct analysis_entry *entry = find_entry(analysis, use->function);
		struct stack_part part = {.function = use->function, .nested = use->nested, .interrupt = true};

		if (!entry || !use->nested)
			continue;
		bounds_mark(analysis->bounds, entry->node, marks);
		if (entry->bound.verdict > result.verdict)
			result.verdict = entry->bound.verdict;
		part.node = entry->node;
		/* A handler has no return address: the bound counts one. */
		part.bytes = entry->bound.bytes - RETURN_ADDRESS + STACKS_INTERRUPT_FRAME;
		if (__builtin_mul_overflow(part.bytes, part.nested, &part.bytes) ||
		    __builtin_add_overflow(result.bytes, part.bytes, &result.bytes))
			result.bytes = INT64_MAX / 2;
		arena_push(analysis->arena, result.parts, result.part_count, part);
	}
	find_jumps(analysis, &result, marks);
	free(marks);
	arena_push(analysis->arena, analysis->stacks, analysis->stack_count, result);
}

void stacks_compute(struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->config.stack_count; i++)
		compute(analysis, &analysis->config.stacks[i]);
}

bool stacks_is_over(const struct stack_result *result)
{
	return result->jump_count > 0 || (result->verdict != VERDICT_UNKNOWN && result->bytes > result->stack->bytes);
}
