/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "bound_cycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 8 /* of a cycle's functions in a message */

static int64_t plus(int64_t a, int64_t b)
{
	int64_t result;

	return __builtin_add_overflow(a, b, &result) ? INT64_MAX / 2 : result;
}

static int64_t times(int64_t a, int64_t b)
{
	int64_t result;

	return __builtin_mul_overflow(a, b, &result) || result > INT64_MAX / 2 ? INT64_MAX / 2 : result;
}

static bool is_limited(const struct bounds *bounds, uint32_t node)
{
	return bounds->graph->nodes[node].recursion > 0;
}

static bool is_within(const struct bounds *bounds, uint32_t node, uint32_t component)
{
	return bounds->component_of[node] == component;
}

/*
 * The deepest way out of `node`, given those of the functions it calls. `settled`: whether a callee inside the cycle
 * counts. With `again`, what was found before is replaced by something deeper only, so that the chosen calls never form
 * a circle.
 */
static void relax(struct bounds *bounds, uint32_t node, int mode, const bool *settled, bool again)
{
	const struct graph_node *from = &bounds->graph->nodes[node];
	struct best *best = &bounds->best[mode][node];
	uint32_t component = bounds->component_of[node];

	if (!again) {
		best->leaving = from->own[mode];
		best->leaving_callee = best->reaching_callee = NO_CALLEE;
		best->reaching = NO_PATH;
	}
	for (uint32_t e = 0; e < from->edge_count; e++) {
		const struct graph_edge *edge = &from->edges[e];

		for (uint32_t c = 0; c < edge->callee_count; c++) {
			uint32_t callee = edge->callees[c];
			const struct best *to = &bounds->best[mode][callee];
			bool within = is_within(bounds, callee, component);
			int64_t leaving = NO_PATH, reaching = NO_PATH;

			if (!within) {
				leaving = plus(edge->weight[mode], to->total);
			} else if (is_limited(bounds, callee)) {
				reaching = edge->weight[mode];
			} else if (settled && settled[callee]) {
				leaving = plus(edge->weight[mode], to->leaving);
				if (to->reaching != NO_PATH)
					reaching = plus(edge->weight[mode], to->reaching);
			}
			if (leaving > best->leaving) {
				best->leaving = leaving;
				best->leaving_edge = e;
				best->leaving_callee = callee;
			}
			if (reaching > best->reaching) {
				best->reaching = reaching;
				best->reaching_edge = e;
				best->reaching_callee = callee;
			}
		}
	}
}

static void report_cycle(struct bounds *bounds, const uint32_t *nodes, uint32_t count)
{
	struct graph *graph = bounds->graph;
	char text[1024] = "";
	size_t used = 0;

	for (uint32_t i = 0; i < count && i < NAMES_MAX && used < 700; i++) {
		const char *name = graph->nodes[nodes[count - 1 - i]].name;

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.80s", i ? " -> " : "", name);
	}
	for (uint32_t i = 0; i < count; i++) {
		const char *reason = arena_printf(
			graph->arena, "%s calls itself%s%s%s: give recursion[\"%s\"], the most activations at a time",
			graph->nodes[nodes[count - 1]].name, count > 1 ? " through the cycle " : "",
			count > 1 ? text : "", count > NAMES_MAX ? " ..." : "", graph->nodes[nodes[count - 1]].name);

		graph_reason(graph, nodes[i], reason);
	}
}

/*
 * The functions of a component without an annotation, ordered so that callees come first. Tail calls may lead in a
 * circle among them without using stack; any other circle is recursion without a bound.
 */
struct order {
	struct bounds *bounds;
	uint32_t component;
	int mode;
	const uint32_t *nodes;
	uint32_t count;
	struct map index;					      /* node + 1 -> place in nodes */
	uint32_t *number, *low, *stack, *trail, *at, *group, *groups; /* per place */
	bool *on_stack;
	uint32_t next, stack_count, trail_count;
};

