/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Records that include/svsm/stack_budget.h leaves in ELF files. Its comment gives the layout. */
#include "config.h"

#include <string.h>

#define NUMBER_MAX ((uint64_t)1 << 40)

struct record {
	const char *kind, *name, *text;
	uint64_t number;
};

/* A text up to its NUL, copied; NULL when it does not end. */
static const char *take_text(struct config *config, const uint8_t *bytes, size_t size, size_t *at)
{
	const uint8_t *end = *at < size ? memchr(bytes + *at, '\0', size - *at) : NULL;
	const char *text;

	if (!end)
		return NULL;
	text = arena_string(config->arena, (const char *)bytes + *at, (size_t)(end - (bytes + *at)));
	*at = (size_t)(end - bytes) + 1;
	return text;
}

/* "a b c; why" */
static void set_callees(struct config *config, struct config_item *item, const char *text)
{
	const char *end = strchr(text, ';');
	size_t length = end ? (size_t)(end - text) : strlen(text);

	for (size_t at = 0; at < length;) {
		size_t word = strcspn(text + at, " ,;\"");

		if (word)
			arena_push(config->arena, item->names, item->name_count,
				   (const char *)arena_string(config->arena, text + at, word));
		at += word + 1;
	}
	item->reason = end && end[1] ? end + 1 + strspn(end + 1, " ") : NULL;
}

/* The stack of this name; stacks may be used before they are defined. */
static struct config_stack *stack_of(struct config *config, const char *name, const char *file)
{
	const struct config_stack stack = {.name = name, .guard = -1, .where = file};

	for (size_t i = 0; i < config->stack_count; i++) {
		if (strcmp(config->stacks[i].name, name) == 0)
			return &config->stacks[i];
	}
	arena_push(config->arena, config->stacks, config->stack_count, stack);
	return &config->stacks[config->stack_count - 1];
}

static bool add_stack(struct config *config, const struct record *record, const char *file)
{
	const struct config_stack_use use = {.function = record->text, .nested = (int64_t)record->number};
	struct config_stack *stack = stack_of(config, record->name, file);

	if (strcmp(record->kind, "stack") == 0)
		stack->bytes = (int64_t)record->number;
	else if (strcmp(record->kind, "guard") == 0)
		stack->guard = (int64_t)record->number;
	else if (strcmp(record->kind, "begins") == 0)
		arena_push(config->arena, stack->entries, stack->entry_count, use);
	else if (strcmp(record->kind, "interrupts") == 0)
		arena_push(config->arena, stack->interrupts, stack->interrupt_count, use);
	else
		return false;
	return true;
}

static bool add_record(struct config *config, const struct record *record, const char *file)
{
	struct config_item item = {.name = record->name,
				   .number = (int64_t)record->number,
				   .reason = *record->text ? record->text : NULL,
				   .where = file};

	if (strcmp(record->kind, "entry") == 0) {
		item.reason = NULL;
		config_add(config, &config->budgets, &item);
	} else if (strcmp(record->kind, "frame") == 0) {
		config_add(config, &config->frames, &item);
	} else if (strcmp(record->kind, "total") == 0) {
		config_add(config, &config->totals, &item);
	} else if (strcmp(record->kind, "recursion") == 0) {
		config_split_cycle(config, &item);
		config_add(config, &config->recursion, &item);
	} else if (strcmp(record->kind, "calls") == 0) {
		set_callees(config, &item, record->text);
		config_add(config, &config->calls, &item);
	} else if (strcmp(record->kind, "switch") == 0) {
		item.reason = record->text;
		config_add(config, &config->switches, &item);
	} else {
		return add_stack(config, record, file);
	}
	return true;
}

bool config_parse_notes(struct config *config, const char *name, const uint8_t *bytes, size_t size, struct error *error)
{
	size_t at = 0;

	while (at < size) {
		size_t start = at;
		struct record record;

		if (!bytes[at]) { /* padding between objects */
			at++;
			continue;
		}
		record.kind = take_text(config, bytes, size, &at);
		if (!record.kind || size - at < 8)
			return error_set(error, "%s: .stack_budget: a record at byte %zu is cut off", name, start);
		memcpy(&record.number, bytes + at, 8);
		at += 8;
		record.name = take_text(config, bytes, size, &at);
		record.text = record.name ? take_text(config, bytes, size, &at) : NULL;
		if (!record.text)
			return error_set(error, "%s: .stack_budget: a record at byte %zu is cut off", name, start);
		if (record.number > NUMBER_MAX)
			return error_set(error, "%s: .stack_budget: the number of %s[\"%s\"] is out of range", name,
					 record.kind, record.name);
		if (!*record.name || !add_record(config, &record, name))
			return error_set(error, "%s: .stack_budget: a record at byte %zu is of no known kind", name,
					 start);
	}
	return true;
}
