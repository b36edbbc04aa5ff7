/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Compares what compilers wrote with the code: stale files, calls the call graph lacks, weak symbols bound elsewhere.
 */
#ifndef STACK_CHECK_CROSSCHECK_H
#define STACK_CHECK_CROSSCHECK_H

#include "evidence.h"
#include "graph.h"
#include "graph_code.h"

/* Adds findings; the code is what bounds are computed from. */
void crosscheck(struct graph *graph, const struct graph_code *code, const struct evidence *evidence);

#endif
