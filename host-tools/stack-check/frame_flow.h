/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where control goes from an instruction: on inside the function, with the state there joined, or out of it, by a call
 * or a jump that frame.sites then has. */
#ifndef STACK_CHECK_FRAME_FLOW_H
#define STACK_CHECK_FRAME_FLOW_H

#include "frame_analysis.h"

/* What makes the frame unknown; the first place of each kind is kept. */
void frame_flow_issue(struct analysis *analysis, enum frame_issue_kind kind, uint64_t address);

/* The leader @index will be run from @state too. */
void frame_flow_join(struct analysis *analysis, uint32_t index, const struct state *state);

/* Continues at @address, inside this function's code; finds it first when it is new. */
void frame_flow_to(struct analysis *analysis, uint64_t address, const struct state *state);

/* A call, or with @tail a jump, that leaves the function; and where it may go */
struct frame_site *frame_flow_leave(struct analysis *analysis, uint32_t index, const struct state *state, bool tail);
void frame_flow_target(struct analysis *analysis, struct frame_site *site, uint64_t target);

/* The jump at @index */
void frame_flow_jump(struct analysis *analysis, uint32_t index, const struct state *state);

/* The call at @index, and what it does to @state. Whether the instruction behind it is reached. */
bool frame_flow_call(struct analysis *analysis, uint32_t index, struct state *state);

#endif
