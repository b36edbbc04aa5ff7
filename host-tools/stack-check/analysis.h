/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One run: from inputs and declarations to a result for each entry. */
#ifndef STACK_CHECK_ANALYSIS_H
#define STACK_CHECK_ANALYSIS_H

#include "bound.h"
#include "config.h"
#include "graph_code.h"
#include "input.h"

struct analysis_entry {
	const char *name; /* as asked for */
	uint32_t node;
	struct bound_result bound;
	int64_t budget; /* -1: none */
	const char *budget_from;
};

struct stack_result; /* stacks.h */

struct analysis {
	struct arena *arena;
	struct input input;
	struct evidence evidence;
	struct config config;
	struct graph graph;
	struct image *images;
	size_t image_count;
	struct graph_code *code;
	struct bounds *bounds;
	struct analysis_entry *entries;
	size_t entry_count;
	struct stack_result *stacks;
	size_t stack_count;
};

void analysis_init(struct analysis *analysis, struct arena *arena);
void analysis_free(struct analysis *analysis);
/* Reads the declarations that ELF files carry; call it before analysis_run. */
bool analysis_read_notes(struct analysis *analysis, struct error *error) MUST_CHECK;
/* `budget`: for entries without one of their own; -1: none. False when an entry cannot be found or an input is broken.
 */
bool analysis_run(struct analysis *analysis, const char *const *entries, size_t entry_count, int64_t budget,
		  struct error *error) MUST_CHECK;
bool analysis_is_over(const struct analysis_entry *entry);

#endif
