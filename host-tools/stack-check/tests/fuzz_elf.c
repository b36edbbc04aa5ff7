/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* libFuzzer target: an ELF file or archive, read and analyzed from a few of its functions. */
#include "analysis.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t some_entries(const struct object *objects, size_t count, const char **names, size_t found)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < objects[i].symbol_count && found < ENTRIES_MAX; s++) {
			if (objects[i].symbols[s].type == 2 /* STT_FUNC */ && *objects[i].symbols[s].name)
				names[found++] = objects[i].symbols[s].name;
		}
	}
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {.blocks = NULL};
	const char *entries[ENTRIES_MAX];
	struct analysis analysis;
	struct error error;
	char *copy = malloc(size + 1);
	size_t count;

	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	analysis_init(&analysis, &arena);
	if (input_add_bytes(&analysis.input, "fuzz", copy, size, true, &error) &&
	    analysis_read_notes(&analysis, &error)) {
		count = some_entries(analysis.input.linked, analysis.input.linked_count, entries, 0);
		count = some_entries(analysis.input.objects, analysis.input.object_count, entries, count);
		if (!analysis_run(&analysis, entries, count, -1, &error) && !*error.text)
			__builtin_trap();
	}
	analysis_free(&analysis);
	arena_free(&arena);
	free(copy);
	return 0;
}
