/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Builds the call graph from compilers' call graph files alone, where there is no code to look at. */
#ifndef STACK_CHECK_GRAPH_CI_H
#define STACK_CHECK_GRAPH_CI_H

#include "config.h"
#include "evidence.h"
#include "graph.h"

/* False when there is no call graph. */
bool graph_ci_build(struct graph *graph, struct config *config, const struct evidence *evidence);
size_t graph_ci_lookup(struct graph *graph, const char *name, uint32_t **nodes);

#endif
