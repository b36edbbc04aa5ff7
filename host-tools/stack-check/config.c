/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define BYTES_MAX ((int64_t)1 << 40)

struct parser {
	struct config *config;
	const char *file;
	const char *section;
	struct error *error;
};

static bool refuse(const struct parser *parser, const char *key, const char *rule)
{
	return error_set(parser->error, "%s: %s[\"%s\"]: %s", parser->file, parser->section, key, rule);
}

static const char *copy(const struct parser *parser, const char *text)
{
	return arena_string(parser->config->arena, text, strlen(text));
}

void config_add(struct config *config, struct config_list *list, const struct config_item *item)
{
	arena_push(config->arena, list->items, list->count, *item);
}

/* A value is a plain one, or an object that holds it under `field` and says why under "reason". */
static const json_t *plain(const struct parser *parser, const json_t *value, const char *field, const char **reason)
{
	const json_t *text;

	*reason = NULL;
	if (!json_is_object(value))
		return value;
	text = json_object_get(value, "reason");
	if (json_is_string(text))
		*reason = copy(parser, json_string_value(text));
	return json_object_get(value, field);
}

static bool get_number(const struct parser *parser, const char *key, const json_t *value, int64_t least,
		       int64_t *number)
{
	if (!json_is_integer(value) || json_integer_value(value) < least || json_integer_value(value) > BYTES_MAX)
		return refuse(parser, key, least ? "a whole number above 0 is wanted" : "a whole number is wanted");
	*number = json_integer_value(value);
	return true;
}

static bool get_names(const struct parser *parser, const char *key, const json_t *value, struct config_item *item)
{
	const json_t *name;
	size_t index;

	if (json_is_string(value)) {
		arena_push(parser->config->arena, item->names, item->name_count,
			   copy(parser, json_string_value(value)));
		return true;
	}
	if (!json_is_array(value))
		return refuse(parser, key, "a list of function names is wanted");
	json_array_foreach(value, index, name)
	{
		if (!json_is_string(name))
			return refuse(parser, key, "a list of function names is wanted");
		arena_push(parser->config->arena, item->names, item->name_count, copy(parser, json_string_value(name)));
	}
	return true;
}

void config_split_cycle(struct config *config, struct config_item *item)
{
	static const char separators[] = " ,<>|;\t";
	const char *at = item->name;

	while (*at) {
		size_t length = strcspn(at, separators);
		const char *end = at + length;

		if (length && at[length - 1] == '-')
			length--;
		if (length) {
			const char *name = arena_string(config->arena, at, length);
			bool known = false;

			for (size_t i = 0; i < item->name_count; i++)
				known |= strcmp(item->names[i], name) == 0;
			if (!known)
				arena_push(config->arena, item->names, item->name_count, name);
		}
		at = end + (*end ? 1 : 0);
	}
}

/* One key may name several functions, "a, b": each gets an item. */
static void add_each(const struct parser *parser, struct config_list *list, struct config_item *item, const char *key)
{
	for (;;) {
		const char *comma = strstr(key, ", ");

		item->name =
			comma ? arena_string(parser->config->arena, key, (size_t)(comma - key)) : copy(parser, key);
		if (*item->name)
			config_add(parser->config, list, item);
		if (!comma)
			return;
		key = comma + 2;
	}
}

static bool parse_list(const struct parser *parser, const json_t *object, struct config_list *list, const char *field,
		       int64_t least)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		struct config_item item = {.name = copy(parser, key), .where = parser->file};
		const json_t *inner = plain(parser, value, field, &item.reason);

		if (!*key)
			return refuse(parser, key, "the name is empty");
		if (strcmp(field, "callees") == 0) {
			if (!get_names(parser, key, inner, &item))
				return false;
		} else if (!get_number(parser, key, inner, least, &item.number)) {
			return false;
		}
		if (list == &parser->config->recursion) {
			config_split_cycle(parser->config, &item);
			config_add(parser->config, list, &item);
		} else {
			add_each(parser, list, &item, key);
		}
	}
	return true;
}

