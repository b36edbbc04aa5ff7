/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Builds the call graph from code: functions are analyzed as they are reached from the entries. */
#ifndef STACK_CHECK_GRAPH_CODE_H
#define STACK_CHECK_GRAPH_CODE_H

#include "config.h"
#include "evidence.h"
#include "graph.h"
#include "image.h"

struct graph_code;

struct graph_code *graph_code_create(struct graph *graph, struct image *images, size_t image_count,
				     struct config *config, const struct evidence *evidence);
void graph_code_free(struct graph_code *code);

/* Functions that `name` means, in all images; clones only when nothing has the very name. */
size_t graph_code_lookup(struct graph_code *code, const char *name, uint32_t **nodes);
/* Analyzes everything reachable from the nodes looked up so far. */
void graph_code_build(struct graph_code *code);
/* The frame of a node, NULL for functions without code. */
const struct frame *graph_code_frame(const struct graph_code *code, uint32_t node);
const struct image *graph_code_image(const struct graph_code *code, uint32_t node);

#endif
