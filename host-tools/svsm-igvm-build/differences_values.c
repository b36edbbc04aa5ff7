/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "differences_values.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *leaf(const json_t *value)
{
	char *text;
	json_t *result;

	if (!value || json_is_null(value))
		return json_null();
	if (json_is_string(value))
		return json_string(json_string_value(value));
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	result = json_string(text ? text : "?");
	free(text);
	return result;
}

static void at_key(const char *path, const char *key, const json_t *a, const json_t *b,
		   differences_values_report *report, void *context)
{
	char *inner = NULL;

	if (asprintf(&inner, "%s%s%s", path, *path ? "." : "", key) < 0)
		return;
	differences_values(inner, json_object_get(a, key), json_object_get(b, key), report, context);
	free(inner);
}

static void objects(const char *path, const json_t *a, const json_t *b, differences_values_report *report,
		    void *context)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)a, key, value) at_key(path, key, a, b, report, context);
	json_object_foreach((json_t *)(uintptr_t)b, key, value)
	{
		if (!json_object_get(a, key))
			at_key(path, key, a, b, report, context);
	}
}

static void arrays(const char *path, const json_t *a, const json_t *b, differences_values_report *report, void *context)
{
	const size_t count = json_array_size(a) > json_array_size(b) ? json_array_size(a) : json_array_size(b);

	for (size_t i = 0; i < count; i++) {
		char *inner = NULL;

		if (asprintf(&inner, "%s[%zu]", path, i) < 0)
			return;
		differences_values(inner, json_array_get(a, i), json_array_get(b, i), report, context);
		free(inner);
	}
}

void differences_values(const char *path, const json_t *a, const json_t *b, differences_values_report *report,
			void *context)
{
	if (a && b && json_equal(a, b))
		return;
	if (json_is_object(a) && json_is_object(b))
		objects(path, a, b, report, context);
	else if (json_is_array(a) && json_is_array(b))
		arrays(path, a, b, report, context);
	else if (a || b)
		report(context, path, leaf(a), leaf(b));
}
