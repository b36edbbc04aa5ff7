/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "diff.h"

#include "name.h"

#include <inttypes.h>
#include <string.h>

json_t *diff_load(const char *name, const char *text, size_t size, struct error *error)
{
	json_error_t at;
	json_t *root = json_loadb(text, size, 0, &at);
	const json_t *entries = json_object_get(root, "entries"), *entry;
	size_t index;

	if (!root) {
		error_set(error, "%s:%d:%d: %s", name, at.line, at.column, at.text);
		return NULL;
	}
	if (!json_is_array(entries)) {
		error_set(error, "%s: not a result of " PROGRAM " --json: no entries", name);
		json_decref(root);
		return NULL;
	}
	json_array_foreach(entries, index, entry)
	{
		const json_t *bytes = json_object_get(entry, "bytes");

		if (!json_is_string(json_object_get(entry, "name")) ||
		    (!json_is_integer(bytes) && !json_is_null(bytes)) ||
		    !json_is_array(json_object_get(entry, "path"))) {
			error_set(error, "%s: entries[%zu]: name, bytes and path are wanted", name, index);
			json_decref(root);
			return NULL;
		}
	}
	return root;
}

static const json_t *find(const json_t *root, const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "name"));
	const json_t *other;
	size_t index;

	json_array_foreach(json_object_get(root, "entries"), index, other)
	{
		if (strcmp(json_string_value(json_object_get(other, "name")), name) == 0)
			return other;
	}
	return NULL;
}

/* A step's stable key: clones of a function keep its name, whatever number a build gave them. */
static char *step_key(struct arena *arena, const json_t *step)
{
	const char *name = json_string_value(json_object_get(step, "function"));

	return name ? arena_string(arena, name, name_base_length(name)) : arena_string(arena, "?", 1);
}

static bool same_path(struct arena *arena, const json_t *old, const json_t *new)
{
	size_t count = json_array_size(old);

	if (count != json_array_size(new))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(step_key(arena, json_array_get(old, i)), step_key(arena, json_array_get(new, i))) != 0)
			return false;
	}
	return true;
}

static void print_path(struct arena *arena, const json_t *path, FILE *out)
{
	const json_t *step;
	size_t index;

	json_array_foreach(path, index, step) fprintf(out, "%s%s %" PRId64, index ? " > " : "", step_key(arena, step),
						      (int64_t)json_integer_value(json_object_get(step, "frame")));
	fputc('\n', out);
}

static void print_headroom(const json_t *entry, FILE *out)
{
	const json_t *headroom = json_object_get(entry, "headroom");

	if (json_is_integer(headroom))
		fprintf(out, ", headroom %" PRId64, (int64_t)json_integer_value(headroom));
}

static bool print_entry(struct arena *arena, const json_t *old, const json_t *new, FILE *out)
{
	const char *name = json_string_value(json_object_get(new, "name"));
	const json_t *old_bytes = json_object_get(old, "bytes"), *new_bytes = json_object_get(new, "bytes");
	const json_t *old_path = json_object_get(old, "path"), *new_path = json_object_get(new, "path");
	int64_t before = json_integer_value(old_bytes), after = json_integer_value(new_bytes);
	bool over = json_is_true(json_object_get(new, "over"));

	if (json_is_null(new_bytes)) {
		if (json_is_null(old_bytes))
			return false;
		fprintf(out, "%s: was %" PRId64 ", is unknown now\n", name, before);
		return true;
	}
	if (json_is_null(old_bytes)) {
		fprintf(out, "%s: was unknown, is %" PRId64 " now", name, after);
	} else if (before != after) {
		fprintf(out, "%s: %" PRId64 " -> %" PRId64 " (%+" PRId64 ")", name, before, after, after - before);
	} else if (same_path(arena, old_path, new_path)) {
		return over;
	} else {
		fprintf(out, "%s: %" PRId64 ", by another path", name, after);
	}
	print_headroom(new, out);
	fputs(over ? ", OVER budget\n" : "\n", out);
	if (!same_path(arena, old_path, new_path)) {
		fputs("  was: ", out);
		print_path(arena, old_path, out);
		fputs("  now: ", out);
		print_path(arena, new_path, out);
	}
	return over || (!json_is_null(old_bytes) && after > before);
}

bool diff_print(struct arena *arena, const json_t *old, const json_t *new, FILE *out)
{
	const json_t *entry;
	bool worse = false;
	size_t index;

	json_array_foreach(json_object_get(new, "entries"), index, entry)
	{
		const json_t *before = find(old, entry), *bytes = json_object_get(entry, "bytes");

		if (before) {
			worse |= print_entry(arena, before, entry, out);
			continue;
		}
		fprintf(out, "%s: new", json_string_value(json_object_get(entry, "name")));
		if (json_is_integer(bytes))
			fprintf(out, ", %" PRId64, (int64_t)json_integer_value(bytes));
		else
			fputs(", unknown", out);
		print_headroom(entry, out);
		fputc('\n', out);
		worse |= json_is_null(bytes) || json_is_true(json_object_get(entry, "over"));
	}
	json_array_foreach(json_object_get(old, "entries"), index, entry)
	{
		if (!find(new, entry))
			fprintf(out, "%s: gone\n", json_string_value(json_object_get(entry, "name")));
	}
	return worse;
}