static uint32_t place_of(const struct order *order, uint32_t node)
{
	return map_get(&order->index, (uint64_t)node + 1);
}

/* The n-th call that stays among the functions without annotation, or NO_CALLEE */
static uint32_t inner_callee(const struct order *order, uint32_t node, uint32_t n, int64_t *weight)
{
	const struct graph_node *from = &order->bounds->graph->nodes[node];

	for (uint32_t e = 0; e < from->edge_count; e++) {
		if (n < from->edges[e].callee_count) {
			*weight = from->edges[e].weight[order->mode];
			return from->edges[e].callees[n];
		}
		n -= from->edges[e].callee_count;
	}
	return NO_CALLEE;
}

static bool is_inner(const struct order *order, uint32_t callee)
{
	return is_within(order->bounds, callee, order->component) && !is_limited(order->bounds, callee);
}

/* Members of one circle. Sets their bounds, and reports them when the circle uses stack. */
static void settle_group(struct order *order, const uint32_t *group, uint32_t count, bool *settled)
{
	struct bounds *bounds = order->bounds;
	struct best *best = bounds->best[order->mode];
	bool uses_stack = false;

	for (uint32_t i = 0; i < count; i++)
		order->group[place_of(order, group[i])] = order->next;
	for (uint32_t i = 0; i < count; i++) {
		int64_t weight;
		uint32_t callee;

		for (uint32_t n = 0; (callee = inner_callee(order, group[i], n, &weight)) != NO_CALLEE; n++) {
			if (is_inner(order, callee) && order->group[place_of(order, callee)] == order->next &&
			    weight > 0)
				uses_stack = true;
		}
	}
	/* Calls inside the circle cost nothing, so that its deepest member sets the bound of all: twice around reaches
	 * it. */
	for (uint32_t round = 0; round < (count > 1 && !uses_stack ? count : 1); round++) {
		bool moved = false;

		for (uint32_t i = 0; i < count; i++) {
			struct best before = best[group[i]];

			relax(bounds, group[i], order->mode, settled, round > 0);
			settled[group[i]] = !uses_stack;
			moved |= before.leaving != best[group[i]].leaving || before.reaching != best[group[i]].reaching;
		}
		if (!moved)
			break;
	}
	for (uint32_t i = 0; i < count; i++)
		settled[group[i]] = true;
	if (uses_stack && order->mode == ALIGN_ABI)
		report_cycle(bounds, group, count);
}

static void order_from(struct order *order, uint32_t root, bool *settled)
{
	order->trail[order->trail_count++] = root;
	while (order->trail_count) {
		uint32_t node = order->trail[order->trail_count - 1], place = place_of(order, node), callee;
		int64_t weight;

		if (!order->number[place]) {
			order->number[place] = order->low[place] = ++order->next;
			order->stack[order->stack_count++] = node;
			order->on_stack[place] = true;
		}
		callee = inner_callee(order, node, order->at[place]++, &weight);
		if (callee != NO_CALLEE) {
			uint32_t to;

			if (!is_inner(order, callee))
				continue;
			to = place_of(order, callee);
			if (!order->number[to])
				order->trail[order->trail_count++] = callee;
			else if (order->on_stack[to] && order->number[to] < order->low[place])
				order->low[place] = order->number[to];
			continue;
		}
		order->trail_count--;
		if (order->low[place] == order->number[place]) {
			uint32_t count = 0, member;

			do {
				member = order->stack[--order->stack_count];
				order->on_stack[place_of(order, member)] = false;
				order->groups[count++] = member;
			} while (member != node);
			order->next++;
			settle_group(order, order->groups, count, settled);
		}
		if (order->trail_count) {
			uint32_t parent = place_of(order, order->trail[order->trail_count - 1]);

			if (order->low[place] < order->low[parent])
				order->low[parent] = order->low[place];
		}
	}
}

