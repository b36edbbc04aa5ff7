/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "graph_code.h"

#include "address_taken.h"
#include "graph_rules.h"
#include "lookup.h"
#include "returns.h"
#include "unwind.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct unit { /* what a node has beside the graph */
	struct frame frame;
	const struct image_function *function;
	uint32_t image;
	bool has_frame;
};

struct code_image {
	const struct image *image;
	struct returns returns;
	struct map nodes;      /* address -> node */
	uint32_t pointer_node; /* + 1: calls all functions whose address is taken */
	size_t taken_count;
	const char *outside; /* who else may give functions to pointers; NULL: nobody */
};

struct graph_code {
	struct graph *graph;
	struct config *config;
	const struct evidence *evidence;
	struct code_image *images;
	size_t image_count;
	struct unit *units; /* per node */
	size_t unit_count;
	struct map externs; /* hash of a name -> node */
	uint32_t built;	    /* nodes before this one are done */
	struct frame_work *work;
};

struct graph_code *graph_code_create(struct graph *graph, struct image *images, size_t image_count,
				     struct config *config, const struct evidence *evidence)
{
	struct graph_code *code = arena_alloc(graph->arena, sizeof(*code));

	code->graph = graph;
	code->config = config;
	code->evidence = evidence;
	code->image_count = image_count;
	code->work = frame_work_create();
	code->images = arena_alloc(graph->arena, (image_count + 1) * sizeof(*code->images));
	for (size_t i = 0; i < image_count; i++) {
		code->images[i].image = &images[i];
		code->images[i].returns.image = &images[i];
	}
	return code;
}

void graph_code_free(struct graph_code *code)
{
	for (size_t i = 0; i < code->image_count; i++) {
		map_free(&code->images[i].returns.known);
		map_free(&code->images[i].nodes);
	}
	map_free(&code->externs);
	frame_work_free(code->work);
}

static uint32_t add_unit(struct graph_code *code, const char *name, const struct unit *unit)
{
	uint32_t node = graph_add_node(code->graph, name);

	arena_push(code->graph->arena, code->units, code->unit_count, *unit);
	return node;
}

static uint32_t node_at(struct graph_code *code, uint32_t image_index, uint64_t address);

static uint32_t extern_node(struct graph_code *code, const char *name, uint32_t from_image)
{
	uint64_t hash = map_hash(name);
	uint32_t node = map_get(&code->externs, hash);
	const struct unit unit = {.image = from_image};

	if (node != MAP_NONE)
		return node;
	for (uint32_t i = 0; i < code->image_count; i++) {
		const struct image *image = code->images[i].image;

		if (i == from_image)
			continue;
		if (image_export(image, name)) {
			node = node_at(code, i, image_export(image, name));
			map_set(&code->externs, hash, node);
			return node;
		}
	}
	node = add_unit(code, name, &unit);
	code->graph->nodes[node].is_extern = true;
	code->graph->nodes[node].file = code->images[from_image].image->name;
	map_set(&code->externs, hash, node);
	return node;
}

static uint32_t node_at(struct graph_code *code, uint32_t image_index, uint64_t address)
{
	struct code_image *at = &code->images[image_index];
	const char *name = image_extern(at->image, address);
	struct unit unit = {.image = image_index};
	struct graph_node *node;
	uint32_t index;

	if (name)
		return extern_node(code, name, image_index);
	index = address ? map_get(&at->nodes, address) : MAP_NONE;
	if (index != MAP_NONE)
		return index;
	unit.function = image_function_at(at->image, address);
	name = unit.function ? unit.function->name : arena_printf(code->graph->arena, "0x%" PRIx64, address);
	index = add_unit(code, name, &unit);
	node = &code->graph->nodes[index];
	node->address = address;
	node->file = at->image->name;
	if (unit.function) {
		node->file = lookup_source_file(code->evidence, at->image, unit.function);
		node->aliases = unit.function->aliases;
		node->alias_count = unit.function->alias_count;
	}
	if (address)
		map_set(&at->nodes, address, index);
	return index;
}

const struct frame *graph_code_frame(const struct graph_code *code, uint32_t node)
{
	return code->units[node].has_frame ? &code->units[node].frame : NULL;
}

const struct image *graph_code_image(const struct graph_code *code, uint32_t node)
{
	return code->images[code->units[node].image].image;
}

size_t graph_code_lookup(struct graph_code *code, const char *name, uint32_t **nodes)
{
	struct arena *arena = code->graph->arena;
	size_t count = 0;

	*nodes = NULL;
	for (int wanted = NAME_EXACT; wanted >= NAME_CLONE && !count; wanted--) {
		for (uint32_t i = 0; i < code->image_count; i++) {
			uint64_t *starts = NULL;
			size_t start_count = 0;

			lookup_functions(arena, code->evidence, code->images[i].image, name, (enum name_match)wanted,
					 &starts, &start_count);
			for (size_t s = 0; s < start_count; s++)
				arena_push(arena, *nodes, count, node_at(code, i, starts[s]));
		}
	}
	return count;
}

