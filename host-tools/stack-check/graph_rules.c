/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "graph_rules.h"

#include "name.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum name_match match_node(const char *written, const struct graph_node *node)
{
	enum name_match best = name_matches(written, node->name, node->file);

	for (size_t i = 0; i < node->alias_count; i++) {
		enum name_match match = name_matches(written, node->aliases[i], node->file);

		if (match > best)
			best = match;
	}
	return best;
}

struct config_item *rules_find(struct config_list *list, const struct graph_node *node)
{
	struct config_item *clone = NULL;

	for (size_t i = 0; i < list->count; i++) {
		enum name_match match = match_node(list->items[i].name, node);

		if (match == NAME_EXACT)
			return &list->items[i];
		if (match == NAME_CLONE)
			clone = &list->items[i];
	}
	return clone;
}

bool rules_is_entry(const struct config *config, const struct graph_node *node)
{
	for (size_t i = 0; i < config->stack_count; i++) {
		for (size_t e = 0; e < config->stacks[i].entry_count; e++) {
			if (match_node(config->stacks[i].entries[e].function, node) == NAME_EXACT)
				return true;
		}
	}
	for (size_t i = 0; i < config->budgets.count; i++) {
		if (match_node(config->budgets.items[i].name, node) == NAME_EXACT)
			return true;
	}
	return false;
}

static const char *because(struct graph *graph, const struct config_item *item)
{
	return item->reason ? arena_printf(graph->arena, " because %s", item->reason) : "";
}

bool rules_total(struct graph *graph, struct config *config, uint32_t node)
{
	struct config_item *item = rules_find(&config->totals, &graph->nodes[node]);

	if (!item)
		return false;
	item->used = true;
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		graph->nodes[node].own[mode] = item->number > RETURN_ADDRESS ? item->number : RETURN_ADDRESS;
	graph_assume(graph, node,
		     arena_printf(graph->arena, "totals: %s and all it calls use at most %" PRId64 " bytes%s (%s)",
				  graph->nodes[node].name, item->number, because(graph, item), item->where));
	return true;
}

bool rules_extern_frame(struct graph *graph, struct config *config, uint32_t node)
{
	struct graph_node *at = &graph->nodes[node];
	struct config_item *item = rules_find(&config->frames, at);

	if (item) {
		item->used = true;
		for (int mode = 0; mode < ALIGN_MODES; mode++)
			at->own[mode] = item->number > RETURN_ADDRESS ? item->number : RETURN_ADDRESS;
		graph_assume(graph, node,
			     arena_printf(graph->arena,
					  "frames: %s, which has no code here, uses %" PRId64 " bytes%s (%s)", at->name,
					  item->number, because(graph, item), item->where));
		return true;
	}
	if (strcmp(at->name, "__stack_chk_fail") == 0) {
		graph_assume(graph, node, "__stack_chk_fail ends the program; what it uses does not count");
		return true;
	}
	graph_reason(graph, node,
		     arena_printf(graph->arena,
				  "no code for %s: add its object or library, or give totals[\"%s\"] or frames[\"%s\"]",
				  at->name, at->name, at->name));
	return false;
}

void rules_recursion(struct graph *graph, struct config *config, uint32_t node)
{
	struct graph_node *at = &graph->nodes[node];

	for (size_t i = 0; i < config->recursion.count; i++) {
		struct config_item *item = &config->recursion.items[i];
		bool match = match_node(item->name, at) != NAME_DIFFERS;

		for (size_t n = 0; n < item->name_count; n++)
			match |= match_node(item->names[n], at) != NAME_DIFFERS;
		if (!match || (at->recursion && at->recursion <= item->number))
			continue;
		item->used = true;
		at->recursion = item->number;
		at->recursion_assumption =
			arena_printf(graph->arena, "recursion: %s is active at most %" PRId64 " times at once%s (%s)",
				     item->name, item->number, because(graph, item), item->where);
	}
}

