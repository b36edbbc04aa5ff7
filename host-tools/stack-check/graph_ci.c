/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "graph_ci.h"

#include "graph_rules.h"
#include "name.h"

#include <inttypes.h>
#include <string.h>

#define RED_ZONE 128

struct builder {
	struct graph *graph;
	struct config *config;
	const struct evidence *evidence;
	struct map globals; /* hash of a function's name -> node, for titles without a file */
	struct map locals;  /* hash of unit and title -> node */
	struct map by_name; /* hash of a name -> some node of it */
	uint32_t *node_of;  /* ci node -> graph node */
};

static uint64_t local_key(const struct builder *builder, uint32_t unit, const char *title)
{
	(void)builder;
	return map_hash(title) ^ ((uint64_t)unit + 1) << 40;
}

static void add_nodes(struct builder *builder)
{
	const struct evidence *evidence = builder->evidence;

	for (size_t i = 0; i < evidence->node_count; i++) {
		const struct ci_node *from = &evidence->nodes[i];
		uint64_t key = from->local ? local_key(builder, from->unit, from->title) : map_hash(from->title);
		struct map *map = from->local ? &builder->locals : &builder->globals;
		uint32_t node = map_get(map, key);
		struct graph_node *at;

		if (node == MAP_NONE) {
			node = graph_add_node(builder->graph, from->function);
			map_set(map, key, node);
			builder->graph->nodes[node].is_extern = true;
		}
		builder->node_of[i] = node;
		at = &builder->graph->nodes[node];
		if (!at->file || from->defined)
			at->file = from->file ? from->file : evidence->units[from->unit];
		if (!from->defined)
			continue;
		at->is_extern = false;
		/* Two definitions of one name: programs apart, or a weak one. The larger counts. */
		for (int mode = 0; mode < ALIGN_MODES; mode++) {
			if (from->bytes > at->own[mode])
				at->own[mode] = from->bytes;
		}
	}
}

static const struct usage *usage_of(const struct builder *builder, const struct ci_node *node)
{
	const struct usage *row = evidence_usage(builder->evidence, node->function);

	while (row && node->file && !name_same_file(row->file, node->file))
		row = evidence_next(builder->evidence, row);
	return row;
}

/* A frame that the call graph file does not give (no =su) may stand in a stack usage file. */
static void fill_frame(struct builder *builder, const struct ci_node *from, uint32_t node)
{
	struct graph *graph = builder->graph;
	struct config_item *declared = rules_find(&builder->config->frames, &graph->nodes[node]);
	const struct usage *row = usage_of(builder, from);
	enum usage_kind kind = row ? row->kind : from->kind;

	if (!row && from->bytes < 0 && !declared) {
		graph_reason(graph, node,
			     arena_printf(graph->arena, "no frame size for %s: compile with -fcallgraph-info=su,da",
					  from->function));
		return;
	}
	for (int mode = 0; mode < ALIGN_MODES && row; mode++) {
		if (row->bytes > graph->nodes[node].own[mode])
			graph->nodes[node].own[mode] = row->bytes;
	}
	if (kind == USAGE_DYNAMIC || (!row && from->bytes < 0)) {
		struct frame frame = {.own = {graph->nodes[node].own[0], graph->nodes[node].own[1]},
				      .at_least = graph->nodes[node].own[0]};

		arena_push(graph->arena, frame.issues, frame.issue_count, ((struct frame_issue){FRAME_DYNAMIC, 0}));
		rules_frame(graph, builder->config, node, &frame);
	}
}

static uint32_t target_of(struct builder *builder, const struct ci_edge *edge)
{
	uint32_t node = map_get(&builder->locals, local_key(builder, edge->unit, edge->to));

	return node != MAP_NONE ? node : map_get(&builder->globals, map_hash(edge->to));
}

static void add_weight(struct graph *graph, uint32_t node, struct graph_edge *edge)
{
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		edge->weight[mode] = graph->nodes[node].own[mode];
}

/* A weak definition has a title like a static function's; the linker may have bound the call to another one. */
static void add_other_definitions(struct builder *builder, struct graph_edge *edge, uint32_t from, uint32_t callee)
{
	struct graph *graph = builder->graph;
	uint32_t global = map_get(&builder->globals, map_hash(graph->nodes[callee].name));

	if (global == MAP_NONE || global == callee || graph->nodes[global].is_extern)
		return;
	graph_add_callee(graph, edge, global);
	graph_find(graph,
		   arena_printf(graph->arena,
				"%s: the call of %s may be bound to the definition in %s, if the one here is weak",
				graph->nodes[from].name, graph->nodes[callee].name, graph->nodes[global].file));
}

static struct config_item *calls_of(struct builder *builder, uint32_t node, const struct ci_edge *edge)
{
	struct config_list *calls = &builder->config->calls;