static bool never_returns(void *data, uint64_t target)
{
	struct returns *returns = data;

	return returns_never(returns, target);
}

/* An edge without callees yet; returns its number. */
static uint32_t add_edge(struct graph_code *code, uint32_t node, const struct frame_site *site)
{
	struct graph_edge *edge = graph_add_edge(code->graph, node);

	edge->address = site->address;
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		edge->weight[mode] = site->depth[mode];
		if (site->tail && edge->weight[mode] != DEPTH_UNKNOWN)
			edge->weight[mode] -= RETURN_ADDRESS;
	}
	return code->graph->nodes[node].edge_count - 1;
}

static void add_targets(struct graph_code *code, uint32_t node, const struct frame_site *site, const uint64_t *targets,
			size_t count)
{
	uint32_t edge = add_edge(code, node, site), image = code->units[node].image;

	for (size_t i = 0; i < count; i++) {
		uint32_t callee = node_at(code, image, targets[i]);

		/* What begins on a stack of its own is bounded there. */
		if (site->other_stack && rules_is_entry(code->config, &code->graph->nodes[callee]))
			continue;
		graph_add_callee(code->graph, &code->graph->nodes[node].edges[edge], callee);
	}
}

static bool has_function(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->function_count; i++) {
		if (strcmp(image->functions[i].name, name) == 0)
			return true;
	}
	return false;
}

/*
 * Who else may give functions to the image's pointers: data that it uses and does not hold, or, of a library or of
 * objects that are no whole program, whoever calls it. NULL: nobody.
 */
static const char *outside(struct arena *arena, const struct image *image)
{
	bool program = image->linked ? image->entry != 0 : has_function(image, "main") || has_function(image, "_start");

	if (image->foreign)
		return arena_printf(arena, "%s and whatever else is outside", image->foreign);
	return program ? NULL : "what calls it from outside";
}

/* A node that stands for every function a pointer of the program may hold */
static uint32_t pointer_node(struct graph_code *code, uint32_t image)
{
	const struct frame_site site = {.depth = {0, 0}};
	struct unit unit = {.image = image};
	uint64_t *addresses;
	uint32_t node;

	if (code->images[image].pointer_node)
		return code->images[image].pointer_node - 1;
	node = add_unit(code, "(pointer)", &unit);
	code->images[image].pointer_node = node + 1;
	code->graph->nodes[node].file = code->images[image].image->name;
	code->graph->nodes[node].is_choice = true;
	address_taken(code->graph->arena, code->images[image].image, &addresses, &code->images[image].taken_count);
	add_targets(code, node, &site, addresses, code->images[image].taken_count);
	code->images[image].outside = outside(code->graph->arena, code->images[image].image);
	return node;
}

/* The addresses that an annotation's names stand for in this image */
static void listed(struct graph_code *code, uint32_t node, const struct config_item *item, int64_t field,
		   uint64_t **targets, size_t *count)
{
	const struct image *image = graph_code_image(code, node);

	*targets = NULL;
	*count = 0;
	for (size_t n = 0; n < item->name_count; n++) {
		if (!lookup_callees(code->graph->arena, code->evidence, image, item->names[n], field, targets, count))
			graph_find(code->graph, arena_printf(code->graph->arena,
							     "%s: calls[\"%s\"] lists %s, which %s does not hold",
							     item->where, item->name, item->names[n], image->name));
	}
}

static void annotated_site(struct graph_code *code, uint32_t node, const struct frame_site *site,
			   struct config_item *item)
{
	uint64_t *targets;
	size_t count;

	item->used = true;
	listed(code, node, item, site->pointer_field, &targets, &count);
	if (site->kind == SITE_TABLE)
		rules_check_table(code->graph, graph_code_image(code, node), node, site, item, targets, count);
	else if (!lookup_has_table(item->names, item->name_count))
		rules_check_pointers(code->graph, graph_code_image(code, node), node, item, targets, count);
	add_targets(code, node, site, targets, count);
	graph_assume(code->graph, node, rules_describe_calls(code->graph, item));
}

static void assume_pointers(struct graph_code *code, uint32_t node, const struct frame_site *site)
{
	const char *who = code->images[code->units[node].image].outside;

	if (who)
		graph_assume(code->graph, node,
			     arena_printf(code->graph->arena,
					  "pointers: %s calls through one at 0x%" PRIx64
					  ", taken to hold a function whose "
					  "address is taken in the same program or library; %s may give others",
					  code->graph->nodes[node].name, site->address, who));
}