static void settle_unlimited(struct bounds *bounds, const uint32_t *nodes, uint32_t count, int mode, bool *settled)
{
	struct order order = {.bounds = bounds,
			      .component = bounds->component_of[nodes[0]],
			      .mode = mode,
			      .nodes = nodes,
			      .count = count};
	uint32_t *numbers = calloc(count * 7u, sizeof(uint32_t));
	bool *flags = calloc(count, sizeof(bool));

	if (!numbers || !flags)
		abort();
	order.number = numbers;
	order.low = numbers + count;
	order.stack = numbers + 2 * count;
	order.trail = numbers + 3 * count;
	order.at = numbers + 4 * count;
	order.group = numbers + 5 * count;
	order.groups = numbers + 6 * count;
	order.on_stack = flags;
	for (uint32_t i = 0; i < count; i++)
		map_set(&order.index, (uint64_t)nodes[i] + 1, i);
	for (uint32_t i = 0; i < count; i++) {
		if (!is_limited(bounds, nodes[i]) && !order.number[i])
			order_from(&order, nodes[i], settled);
	}
	map_free(&order.index);
	free(numbers);
	free(flags);
}

static void combine(struct bounds *bounds, const uint32_t *nodes, uint32_t count, int mode, const bool *settled)
{
	struct graph *graph = bounds->graph;
	struct best *best = bounds->best[mode];
	struct cycle cycle = {.total = NO_PATH};
	int64_t pieces = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!is_limited(bounds, nodes[i]))
			continue;
		relax(bounds, nodes[i], mode, settled, false);
		if (best[nodes[i]].reaching != NO_PATH)
			pieces = plus(pieces, times(graph->nodes[nodes[i]].recursion, best[nodes[i]].reaching));
		arena_push(graph->arena, cycle.limited, cycle.limited_count, nodes[i]);
		if (graph->nodes[nodes[i]].recursion_assumption)
			graph_assume(graph, nodes[i], graph->nodes[nodes[i]].recursion_assumption);
	}
	for (uint32_t i = 0; i < cycle.limited_count; i++) {
		const struct best *last = &best[cycle.limited[i]];
		int64_t total = plus(pieces - (last->reaching != NO_PATH ? last->reaching : 0), last->leaving);

		if (total > cycle.total) {
			cycle.total = total;
			cycle.last = cycle.limited[i];
		}
	}
	arena_push(graph->arena, bounds->cycles[mode], bounds->cycle_count[mode], cycle);
	for (uint32_t i = 0; i < count; i++) {
		struct best *at = &best[nodes[i]];

		at->cycle = bounds->cycle_count[mode];
		if (is_limited(bounds, nodes[i]))
			at->total = cycle.total;
		else if (at->reaching != NO_PATH && plus(at->reaching, cycle.total) > at->leaving)
			at->total = plus(at->reaching, cycle.total);
		else
			at->total = at->leaving;
	}
}

static bool calls_itself(const struct bounds *bounds, uint32_t node)
{
	const struct graph_node *from = &bounds->graph->nodes[node];

	for (uint32_t e = 0; e < from->edge_count; e++) {
		for (uint32_t c = 0; c < from->edges[e].callee_count; c++) {
			if (from->edges[e].callees[c] == node)
				return true;
		}
	}
	return false;
}

void bound_component(struct bounds *bounds, const uint32_t *nodes, uint32_t count, int mode)
{
	struct best *best = bounds->best[mode];
	bool *settled = bounds->settled;
	bool limited = false;

	if (count == 1 && !calls_itself(bounds, nodes[0])) {
		relax(bounds, nodes[0], mode, NULL, false);
		best[nodes[0]].total = best[nodes[0]].leaving;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		settled[nodes[i]] = false;
	settle_unlimited(bounds, nodes, count, mode, settled);
	for (uint32_t i = 0; i < count; i++)
		limited |= is_limited(bounds, nodes[i]);
	if (limited) {
		combine(bounds, nodes, count, mode, settled);
	} else {
		for (uint32_t i = 0; i < count; i++)
			best[nodes[i]].total = best[nodes[i]].leaving;
	}
}
