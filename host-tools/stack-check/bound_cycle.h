/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Bounds of one strongly connected component: a single function, or functions that call each other. */
#ifndef STACK_CHECK_BOUND_CYCLE_H
#define STACK_CHECK_BOUND_CYCLE_H

#include "bound.h"

#define NO_CALLEE UINT32_MAX
#define NO_PATH INT64_MIN

/*
 * Of one function. In a cycle, `limited` functions carry an annotation: at most so many activations at a time. A path
 * through the cycle is a chain of pieces, each from one limited function to the next; the last piece leaves the cycle
 * or ends.
 */
struct best {
	int64_t total;	  /* deepest stack from here */
	int64_t leaving;  /* deepest without entering a limited function (again) */
	int64_t reaching; /* deepest piece that ends by calling a limited function; NO_PATH when none does */
	uint32_t leaving_edge, leaving_callee; /* the first call of it, NO_CALLEE when it ends here */
	uint32_t reaching_edge, reaching_callee;
	uint32_t cycle; /* index + 1 of the cycle with limited functions this belongs to; 0: none */
};

struct cycle {
	uint32_t *limited; /* nodes */
	uint32_t limited_count;
	uint32_t last; /* the limited function whose piece is the last one */
	int64_t total; /* of all pieces */
};

struct bounds {
	struct graph *graph;
	uint32_t *component_of;
	uint32_t component_count;
	bool *settled; /* per node: its bound inside its cycle is known */
	struct best *best[ALIGN_MODES];
	struct cycle *cycles[ALIGN_MODES];
	uint32_t cycle_count[ALIGN_MODES];
};

void bound_component(struct bounds *bounds, const uint32_t *nodes, uint32_t count, int mode);
void bound_path(const struct bounds *bounds, uint32_t node, int mode, struct bound_result *result);

#endif