	for (size_t i = 0; i < calls->count && edge->location; i++) {
		const char *key = calls->items[i].name, *location = edge->location;
		size_t length = strlen(key), whole = strlen(location);

		for (size_t at = 0; at + length <= whole; at++) {
			bool starts = at == 0 || location[at - 1] == '/';

			if (starts && strncmp(location + at, key, length) == 0 && strchr(key, ':') &&
			    (location[at + length] == '\0' || location[at + length] == ':'))
				return &calls->items[i];
		}
	}
	return rules_find(calls, &builder->graph->nodes[node]);
}

static void add_indirect(struct builder *builder, uint32_t node, const struct ci_edge *from)
{
	struct graph *graph = builder->graph;
	struct config_item *item = calls_of(builder, node, from);
	struct graph_edge *edge;

	if (!item) {
		graph_reason(
			graph, node,
			arena_printf(graph->arena,
				     "%s calls through a pointer at %s, and without code it is not known whom: give "
				     "calls[\"%s\"]",
				     graph->nodes[node].name, from->location ? from->location : "?",
				     graph->nodes[node].name));
		return;
	}
	item->used = true;
	edge = graph_add_edge(graph, node);
	add_weight(graph, node, edge);
	for (size_t n = 0; n < item->name_count; n++) {
		bool found = false;

		for (uint32_t i = 0; i < graph->node_count; i++) {
			if (name_matches(item->names[n], graph->nodes[i].name, graph->nodes[i].file) == NAME_DIFFERS)
				continue;
			graph_add_callee(graph, edge, i);
			found = true;
		}
		if (!found)
			graph_reason(graph, node,
				     arena_printf(graph->arena,
						  "%s: calls[\"%s\"] lists %s, which no call graph file has",
						  item->where, item->name, item->names[n]));
	}
	graph_assume(graph, node, rules_describe_calls(graph, item));
}

static void add_edges(struct builder *builder)
{
	const struct evidence *evidence = builder->evidence;
	struct graph *graph = builder->graph;

	for (size_t i = 0; i < evidence->edge_count; i++) {
		const struct ci_edge *from = &evidence->edges[i];
		uint32_t node = map_get(&builder->locals, local_key(builder, from->unit, from->from)), callee;
		struct graph_edge *edge;

		if (node == MAP_NONE)
			node = map_get(&builder->globals, map_hash(from->from));
		if (node == MAP_NONE)
			continue;
		if (strcmp(from->to, CI_INDIRECT) == 0) {
			add_indirect(builder, node, from);
			continue;
		}
		callee = target_of(builder, from);
		if (callee == MAP_NONE) {
			graph_reason(graph, node,
				     arena_printf(graph->arena, "%s calls %s, which no node describes",
						  graph->nodes[node].name, from->to));
			continue;
		}
		edge = graph_add_edge(graph, node);
		add_weight(graph, node, edge);
		graph_add_callee(graph, edge, callee);
		if (strchr(from->to, ':'))
			add_other_definitions(builder, edge, node, callee);
	}
}

static void finish_nodes(struct builder *builder, uint32_t first)
{
	struct graph *graph = builder->graph;

	for (uint32_t i = first; i < graph->node_count; i++) {
		struct graph_node *node = &graph->nodes[i];

		if (strcmp(node->name, CI_INDIRECT) == 0)
			continue;
		if (rules_total(graph, builder->config, i)) {
			node->edge_count = 0;
			node->reason_count = 0;
			continue;
		}
		if (node->is_extern) {
			rules_extern_frame(graph, builder->config, i);
			continue;
		}
		rules_recursion(graph, builder->config, i);
		graph_assume(graph, i, "the compiler's call graph is complete: no code was given to check it against");
		/* What calls nothing may use the red zone, which the compiler does not count. */
		if (!node->edge_count) {
			node->red_zone = RED_ZONE;
			for (int mode = 0; mode < ALIGN_MODES; mode++)
				node->own[mode] += RED_ZONE;
		}
	}
}

bool graph_ci_build(struct graph *graph, struct config *config, const struct evidence *evidence)
{
	struct builder builder = {.graph = graph, .config = config, .evidence = evidence};
	uint32_t first = graph->node_count;

	if (!evidence->node_count)
		return false;
	builder.node_of = arena_alloc(graph->arena, evidence->node_count * sizeof(uint32_t));
	add_nodes(&builder);
	for (size_t i = 0; i < evidence->node_count; i++) {
		if (evidence->nodes[i].defined)
			fill_frame(&builder, &evidence->nodes[i], builder.node_of[i]);
	}
	add_edges(&builder);
	finish_nodes(&builder, first);
	map_free(&builder.globals);
	map_free(&builder.locals);
	map_free(&builder.by_name);
	return true;
}

size_t graph_ci_lookup(struct graph *graph, const char *name, uint32_t **nodes)
{
	size_t count = 0;

	*nodes = NULL;
	for (int wanted = NAME_EXACT; wanted >= NAME_CLONE && !count; wanted--) {
		for (uint32_t i = 0; i < graph->node_count; i++) {
			const struct graph_node *node = &graph->nodes[i];

			if (!node->is_extern && (int)name_matches(name, node->name, node->file) >= wanted)
				arena_push(graph->arena, *nodes, count, i);
		}
	}
	return count;
}
