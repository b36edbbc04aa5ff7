/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Stacks as they are: each with what begins on it and what may interrupt that on the same stack. A stack's need is the
 * deepest of its entries and, on top, every interrupt that may nest there, with the frame the processor pushes.
 */
#ifndef STACK_CHECK_STACKS_H
#define STACK_CHECK_STACKS_H

#include "analysis.h"

/* 64-bit interrupt: RSP is aligned down to 16 (up to 8 bytes here), then SS, RSP, RFLAGS, CS, RIP and an error code. */
#define STACKS_INTERRUPT_FRAME (8 + 5 * 8 + 8)

struct stack_part {
	const char *function;
	uint32_t node;
	int64_t bytes;	/* of one activation, the processor's frame included for an interrupt */
	int64_t nested; /* 1 for entries */
	bool interrupt;
};

struct stack_result {
	const struct config_stack *stack;
	int64_t bytes;
	enum verdict verdict;
	struct stack_part *parts; /* the deepest entry, then the interrupts */
	size_t part_count;
	const char **jumps; /* functions whose frame is larger than the guard below the stack */
	uint32_t *jump_nodes;
	size_t jump_count;
};

/* After analysis_run; the functions of all stacks must be among its entries. */
void stacks_compute(struct analysis *analysis);
/* Names of all functions that stacks mention, for analysis_run. */
void stacks_entries(const struct config *config, struct arena *arena, const char ***entries, size_t *count);
bool stacks_is_over(const struct stack_result *result);

#endif
