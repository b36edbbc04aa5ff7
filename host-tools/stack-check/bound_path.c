/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Writes out the path that a bound belongs to; the steps' bytes add up to the bound. */
#include "bound_cycle.h"

#define STEPS_MAX 256 /* a repeated piece of a path is written out in full up to this many steps */

struct writer {
	const struct bounds *bounds;
	const struct best *best;
	struct bound_result *result;
	int mode;
};

static void step(struct writer *writer, uint32_t node, int64_t frame, int64_t times)
{
	struct bound_step one = {.node = node, .frame = frame * times, .times = times};

	arena_push(writer->bounds->graph->arena, writer->result->path, writer->result->path_count, one);
}

static bool is_limited(const struct writer *writer, uint32_t node)
{
	return writer->bounds->graph->nodes[node].recursion > 0;
}

/* From `node` to the call of a limited function. Returns the number of steps. */
static uint32_t piece(struct writer *writer, uint32_t node, int64_t times)
{
	uint32_t count = 0;

	do {
		const struct best *at = &writer->best[node];
		const struct graph_edge *edges = writer->bounds->graph->nodes[node].edges;

		if (times)
			step(writer, node, edges[at->reaching_edge].weight[writer->mode], times);
		node = at->reaching_callee;
		count++;
	} while (!is_limited(writer, node));
	return count;
}

static void pieces(struct writer *writer, uint32_t node, int64_t copies)
{
	uint32_t length;

	if (writer->best[node].reaching == NO_PATH || copies <= 0)
		return;
	length = piece(writer, node, 0);
	if (copies * length > STEPS_MAX) {
		piece(writer, node, copies);
		return;
	}
	while (copies--)
		piece(writer, node, 1);
}

/* All pieces of the cycle but the last; returns the function the last one starts with. */
static uint32_t whole_cycle(struct writer *writer, const struct cycle *cycle)
{
	const struct graph_node *nodes = writer->bounds->graph->nodes;

	for (uint32_t i = 0; i < cycle->limited_count; i++) {
		uint32_t node = cycle->limited[i];

		pieces(writer, node, nodes[node].recursion - (node == cycle->last ? 1 : 0));
	}
	return cycle->last;
}

void bound_path(const struct bounds *bounds, uint32_t node, int mode, struct bound_result *result)
{
	struct writer writer = {.bounds = bounds, .best = bounds->best[mode], .result = result, .mode = mode};
	bool entering = true; /* `node` is the first of its component on the path */

	while (node != NO_CALLEE) {
		const struct best *at = &writer.best[node];
		const struct graph_node *from = &bounds->graph->nodes[node];
		uint32_t callee;

		if (entering && at->cycle && (is_limited(&writer, node) || at->total != at->leaving)) {
			if (!is_limited(&writer, node))
				piece(&writer, node, 1);
			node = whole_cycle(&writer, &bounds->cycles[mode][at->cycle - 1]);
			entering = false;
			continue;
		}
		callee = at->leaving_callee;
		step(&writer, node, callee == NO_CALLEE ? from->own[mode] : from->edges[at->leaving_edge].weight[mode],
		     1);
		entering = callee != NO_CALLEE && bounds->component_of[callee] != bounds->component_of[node];
		node = callee;
	}
}