static bool parse_uses(const struct parser *parser, const char *key, const json_t *object, const char *what,
		       struct config_stack_use **uses, size_t *count)
{
	const json_t *value = json_object_get(object, what), *nested;
	const char *name;
	size_t index;
	json_t *element;

	if (!value)
		return true;
	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, index, element)
		{
			struct config_stack_use use = {.nested = 1};

			if (!json_is_string(element))
				return refuse(parser, key,
					      "entries and interrupts are lists of function names, or "
					      "objects from names to how many may nest");
			use.function = copy(parser, json_string_value(element));
			arena_push(parser->config->arena, *uses, *count, use);
		}
		return true;
	}
	if (!json_is_object(value))
		return refuse(parser, key,
			      "entries and interrupts are lists of function names, or objects from names "
			      "to how many may nest");
	json_object_foreach((json_t *)value, name, element)
	{
		struct config_stack_use use = {.function = copy(parser, name)};

		nested = element;
		if (!get_number(parser, key, nested, 0, &use.nested))
			return false;
		arena_push(parser->config->arena, *uses, *count, use);
	}
	return true;
}

static bool parse_stacks(const struct parser *parser, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		struct config_stack stack = {.name = copy(parser, key), .guard = -1, .where = parser->file};
		const json_t *guard = json_object_get(value, "guard");

		if (!json_is_object(value))
			return refuse(parser, key, "an object is wanted");
		if (!get_number(parser, key, json_object_get(value, "bytes"), 1, &stack.bytes) ||
		    (guard && !get_number(parser, key, guard, 0, &stack.guard)) ||
		    !parse_uses(parser, key, value, "entries", &stack.entries, &stack.entry_count) ||
		    !parse_uses(parser, key, value, "interrupts", &stack.interrupts, &stack.interrupt_count))
			return false;
		arena_push(parser->config->arena, parser->config->stacks, parser->config->stack_count, stack);
	}
	return true;
}

static bool parse_switches(const struct parser *parser, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		struct config_item item = {.name = copy(parser, key), .where = parser->file};

		if (!json_is_string(value))
			return refuse(parser, key, "a text is wanted that says which stack it goes to");
		item.reason = copy(parser, json_string_value(value));
		config_add(parser->config, &parser->config->switches, &item);
	}
	return true;
}

static bool parse_root(struct parser *parser, const json_t *root)
{
	struct config *config = parser->config;
	const char *key;
	json_t *value;

	if (!json_is_object(root))
		return error_set(parser->error, "%s:1: a JSON object is wanted", parser->file);
	json_object_foreach((json_t *)root, key, value)
	{
		bool good;

		parser->section = key;
		if (strcmp(key, "$schema") == 0 || strcmp(key, "comment") == 0)
			continue;
		if (!json_is_object(value))
			return error_set(parser->error, "%s: \"%s\": an object is wanted", parser->file, key);
		if (strcmp(key, "recursion") == 0)
			good = parse_list(parser, value, &config->recursion, "bound", 1);
		else if (strcmp(key, "calls") == 0)
			good = parse_list(parser, value, &config->calls, "callees", 0);
		else if (strcmp(key, "frames") == 0)
			good = parse_list(parser, value, &config->frames, "bytes", 0);
		else if (strcmp(key, "totals") == 0)
			good = parse_list(parser, value, &config->totals, "bytes", 0);
		else if (strcmp(key, "budgets") == 0)
			good = parse_list(parser, value, &config->budgets, "bytes", 0);
		else if (strcmp(key, "switches") == 0)
			good = parse_switches(parser, value);
		else if (strcmp(key, "stacks") == 0)
			good = parse_stacks(parser, value);
		else
			return error_set(
				parser->error,
				"%s: \"%s\" is not a key; there are recursion, calls, frames, totals, switches, "
				"budgets and stacks",
				parser->file, key);
		if (!good)
			return false;
	}
	return true;
}

bool config_parse(struct config *config, const char *name, const char *text, size_t size, struct error *error)
{
	struct parser parser = {.config = config, .file = name, .section = "", .error = error};
	json_error_t at;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
	bool good;

	if (!root)
		return error_set(error, "%s:%d:%d: %s", name, at.line, at.column, at.text);
	good = parse_root(&parser, root);
	json_decref(root);
	return good;
}
