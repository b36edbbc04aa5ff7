/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What a linked file's unwind information (.eh_frame) says about RSP: assemblers write it as the programmer tells them,
 * compilers by themselves. It settles what the code does not show, and is compared with it where both tell.
 */
#ifndef STACK_CHECK_UNWIND_H
#define STACK_CHECK_UNWIND_H

#include "frame.h"
#include "graph.h"

#define UNWIND_UNKNOWN (-1)

/* Bytes from the stack pointer before the call to RSP at `address`; UNWIND_UNKNOWN where another register is told of.
 */
int64_t unwind_depth(const char *file, uint64_t address);
/* Adds a finding when code and unwind information disagree about the depth at a call. */
void unwind_check(struct graph *graph, const char *file, const struct graph_node *node, const struct frame *frame);

#endif
