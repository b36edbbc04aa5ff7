/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "crosscheck.h"

#include "name.h"

#include <inttypes.h>
#include <string.h>

#define PUSHED_MAX 1024 /* bytes of arguments: more is no call's */

struct checker {
	struct graph *graph;
	const struct graph_code *code;
	const struct evidence *evidence;
	struct map ci_functions; /* hash of a symbol -> 1: some call graph file defines it */
	struct map ci_calls;	 /* hash of caller and callee symbols */
};

/* "file:f" and "f" alike */
static const char *symbol_of(const char *title)
{
	const char *colon = strrchr(title, ':');

	return colon && colon[1] ? colon + 1 : title;
}

static uint64_t call_key(const char *from, const char *to)
{
	return map_hash(from) * 31 + map_hash(to);
}

static void index_evidence(struct checker *checker)
{
	const struct evidence *evidence = checker->evidence;

	for (size_t i = 0; i < evidence->node_count; i++) {
		if (evidence->nodes[i].defined)
			map_set(&checker->ci_functions, map_hash(evidence->nodes[i].function), 1);
	}
	for (size_t i = 0; i < evidence->edge_count; i++) {
		const char *from = symbol_of(evidence->edges[i].from), *to = symbol_of(evidence->edges[i].to);

		map_set(&checker->ci_calls, call_key(from, to), 1);
	}
}

/* Stack usage and call graph files each have to tell the truth. */
static bool is_call_graph(const struct usage *row)
{
	size_t length = strlen(row->from);

	return length > 3 && strcmp(row->from + length - 3, ".ci") == 0;
}

static bool agrees(const struct usage *row, const struct frame *frame)
{
	if (row->kind != USAGE_STATIC || frame->realigned || row->bytes == frame->at_least ||
	    row->bytes == frame->own[ALIGN_ABI] || row->bytes == frame->own[ALIGN_ANY])
		return true;
	/* clang leaves out what it pushes for a call. */
	return row->clang && row->bytes < frame->at_least && row->bytes + PUSHED_MAX >= frame->at_least;
}

/* Functions of one name, and clones of one function, have rows of their own: one that agrees is enough. */
static void check_frame(struct checker *checker, const struct graph_node *node, const struct frame *frame,
			bool call_graph)
{
	const struct usage *wrong = NULL;

	for (size_t a = 0; a < node->alias_count; a++) {
		const struct usage *row = evidence_usage(checker->evidence, node->aliases[a]);

		for (; row; row = evidence_next(checker->evidence, row)) {
			if (is_call_graph(row) != call_graph)
				continue;
			if (agrees(row, frame))
				return;
			if (!wrong)
				wrong = row;
		}
	}
	if (wrong)
		graph_find(checker->graph,
			   arena_printf(checker->graph->arena,
					"%s: says %" PRId64 " bytes for %s, the code uses %" PRId64
					"; the file is of another build, or the function's code was changed after "
					"compiling",
					wrong->from, wrong->bytes, node->name, frame->at_least));
}

static bool ci_knows(const struct checker *checker, const struct graph_node *node, const struct graph_node *callee)
{
	for (size_t a = 0; a < node->alias_count; a++) {
		if (!callee->alias_count &&
		    map_get(&checker->ci_calls, call_key(node->aliases[a], callee->name)) != MAP_NONE)
			return true;
		for (size_t b = 0; b < callee->alias_count; b++) {
			if (map_get(&checker->ci_calls, call_key(node->aliases[a], callee->aliases[b])) != MAP_NONE)
				return true;
		}
	}
	return false;
}

static bool ci_defines(const struct checker *checker, const struct graph_node *node)
{
	for (size_t a = 0; a < node->alias_count; a++) {
		if (map_get(&checker->ci_functions, map_hash(node->aliases[a])) != MAP_NONE)
			return true;
	}
	return false;
}

static void check_calls(struct checker *checker, const struct graph_node *node, uint32_t index)
{
	const struct frame *frame = graph_code_frame(checker->code, index);

	if (!ci_defines(checker, node))
		return;
	for (uint32_t e = 0; e < node->edge_count; e++) {
		const struct graph_edge *edge = &node->edges[e];
		const struct frame_site *site = NULL;
		const struct graph_node *callee;

		for (size_t s = 0; s < frame->site_count; s++) {
			if (frame->sites[s].address == edge->address)
				site = &frame->sites[s];
		}
		if (!site || site->kind != SITE_DIRECT || !site->named || edge->callee_count != 1)
			continue;
		callee = &checker->graph->nodes[edge->callees[0]];
		/* A stub of the linker has no name of its own; a call to oneself may be a loop to the compiler. */
		if (callee == node || (!callee->alias_count && !callee->is_extern) || ci_knows(checker, node, callee))
			continue;
		graph_find(
			checker->graph,
			arena_printf(checker->graph->arena,
				     "%s calls %s at 0x%" PRIx64
				     ", which the compiler's call graph does not have (inline assembly, or a file of "
				     "another build)",
				     node->name, callee->name, edge->address));
	}
}

/* A local title, and the program's function of that name comes from another file: a weak definition that lost */
static void check_weak(struct checker *checker)
{
	const struct evidence *evidence = checker->evidence;
	struct map globals = {.capacity = 0};

	for (size_t i = 0; i < evidence->node_count; i++) {
		if (!evidence->nodes[i].local && evidence->nodes[i].defined)
			map_set(&globals, map_hash(evidence->nodes[i].function), (uint32_t)i);
	}
	for (size_t i = 0; i < evidence->node_count; i++) {
		const struct ci_node *ci = &evidence->nodes[i], *other;
		uint32_t global = ci->local && ci->defined ? map_get(&globals, map_hash(ci->function)) : MAP_NONE;

		if (global == MAP_NONE)
			continue;
		other = &evidence->nodes[global];
		graph_find(checker->graph,
			   arena_printf(checker->graph->arena,
					"%s: calls of %s look bound to the definition in %s (%" PRId64
					" bytes); if that is weak, the program runs the one in %s (%" PRId64 ")",
					evidence->units[ci->unit], ci->function, ci->file ? ci->file : "?", ci->bytes,
					other->file ? other->file : "?", other->bytes));
	}
	map_free(&globals);
}

void crosscheck(struct graph *graph, const struct graph_code *code, const struct evidence *evidence)
{
	struct checker checker = {.graph = graph, .code = code, .evidence = evidence};

	if (!evidence->usage_count && !evidence->node_count)
		return;
	index_evidence(&checker);
	for (uint32_t i = 0; i < graph->node_count; i++) {
		if (!graph_code_frame(code, i) || !graph->nodes[i].alias_count)
			continue;
		check_frame(&checker, &graph->nodes[i], graph_code_frame(code, i), false);
		check_frame(&checker, &graph->nodes[i], graph_code_frame(code, i), true);
		check_calls(&checker, &graph->nodes[i], i);
	}
	if (evidence->node_count)
		check_weak(&checker);
	map_free(&checker.ci_functions);
	map_free(&checker.ci_calls);
}