static void add_site(struct graph_code *code, uint32_t node, const struct frame_site *site)
{
	struct graph *graph = code->graph;
	struct config_item *item;
	uint32_t pointers, edge;

	if (site->kind == SITE_DIRECT) {
		add_targets(code, node, site, site->targets, site->target_count);
		return;
	}
	item = rules_find_calls(code->config, &graph->nodes[node], graph_code_image(code, node), code->evidence, site);
	if (item) {
		annotated_site(code, node, site, item);
		return;
	}
	if (site->kind == SITE_TABLE) {
		add_targets(code, node, site, site->targets, site->target_count);
		return;
	}
	pointers = pointer_node(code, code->units[node].image);
	if (!code->images[code->units[node].image].taken_count)
		graph_reason(graph, node,
			     arena_printf(graph->arena,
					  "%s calls through a pointer at 0x%" PRIx64 ", and no function's address is "
					  "taken: give calls[\"%s\"]",
					  graph->nodes[node].name, site->address, graph->nodes[node].name));
	else
		assume_pointers(code, node, site);
	edge = add_edge(code, node, site);
	graph_add_callee(graph, &graph->nodes[node].edges[edge], pointers);
}

/* A function that the dynamic linker chooses at start: the ones its resolver can return */
static void add_choices(struct graph_code *code, uint32_t node, const struct frame *frame)
{
	const struct frame_site site = {.address = code->graph->nodes[node].address, .depth = {8, 8}, .tail = true};

	if (!frame->address_count)
		graph_reason(code->graph, node,
			     arena_printf(code->graph->arena,
					  "%s is chosen at start-up among functions that are not known: give "
					  "calls[\"%s\"]",
					  code->graph->nodes[node].name, code->graph->nodes[node].name));
	add_targets(code, node, &site, frame->addresses, frame->address_count);
}

static void build_extern(struct graph_code *code, uint32_t node)
{
	struct graph *graph = code->graph;
	struct config_item *calls = rules_find(&code->config->calls, &graph->nodes[node]);
	struct frame_site site = {.depth = {RETURN_ADDRESS, RETURN_ADDRESS}};
	uint64_t *targets;
	size_t count;

	if (!rules_extern_frame(graph, code->config, node))
		return;
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		site.depth[mode] = graph->nodes[node].own[mode];
	if (!calls)
		return;
	calls->used = true;
	listed(code, node, calls, -1, &targets, &count);
	add_targets(code, node, &site, targets, count);
	graph_assume(graph, node, rules_describe_calls(graph, calls));
}

/* The linker's stubs have no symbol: they are called after the function they go to. */
static void name_stub(struct graph_code *code, uint32_t node)
{
	struct graph_node *at = &code->graph->nodes[node];
	const struct image_section *section = image_section_at(graph_code_image(code, node), at->address);

	if (section && strncmp(section->name, ".plt", 4) == 0 && at->edge_count == 1 && at->edges[0].callee_count == 1)
		at->name = arena_printf(code->graph->arena, "%s@plt", code->graph->nodes[at->edges[0].callees[0]].name);
}

static void build(struct graph_code *code, uint32_t node)
{
	struct graph *graph = code->graph;
	struct unit unit = code->units[node];
	struct frame_context context = {.arena = graph->arena,
					.image = code->images[unit.image].image,
					.never_returns = never_returns,
					.depth_at = code->images[unit.image].image->linked ? unwind_depth : NULL,
					.data = &code->images[unit.image].returns,
					.work = code->work};
	struct config_item *calls;
	bool had_pointers = false;

	if (graph->nodes[node].is_choice || rules_total(graph, code->config, node))
		return;
	if (graph->nodes[node].is_extern) {
		build_extern(code, node);
		return;
	}
	frame_analyze(&context, graph->nodes[node].address, &unit.frame);
	unit.has_frame = true;
	code->units[node] = unit;
	if (unit.function && unit.function->ifunc) {
		add_choices(code, node, &unit.frame);
		return;
	}
	if (context.depth_at && unit.function && !evidence_usage(code->evidence, unit.function->name))
		unwind_check(graph, context.image->name, &graph->nodes[node], &unit.frame);
	if (unit.frame.unwound)
		graph_assume(graph, node,
			     arena_printf(graph->arena,
					  "unwind: %s restores its stack pointer at 0x%" PRIx64
					  " to where its unwind information (.eh_frame) says",
					  graph->nodes[node].name, unit.frame.unwound));
	rules_recursion(graph, code->config, node);
	rules_frame(graph, code->config, node, &unit.frame);
	for (size_t i = 0; i < unit.frame.site_count; i++) {
		had_pointers |= unit.frame.sites[i].kind != SITE_DIRECT;
		add_site(code, node, &unit.frame.sites[i]);
	}
	rules_unknown_depths(graph, node, &unit.frame);
	if (!unit.function)
		name_stub(code, node);
	/* Calls that the code hides, of a function that makes none through a pointer */
	calls = rules_find(&code->config->calls, &graph->nodes[node]);
	if (calls && !had_pointers) {
		struct frame_site site = {.address = graph->nodes[node].address};
		uint64_t *targets;
		size_t count;

		calls->used = true;
		for (int mode = 0; mode < ALIGN_MODES; mode++)
			site.depth[mode] = graph->nodes[node].own[mode];
		listed(code, node, calls, -1, &targets, &count);
		if (count) {
			add_targets(code, node, &site, targets, count);
			graph_assume(graph, node, rules_describe_calls(graph, calls));
		}
	}
}

void graph_code_build(struct graph_code *code)
{
	while (code->built < code->graph->node_count)
		build(code, code->built++);
}
