/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "config.h"
#include "name.h"
#include "tests.h"

#include <string.h>

static void values(void **state)
{
	static const char text[] =
		"{\"recursion\": {\"f\": 3, \"a -> b -> a\": {\"bound\": 4, \"reason\": \"levels\"}},"
		" \"calls\": {\"g\": [\"x\", \"y\"], \"a.c:12\": \"z\", \"h\": {\"callees\": [], \"reason\": "
		"\"never\"}},"
		" \"frames\": {\"v\": 600}, \"totals\": {\"t\": {\"bytes\": 9, \"reason\": \"measured\"}},"
		" \"budgets\": {\"main\": 4096}, \"switches\": {\"s\": \"kernel stack\"},"
		" \"stacks\": {\"k\": {\"bytes\": 8192, \"guard\": 4096, \"entries\": [\"e\"], \"interrupts\": {\"i\": "
		"2}}}}";
	struct arena arena = {.blocks = NULL};
	struct config config = {.arena = &arena};
	struct error error = {.text = ""};

	(void)state;
	assert_true(config_parse(&config, "c", text, strlen(text), &error));
	assert_int_equal(config.recursion.items[0].number, 3);
	assert_int_equal(config.recursion.items[1].name_count, 2);
	assert_string_equal(config.recursion.items[1].names[1], "b");
	assert_string_equal(config.recursion.items[1].reason, "levels");
	assert_int_equal(config.calls.items[0].name_count, 2);
	assert_int_equal(config.calls.items[1].name_count, 1);
	assert_int_equal(config.calls.items[2].name_count, 0);
	assert_int_equal(config.frames.items[0].number, 600);
	assert_string_equal(config.totals.items[0].reason, "measured");
	assert_int_equal(config.budgets.items[0].number, 4096);
	assert_int_equal(config.stacks[0].interrupts[0].nested, 2);
	assert_int_equal(config.stacks[0].guard, 4096);
	arena_free(&arena);
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"recursion\": {\"f\": 0}}",
		"{\"recursion\": {\"f\": \"3\"}}",
		"{\"recursion\": {\"f\": 1.5}}",
		"{\"recursion\": 3}",
		"{\"calls\": {\"g\": 3}}",
		"{\"calls\": {\"g\": [3]}}",
		"{\"frames\": {\"v\": -1}}",
		"{\"frames\": {\"v\": 99999999999999999}}",
		"{\"frames\": {\"\": 1}}",
		"{\"frames\": {\"v\": 1, \"v\": 2}}",
		"{\"frame\": {\"v\": 1}}",
		"{\"stacks\": {\"k\": {}}}",
		"{\"stacks\": {\"k\": {\"bytes\": 1, \"entries\": 3}}}",
		"{\"switches\": {\"s\": 3}}",
		"{\"frames\": {\"v\": 1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena = {.blocks = NULL};
		struct config config = {.arena = &arena};
		struct error error;

		if (config_parse(&config, "c.json", texts[i], strlen(texts[i]), &error))
			fail_msg("accepted: %s", texts[i]);
		assert_memory_equal(error.text, "c.json:", 7);
		arena_free(&arena);
	}
}

static const uint8_t records[] = "entry\0\0\x40\0\0\0\0\0\0main\0\0"
				 "calls\0\0\0\0\0\0\0\0\0run\0a b; table\0"
				 "recursion\0\x03\0\0\0\0\0\0\0f\0levels";

static void notes(void **state)
{
	struct arena arena = {.blocks = NULL};
	struct config config = {.arena = &arena};
	struct error error = {.text = ""};

	(void)state;
	assert_true(config_parse_notes(&config, "a.o", records, sizeof(records), &error));
	assert_int_equal(config.budgets.items[0].number, 16384);
	assert_string_equal(config.calls.items[0].names[1], "b");
	assert_string_equal(config.calls.items[0].reason, "table");
	assert_int_equal(config.recursion.items[0].number, 3);
	arena_free(&arena);
}

static void notes_cut_off(void **state)
{
	(void)state;
	for (size_t size = 1; size < sizeof(records); size++) {
		struct arena arena = {.blocks = NULL};
		struct config config = {.arena = &arena};
		struct error error;

		/* Whole records only, with padding behind them or without */
		if (config_parse_notes(&config, "a.o", records, size, &error))
			assert_true(config.budgets.count + config.calls.count + config.recursion.count > 0);
		else
			assert_memory_equal(error.text, "a.o: ", 5);
		arena_free(&arena);
	}
}

static void names(void **state)
{
	(void)state;
	assert_int_equal(name_matches("f", "f", NULL), NAME_EXACT);
	assert_int_equal(name_matches("f", "f.isra.0", NULL), NAME_CLONE);
	assert_int_equal(name_matches("f", "f.constprop.0.cold", NULL), NAME_CLONE);
	assert_int_equal(name_matches("f", "ff", NULL), NAME_DIFFERS);
	assert_int_equal(name_matches("a.c:f", "f", "src/a.c"), NAME_EXACT);
	assert_int_equal(name_matches("a.c:f", "f", "src/ba.c"), NAME_DIFFERS);
	assert_int_equal(name_matches("a.c:f", "f", NULL), NAME_DIFFERS);
	assert_true(name_same_file("./x/a.c", "a.c"));
	assert_false(name_same_file("x/a.c", "y/a.c"));
}

int test_config(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),	 cmocka_unit_test(refused), cmocka_unit_test(notes),
		cmocka_unit_test(notes_cut_off), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
