/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The call graph that bounds are computed on. It is built from code (graph_code.h), or from a compiler's call graph
 * files where no code is given (graph_ci.h). Depths count bytes including the function's return address.
 */
#ifndef STACK_CHECK_GRAPH_H
#define STACK_CHECK_GRAPH_H

#include "frame.h"

#define RETURN_ADDRESS 8

struct graph_edge {
	int64_t weight[ALIGN_MODES]; /* what the caller still holds while the callee runs */
	uint32_t *callees;
	uint32_t callee_count;
	uint64_t address;
};

struct graph_node {
	const char *name;
	const char *file;	    /* source file or, when that is not known, the file the code is in */
	const char *const *aliases; /* all names, `name` among them */
	size_t alias_count;
	uint64_t address;
	int64_t own[ALIGN_MODES];
	int64_t red_zone;
	bool misaligned;
	bool is_extern; /* no code for it */
	bool is_choice; /* no function: stands for all that a pointer may hold */
	struct graph_edge *edges;
	uint32_t edge_count;
	const char **reasons; /* why nothing can be proved */
	size_t reason_count;
	const char **assumptions; /* what the proof rests on */
	size_t assumption_count;
	int64_t recursion; /* most activations at a time by annotation; 0: none given */
	const char *recursion_assumption;
};

struct graph {
	struct arena *arena;
	struct graph_node *nodes;
	uint32_t node_count;
	const char **findings; /* what is worth knowing but changes no verdict */
	size_t finding_count;
	struct map finding_seen; /* hashes of findings; free it with map_free */
};

uint32_t graph_add_node(struct graph *graph, const char *name);
struct graph_edge *graph_add_edge(struct graph *graph, uint32_t node);
void graph_add_callee(struct graph *graph, struct graph_edge *edge, uint32_t callee);
void graph_reason(struct graph *graph, uint32_t node, const char *text);
void graph_assume(struct graph *graph, uint32_t node, const char *text);
void graph_find(struct graph *graph, const char *text); /* a finding, once */

#endif