static const char *describe_issue(struct graph *graph, const struct graph_node *node, const struct frame_issue *issue)
{
	static const char *const what[] = {
		[FRAME_DYNAMIC] = "the frame of %s grows by a size that is not known (variable-length array or alloca) "
				  "at 0x%" PRIx64 ": give frames[\"%s\"]",
		[FRAME_SWITCH] = "%s loads its stack pointer with a value that is not known at 0x%" PRIx64
				 ": give switches[\"%s\"] or frames",
		[FRAME_UNBALANCED] = "%s returns with another stack pointer than it was called with at 0x%" PRIx64
				     ": give frames[\"%s\"]",
		[FRAME_OVERWRITTEN] =
			"%s writes over its return address at 0x%" PRIx64 ": give frames[\"%s\"] and calls",
		[FRAME_JUMP] = "%s jumps to a place that is not known at 0x%" PRIx64 ": give frames[\"%s\"] and calls",
		[FRAME_NO_CODE] = "%s runs into bytes that are no code at 0x%" PRIx64 ": give totals[\"%s\"]",
		[FRAME_TOO_LARGE] = "%s has too much code to follow (0x%" PRIx64 "): give totals[\"%s\"]",
	};

	/* The formats are the constants above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return arena_printf(graph->arena, what[issue->kind], node->name, issue->address, node->name);
#pragma GCC diagnostic pop
}

static bool is_settled_by_frame(enum frame_issue_kind kind)
{
	return kind != FRAME_NO_CODE && kind != FRAME_TOO_LARGE;
}

/* Whether a known frame says nothing about the depth: then a declared one is needed */
static bool needs_frame(const struct frame *frame)
{
	for (size_t i = 0; i < frame->issue_count; i++) {
		if (frame->issues[i].kind != FRAME_SWITCH)
			return true;
	}
	return frame->own[ALIGN_ANY] == DEPTH_UNKNOWN || frame->bounded;
}

static void apply_declared(struct frame *frame, int64_t bytes)
{
	/* A depth the code is seen to reach counts, whatever is declared. */
	if (bytes < frame->at_least)
		bytes = frame->at_least;
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		if (frame->own[mode] == DEPTH_UNKNOWN || frame->own[mode] > bytes || frame->issue_count)
			frame->own[mode] = bytes;
		for (size_t i = 0; i < frame->site_count; i++) {
			if (frame->sites[i].depth[mode] == DEPTH_UNKNOWN || frame->sites[i].depth[mode] > bytes)
				frame->sites[i].depth[mode] = bytes;
		}
	}
}

/*
 * A declared frame whose function is in no image: the compiler has inlined it. Where just one such declaration exists,
 * a dynamic frame without one of its own is taken to hold it.
 */
static struct config_item *inlined_frame(struct config *config)
{
	struct config_item *found = NULL;

	for (size_t i = 0; i < config->frames.count; i++) {
		if (!config->frames.items[i].absent)
			continue;
		if (found)
			return NULL;
		found = &config->frames.items[i];
	}
	return found;
}

static bool is_dynamic(const struct frame *frame)
{
	for (size_t i = 0; i < frame->issue_count; i++) {
		if (frame->issues[i].kind == FRAME_DYNAMIC)
			return true;
	}
	return false;
}

void rules_frame(struct graph *graph, struct config *config, uint32_t node, struct frame *frame)
{
	struct graph_node *at = &graph->nodes[node];
	struct config_item *declared = rules_find(&config->frames, at);
	struct config_item *switches = rules_find(&config->switches, at);
	bool declared_used = declared && (needs_frame(frame) || (frame->issue_count && !switches));

	if (!declared && is_dynamic(frame) && inlined_frame(config)) {
		declared = inlined_frame(config);
		declared_used = true;
		apply_declared(frame, declared->number + frame->prologue);
		graph_assume(
			graph, node,
			arena_printf(graph->arena,
				     "frames: %s, which is no function of the program, is inlined into %s and adds at "
				     "most %" PRId64 " bytes to its %" PRId64 "%s (%s)",
				     declared->name, at->name, declared->number, frame->prologue,
				     because(graph, declared), declared->where));
	} else if (declared_used) {
		apply_declared(frame, declared->number);
		graph_assume(graph, node,
			     arena_printf(graph->arena, "frames: the frame of %s is at most %" PRId64 " bytes%s (%s)",
					  at->name, declared->number, because(graph, declared), declared->where));
	} else if (declared && declared->number < frame->own[ALIGN_ABI]) {
		graph_find(graph,
			   arena_printf(graph->arena,
					"%s: frames[\"%s\"] = %" PRId64 " is less than the code uses, %" PRId64
					"; the code's figure counts",
					declared->where, declared->name, declared->number, frame->own[ALIGN_ABI]));
	}
	if (declared)
		declared->used = true;
	for (size_t i = 0; i < frame->issue_count; i++) {
		const struct frame_issue *issue = &frame->issues[i];

		if (issue->kind == FRAME_SWITCH && switches) {
			switches->used = true;
			graph_assume(graph, node,
				     arena_printf(graph->arena, "switches: %s goes to another stack, %s (%s)", at->name,
						  switches->reason, switches->where));
		} else if (!declared_used || !is_settled_by_frame(issue->kind)) {
			graph_reason(graph, node, describe_issue(graph, at, issue));
		}
	}
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		at->own[mode] = frame->own[mode];
	at->red_zone = frame->red_zone;
	at->misaligned = frame->misaligned;
}

void rules_unknown_depths(struct graph *graph, uint32_t node, const struct frame *frame)
{
	struct graph_node *at = &graph->nodes[node];

	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		if (at->own[mode] == DEPTH_UNKNOWN)
			at->own[mode] = frame->at_least;
		for (uint32_t e = 0; e < at->edge_count; e++) {
			if (at->edges[e].weight[mode] == DEPTH_UNKNOWN)
				at->edges[e].weight[mode] = frame->at_least;
			if (at->edges[e].weight[mode] < 0)
				at->edges[e].weight[mode] = 0;
		}
	}
}
