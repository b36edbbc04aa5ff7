/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "lookup.h"

#include "address_taken.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_DEPTH_MAX 4 /* tables of tables */

const char *lookup_source_file(const struct evidence *evidence, const struct image *image,
			       const struct image_function *function)
{
	const char *file = NULL;

	if (function->file && strcmp(function->file, "<artificial>") != 0 && !strstr(function->file, "ltrans"))
		return function->file;
	for (size_t i = 0; i < function->alias_count; i++) {
		const struct usage *row = evidence_usage(evidence, function->aliases[i]);

		for (; row; row = evidence_next(evidence, row)) {
			if (file && strcmp(file, row->file) != 0)
				return image->name;
			file = row->file;
		}
	}
	return file ? file : function->object ? function->object : image->name;
}

void lookup_functions(struct arena *arena, const struct evidence *evidence, const struct image *image, const char *name,
		      enum name_match wanted, uint64_t **targets, size_t *count)
{
	for (size_t f = 0; f < image->function_count; f++) {
		const struct image_function *function = &image->functions[f];
		const char *file = lookup_source_file(evidence, image, function);
		bool match = false;

		for (size_t a = 0; a < function->alias_count; a++)
			match |= name_matches(name, function->aliases[a], file) >= wanted;
		if (match && !function->continuation)
			arena_push(arena, *targets, *count, function->start);
	}
}

struct table {
	struct arena *arena;
	const struct image *image;
	int64_t field; /* the one wanted, or -1 for all */
	uint64_t **targets;
	size_t *count;
};

static void add_function(void *context, uint64_t offset, uint64_t target)
{
	struct table *table = context;

	if (table->field >= 0 && (uint64_t)table->field != offset)
		return;
	for (size_t i = 0; i < *table->count; i++) {
		if ((*table->targets)[i] == target)
			return;
	}
	arena_push(table->arena, *table->targets, *table->count, target);
}

/* Functions of the objects that `data` points to, `depth` tables further */
static void add_table(struct table *table, const struct image_data *data, unsigned int depth)
{
	const struct image_section *section = image_section_at(table->image, data->start);
	uint64_t word;

	if (!depth) {
		address_taken_in_data(table->image, data, add_function, table);
		return;
	}
	if (!section || !section->bytes || data->end > section->end)
		return;
	for (uint64_t at = data->start; at + 8 <= data->end; at += 8) {
		const struct image_data *next;

		memcpy(&word, section->bytes + (at - section->start), 8);
		next = word ? image_data_covering(table->image, word) : NULL;
		if (next && next->start == word)
			add_table(table, next, depth - 1);
	}
}

/*
 * "name[]", "name[][]": the number of brackets; 0 when there are none. `field`: what one pair of brackets holds, an
 * offset or ".", which leaves it as it is; -1 for all.
 */
static unsigned int brackets(const char *name, size_t *length, int64_t *field)
{
	const char *open = strrchr(name, '['), *last = strrchr(name, ']');
	unsigned int count = 0;
	char *end;

	*length = strlen(name);
	if (!open || !last || last[1] || last < open || open == name)
		return 0;
	if (strcmp(open, "[.]") != 0 && strcmp(open, "[]") != 0) {
		*field = strtoll(open + 1, &end, 0);
		if (end != last || *field < 0)
			return 0;
	}
	if (strcmp(open, "[]") != 0) {
		*length = (size_t)(open - name);
		return 1;
	}
	*field = -1;
	while (*length > 2 && strncmp(name + *length - 2, "[]", 2) == 0) {
		*length -= 2;
		count++;
	}
	return count;
}

bool lookup_has_table(const char *const *names, size_t count)
{
	size_t length;
	int64_t field = -1;

	for (size_t i = 0; i < count; i++) {
		if (brackets(names[i], &length, &field))
			return true;
	}
	return false;
}

bool lookup_callees(struct arena *arena, const struct evidence *evidence, const struct image *image, const char *name,
		    int64_t field, uint64_t **targets, size_t *count)
{
	struct table table = {.arena = arena, .image = image, .field = field, .targets = targets, .count = count};
	size_t before = *count, length;
	unsigned int depth = brackets(name, &length, &table.field);
	bool found = false;

	if (depth) {
		name = arena_string(arena, name, length);
		for (size_t i = 0; i < image->data_count && depth <= TABLE_DEPTH_MAX; i++) {
			if (name_matches(name, image->data[i].name, image->data[i].file) == NAME_DIFFERS)
				continue;
			add_table(&table, &image->data[i], depth - 1);
			found = true;
		}
		return found; /* a null pointer in it is called by nobody */
	}
	for (int wanted = NAME_EXACT; wanted >= NAME_CLONE && *count == before; wanted--) {
		lookup_functions(arena, evidence, image, name, (enum name_match)wanted, targets, count);
		for (size_t e = 0; wanted == NAME_EXACT && e < image->extern_count; e++) {
			if (strcmp(image->extern_names[e], name) == 0)
				arena_push(arena, *targets, *count,
					   image->extern_next - (image->extern_count - e) * 16);
		}
	}
	return *count > before;
}
