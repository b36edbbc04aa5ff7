/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How deep the function takes the stack, and what it must not do to it. */
#ifndef STACK_CHECK_FRAME_DEPTH_H
#define STACK_CHECK_FRAME_DEPTH_H

#include "frame_analysis.h"

/* The stack pointer comes to @rsp. */
void frame_depth_reach(struct analysis *analysis, const struct value *rsp);

/* Memory below RSP that the function uses anyway: the ABI's red zone */
void frame_depth_red_zone(struct analysis *analysis, const struct state *state, const struct insn *insn);

/* A return, which wants RSP as at entry */
void frame_depth_end(struct analysis *analysis, const struct insn *insn, const struct state *state);

/* A store, which must spare the return address */
void frame_depth_store(struct analysis *analysis, const struct insn *insn, const struct state *state);

/* Keeps the state at the deepest place, for code that nothing seen leads to. */
void frame_depth_remember(struct analysis *analysis, const struct state *state);

#endif
