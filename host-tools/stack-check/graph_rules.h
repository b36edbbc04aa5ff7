/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How annotations change the graph, and what remains unknown without them. */
#ifndef STACK_CHECK_GRAPH_RULES_H
#define STACK_CHECK_GRAPH_RULES_H

#include "config.h"
#include "evidence.h"
#include "graph.h"
#include "image.h"

/* The item that names this function; exact names before clones. */
struct config_item *rules_find(struct config_list *list, const struct graph_node *node);
/* The item for a call through a pointer: by place ("file.c:12", "0x401136") or by the function it is in. */
struct config_item *rules_find_calls(struct config *config, const struct graph_node *node, const struct image *image,
				     const struct evidence *evidence, const struct frame_site *site);
/* Whether the function is declared to begin on a stack. */
bool rules_is_entry(const struct config *config, const struct graph_node *node);
const char *rules_describe_calls(struct graph *graph, const struct config_item *item);
/* A declared total replaces a function and all it calls. */
bool rules_total(struct graph *graph, struct config *config, uint32_t node);
/* Frame of a function without code; false when it has none. */
bool rules_extern_frame(struct graph *graph, struct config *config, uint32_t node);
void rules_recursion(struct graph *graph, struct config *config, uint32_t node);
/* Takes the frame over into the node, with a declared one where the code does not tell. */
void rules_frame(struct graph *graph, struct config *config, uint32_t node, struct frame *frame);
/* Depths of calls that are still unknown become the least they can be; the node has reasons then. */
void rules_unknown_depths(struct graph *graph, uint32_t node, const struct frame *frame);
/* Functions that a table holds and the annotation does not list */
void rules_check_table(struct graph *graph, const struct image *image, uint32_t node, const struct frame_site *site,
		       const struct config_item *item, const uint64_t *targets, size_t count);
void rules_check_pointers(struct graph *graph, const struct image *image, uint32_t node, const struct config_item *item,
			  const uint64_t *targets, size_t count);

#endif
