/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What people declare: a JSON file, and annotations that include/svsm/stack_budget.h leaves in ELF files. Every item
 * has a place it was declared at, so that a verdict can name what it rests on.
 */
#ifndef STACK_CHECK_CONFIG_H
#define STACK_CHECK_CONFIG_H

#include "arena.h"
#include "error.h"

#include <stdint.h>

struct config_item {
	const char *name;   /* as written: a function, a cycle or a call site */
	const char **names; /* functions of a cycle, or callees */
	size_t name_count;
	int64_t number;	    /* bytes or activations */
	const char *reason; /* why it holds, or NULL */
	const char *where;  /* file it was declared in */
	bool used;
	bool absent; /* names a function that no image holds */
};

struct config_list {
	struct config_item *items;
	size_t count;
};

struct config_stack_use {
	const char *function;
	int64_t nested; /* at most this many at a time */
};

/* One stack: what begins on it and what may interrupt that on the same stack */
struct config_stack {
	const char *name;
	int64_t bytes, guard; /* guard: bytes below that fault when touched; -1 when not told */
	const char *where;
	struct config_stack_use *entries, *interrupts;
	size_t entry_count, interrupt_count;
};

struct config {
	struct arena *arena;
	struct config_list recursion; /* number: activations; names: functions of the cycle */
	struct config_list calls;     /* names: callees */
	struct config_list frames;    /* number: bytes */
	struct config_list totals;    /* number: bytes of a function with everything it calls */
	struct config_list switches;  /* functions that go to another stack */
	struct config_list budgets;   /* number: bytes */
	struct config_stack *stacks;
	size_t stack_count;
};

/* Adds what the text of a JSON file declares. */
bool config_parse(struct config *config, const char *name, const char *text, size_t size,
		  struct error *error) MUST_CHECK;
/* Adds the records of a .stack_budget section. `name`: the ELF file. */
bool config_parse_notes(struct config *config, const char *name, const uint8_t *bytes, size_t size,
			struct error *error) MUST_CHECK;
/* Fills `names` from `name`: "a", "a, b" or "a -> b -> a". */
void config_split_cycle(struct config *config, struct config_item *item);
void config_add(struct config *config, struct config_list *list, const struct config_item *item);

#endif
