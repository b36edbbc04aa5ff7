/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The deepest stack from an entry, the path that needs it, and what that rests on. Linear in the size of the graph. */
#ifndef STACK_CHECK_BOUND_H
#define STACK_CHECK_BOUND_H

#include "graph.h"

enum verdict { VERDICT_PROVED, VERDICT_ASSUMED, VERDICT_UNKNOWN };

struct bound_step {
	uint32_t node;
	int64_t frame; /* bytes this step adds, of all its activations */
	int64_t times; /* activations folded into this step, usually 1 */
};

struct bound_result {
	enum verdict verdict;
	int64_t bytes; /* when unknown: what is known of it, at least this much */
	struct bound_step *path;
	size_t path_count;
	const char **assumptions;
	size_t assumption_count;
	const char **reasons;
	size_t reason_count;
	uint32_t reachable; /* functions that can run */
};

struct bounds;
struct bounds *bounds_create(struct graph *graph);
void bounds_free(struct bounds *bounds);
void bounds_entry(struct bounds *bounds, uint32_t node, struct bound_result *result);
/* Adds the nodes reachable from `node` to `marks` (one per node). */
void bounds_mark(const struct bounds *bounds, uint32_t node, bool *marks);
int64_t bounds_total(const struct bounds *bounds, uint32_t node, int mode);

#endif
