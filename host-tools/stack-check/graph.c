/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "graph.h"

#include <string.h>

uint32_t graph_add_node(struct graph *graph, const char *name)
{
	struct graph_node node = {.name = name, .own = {RETURN_ADDRESS, RETURN_ADDRESS}};

	arena_push(graph->arena, graph->nodes, graph->node_count, node);
	return graph->node_count - 1;
}

struct graph_edge *graph_add_edge(struct graph *graph, uint32_t node)
{
	struct graph_node *from = &graph->nodes[node];
	struct graph_edge edge = {.callees = NULL};

	arena_push(graph->arena, from->edges, from->edge_count, edge);
	return &from->edges[from->edge_count - 1];
}

void graph_add_callee(struct graph *graph, struct graph_edge *edge, uint32_t callee)
{
	for (uint32_t i = 0; i < edge->callee_count; i++) {
		if (edge->callees[i] == callee)
			return;
	}
	arena_push(graph->arena, edge->callees, edge->callee_count, callee);
}

static void add_once(struct arena *arena, const char ***list, size_t *count, const char *text)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp((*list)[i], text) == 0)
			return;
	}
	arena_push(arena, *list, *count, text);
}

void graph_reason(struct graph *graph, uint32_t node, const char *text)
{
	add_once(graph->arena, &graph->nodes[node].reasons, &graph->nodes[node].reason_count, text);
}

void graph_assume(struct graph *graph, uint32_t node, const char *text)
{
	add_once(graph->arena, &graph->nodes[node].assumptions, &graph->nodes[node].assumption_count, text);
}

void graph_find(struct graph *graph, const char *text)
{
	uint64_t hash = map_hash(text);

	if (map_get(&graph->finding_seen, hash) != MAP_NONE)
		return;
	map_set(&graph->finding_seen, hash, 0);
	arena_push(graph->arena, graph->findings, graph->finding_count, text);
}
