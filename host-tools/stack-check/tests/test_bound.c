/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Bounds of graphs written by hand: what is the deepest path when functions call each other. */
#include "bound.h"
#include "tests.h"

struct fixture {
	struct arena arena;
	struct graph graph;
	struct bounds *bounds;
};

static uint32_t node(struct fixture *fixture, const char *name, int64_t own)
{
	uint32_t index = graph_add_node(&fixture->graph, name);

	fixture->graph.nodes[index].own[0] = fixture->graph.nodes[index].own[1] = own;
	return index;
}

static void edge(struct fixture *fixture, uint32_t from, uint32_t to, int64_t weight)
{
	struct graph_edge *added = graph_add_edge(&fixture->graph, from);

	added->weight[0] = added->weight[1] = weight;
	graph_add_callee(&fixture->graph, added, to);
}

static void check(struct fixture *fixture, uint32_t entry, enum verdict verdict, int64_t bytes)
{
	struct bound_result result;
	int64_t sum = 0;

	if (!fixture->bounds)
		fixture->bounds = bounds_create(&fixture->graph);
	bounds_entry(fixture->bounds, entry, &result);
	assert_int_equal(result.verdict, verdict);
	assert_int_equal(result.bytes, bytes);
	for (size_t i = 0; i < result.path_count; i++)
		sum += result.path[i].frame;
	assert_int_equal(sum, bytes);
}

static struct fixture *start(void)
{
	static struct fixture fixture;

	fixture = (struct fixture){.bounds = NULL};
	fixture.graph.arena = &fixture.arena;
	return &fixture;
}

static void end(struct fixture *fixture)
{
	bounds_free(fixture->bounds);
	arena_free(&fixture->arena);
}

static void deepest_of_two(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 100), b = node(fixture, "b", 30), c = node(fixture, "c", 60);

	(void)state;
	edge(fixture, a, b, 40);
	edge(fixture, a, c, 20);
	edge(fixture, b, c, 30);
	check(fixture, a, VERDICT_PROVED, 40 + 30 + 60);
	check(fixture, c, VERDICT_PROVED, 60);
	end(fixture);
}

static void own_use_is_deepest(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 500), b = node(fixture, "b", 30);

	(void)state;
	edge(fixture, a, b, 40);
	check(fixture, a, VERDICT_PROVED, 500);
	end(fixture);
}

static void recursion_without_bound(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 10), f = node(fixture, "f", 50);

	(void)state;
	edge(fixture, a, f, 10);
	edge(fixture, f, f, 50);
	check(fixture, a, VERDICT_UNKNOWN, 60);
	end(fixture);
}

static void recursion_with_bound(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 10), f = node(fixture, "f", 50), leaf = node(fixture, "leaf", 200);

	(void)state;
	edge(fixture, a, f, 10);
	edge(fixture, f, f, 50);
	edge(fixture, f, leaf, 40);
	fixture->graph.nodes[f].recursion = 5;
	fixture->graph.nodes[f].recursion_assumption = "f at most 5 times";
	check(fixture, a, VERDICT_ASSUMED, 10 + 4 * 50 + 40 + 200);
	end(fixture);
}

static void deep_recursion_is_folded(void **state)
{
	struct fixture *fixture = start();
	uint32_t f = node(fixture, "f", 48);

	(void)state;
	edge(fixture, f, f, 48);
	fixture->graph.nodes[f].recursion = 100000;
	fixture->graph.nodes[f].recursion_assumption = "f";
	check(fixture, f, VERDICT_ASSUMED, 48 * 100000);
	end(fixture);
}

static void cycle_of_three_bounded_at_one(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 16), b = node(fixture, "b", 32), c = node(fixture, "c", 64);

	(void)state;
	edge(fixture, a, b, 16);
	edge(fixture, b, c, 32);
	edge(fixture, c, a, 64);
	fixture->graph.nodes[b].recursion = 3;
	fixture->graph.nodes[b].recursion_assumption = "b";
	/* a, then b three times with c and a between, then c and once more a */
	check(fixture, a, VERDICT_ASSUMED, 16 + 3 * (32 + 64 + 16));
	end(fixture);
}

static void circle_of_jumps_costs_nothing(void **state)
{
	struct fixture *fixture = start();
	uint32_t a = node(fixture, "a", 8), b = node(fixture, "b", 8), leaf = node(fixture, "leaf", 100);

	(void)state;
	edge(fixture, a, b, 0);
	edge(fixture, b, a, 0);
	edge(fixture, b, leaf, 24);
	check(fixture, a, VERDICT_PROVED, 124);
	check(fixture, b, VERDICT_PROVED, 124);
	end(fixture);
}

static void long_chain(void **state)
{
	struct fixture *fixture = start();
	uint32_t last = node(fixture, "f", 16);

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint32_t next = node(fixture, "f", 16);

		edge(fixture, next, last, 16);
		edge(fixture, next, last, 8);
		last = next;
	}
	check(fixture, last, VERDICT_PROVED, 16 * 200001);
	end(fixture);
}

int test_bound(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(deepest_of_two),
		cmocka_unit_test(own_use_is_deepest),
		cmocka_unit_test(recursion_without_bound),
		cmocka_unit_test(recursion_with_bound),
		cmocka_unit_test(deep_recursion_is_folded),
		cmocka_unit_test(cycle_of_three_bounded_at_one),
		cmocka_unit_test(circle_of_jumps_costs_nothing),
		cmocka_unit_test(long_chain),
	};

	return cmocka_run_group_tests_name("bound", tests, NULL, NULL);
}
