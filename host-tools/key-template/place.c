/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Line numbers for messages. jansson has them for text that is not JSON, but not for values it has read; so the text,
 * which is known to be JSON by then, is walked along the path of the value in question.
 */
#include "internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 8u
#define FIELD_MAX 160u

struct cursor {
	const char *at, *end;
};

static void skip_space(struct cursor *cursor)
{
	while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at))
		cursor->at++;
}

static void skip_string(struct cursor *cursor)
{
	cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != '"')
		cursor->at += *cursor->at == '\\' && cursor->end - cursor->at > 1 ? 2 : 1;
	cursor->at += cursor->at < cursor->end;
}

/* One value with all that is inside */
static void skip_value(struct cursor *cursor)
{
	unsigned int depth = 0;

	do {
		char c = cursor->at < cursor->end ? *cursor->at : 0;

		if (c == '"') {
			skip_string(cursor);
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= (c == '}' || c == ']') && depth > 0;
		cursor->at += c != 0;
	} while (cursor->at < cursor->end && (depth > 0 || !strchr(",]} \t\r\n", *cursor->at)));
}

static bool key_is(const struct cursor *cursor, const char *key)
{
	size_t length = strlen(key);

	return (size_t)(cursor->end - cursor->at) > length + 1 && memcmp(cursor->at + 1, key, length) == 0 &&
	       cursor->at[length + 1] == '"';
}

/* From an object or array at the cursor to one of its values; the cursor stays when it is not there. */
static void enter(struct cursor *cursor, const struct key_place *step)
{
	struct cursor inner = *cursor;

	if (inner.at == inner.end || (*inner.at != '{' && *inner.at != '['))
		return;
	inner.at++;
	for (size_t i = 0; inner.at < inner.end; i++) {
		bool found = !step->key && i == step->index;

		skip_space(&inner);
		if (inner.at == inner.end || *inner.at == '}' || *inner.at == ']')
			return;
		if (step->key) {
			found = key_is(&inner, step->key);
			if (found)
				*cursor = inner; /* the line of the key, should the value begin on another */
			skip_string(&inner);
			skip_space(&inner);
			inner.at += inner.at < inner.end; /* colon */
			skip_space(&inner);
		}
		if (found) {
			*cursor = inner;
			return;
		}
		skip_value(&inner);
		skip_space(&inner);
		inner.at += inner.at < inner.end && *inner.at == ',';
	}
}

static size_t line_of(const struct key_place *place)
{
	const struct key_place *path[DEPTH_MAX];
	const char *text = place->document->text;
	struct cursor cursor = {text, text + place->document->size};
	size_t depth = 0, line = 1;

	for (; place->parent && depth < DEPTH_MAX; place = place->parent)
		path[depth++] = place;
	skip_space(&cursor);
	while (depth > 0)
		enter(&cursor, path[--depth]);
	for (const char *at = text; at < cursor.at; at++)
		line += *at == '\n';
	return line;
}

static void field_of(const struct key_place *place, char out[FIELD_MAX])
{
	const struct key_place *path[DEPTH_MAX];
	size_t depth = 0, used = 0;

	out[0] = 0;
	for (; place->parent && depth < DEPTH_MAX; place = place->parent)
		path[depth++] = place;
	for (; depth > 0 && used < FIELD_MAX; depth--) {
		const struct key_place *step = path[depth - 1];

		if (step->key)
			used += (size_t)snprintf(out + used, FIELD_MAX - used, "%s%s", used ? "." : "", step->key);
		else
			used += (size_t)snprintf(out + used, FIELD_MAX - used, "[%zu]", step->index);
	}
}

struct key_place key_place_field(const struct key_place *object, const char *key)
{
	return (struct key_place){.document = object->document,
				  .parent = object,
				  .key = key,
				  .value = json_object_get(object->value, key)};
}

struct key_place key_place_element(const struct key_place *array, size_t index)
{
	return (struct key_place){.document = array->document,
				  .parent = array,
				  .index = index,
				  .value = json_array_get(array->value, index)};
}

bool key_place_refuse(const struct key_place *place, const char *format, ...)
{
	char *text = place->document->error->text, field[FIELD_MAX];
	const size_t size = sizeof(place->document->error->text);
	va_list arguments;
	size_t used;

	field_of(place, field);
	used = (size_t)snprintf(text, size, "%s:%zu: %s%s", place->document->path, line_of(place), field,
				field[0] ? ": " : "");
	if (used < size) {
		va_start(arguments, format);
		(void)vsnprintf(text + used, size - used, format, arguments);
		va_end(arguments);
	}
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			*text = '?';
	}
	return false;
}

static bool is_word_of(const char *word, const char *list)
{
	size_t length = strlen(word);

	while (length != 0 && (list = strstr(list, word)) != NULL) {
		/* Field names are preceded by a space; the list begins with one. */
		if (list[-1] == ' ' && (list[length] == ' ' || list[length] == 0))
			return true;
		list += length;
	}
	return false;
}

bool key_place_object(const struct key_place *place, const char *known)
{
	const char *key;
	json_t *value;

	if (!json_is_object(place->value))
		return key_place_refuse(place, place->value ? "must be an object" : "is missing");
	json_object_foreach(place->value, key, value)
	{
		struct key_place field = key_place_field(place, key);

		if (!is_word_of(key, known))
			return key_place_refuse(&field, "unknown field; known are:%s", known);
	}
	return true;
}
