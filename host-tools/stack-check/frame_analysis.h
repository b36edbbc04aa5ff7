/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One analysis of a function's code, shared by frame.c, frame_flow.c and frame_depth.c. */
#ifndef STACK_CHECK_FRAME_ANALYSIS_H
#define STACK_CHECK_FRAME_ANALYSIS_H

#include "frame.h"
#include "frame_code.h"
#include "frame_state.h"

struct frame_work {
	struct frame_code code;
	struct state *in; /* state before each leader, by its number */
	uint8_t *visits;
	bool *queued;
	uint32_t *queue;
	uint32_t *site_of;     /* instruction -> site + 1 */
	size_t leaders, insns; /* there is room for */
};

struct analysis {
	const struct frame_context *context;
	struct frame *frame;
	struct frame_work *work;
	struct frame_code *code;
	struct state_bases bases;
	uint32_t queue_count;
	bool grew; /* new code was found: start over */
	struct state deepest;
	int64_t deepest_depth;
	struct value deepened; /* the stack pointer that was last looked at */
};

#endif
