/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "image.h"

#include <stdlib.h>
#include <string.h>

static int by_start(const void *a, const void *b)
{
	const struct image_section *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static int data_order(const void *a, const void *b)
{
	const struct image_data *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end > y->end ? -1 : x->end < y->end; /* the larger first */
}

/* Same address: the preferred name first. Functions before labels, global before local, then by name. */
static int function_order(const void *a, const void *b)
{
	const struct image_function *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->label != y->label)
		return x->label ? 1 : -1;
	if (x->global != y->global)
		return x->global ? -1 : 1;
	if (strlen(x->name) != strlen(y->name))
		return strlen(x->name) < strlen(y->name) ? -1 : 1;
	return strcmp(x->name, y->name);
}

uint64_t image_add_extern(struct arena *arena, struct image *image, const char *name)
{
	uint64_t address;

	for (size_t i = 0; i < image->extern_count; i++) {
		if (strcmp(image->extern_names[i], name) == 0)
			return image->extern_next - (image->extern_count - i) * 16;
	}
	address = image->extern_next;
	map_set(&image->externs, address, (uint32_t)image->extern_count);
	arena_push(arena, image->extern_names, image->extern_count, name);
	image->extern_next += 16;
	return address;
}

void image_add_function(struct arena *arena, struct image *image, const struct image_builder_symbol *symbol)
{
	struct image_function function = {
		.start = symbol->address,
		.end = symbol->address + symbol->size,
		.name = symbol->name,
		.file = symbol->file,
		.object = symbol->object,
		.label = symbol->type == STT_NOTYPE,
		.ifunc = symbol->type == STT_GNU_IFUNC,
		.global = symbol->bind != STB_LOCAL,
		.sized = symbol->size > 0,
	};
	const char *cold = strstr(symbol->name, ".cold");

	/* GCC splits off "f.cold"; clang outlines "f.cold.1", which is called like any function. */
	function.continuation = cold && (cold[5] == '\0' || cold[5] == '.');
	if (symbol->address)
		arena_push(arena, image->functions, image->function_count, function);
}

/* Puts names of one address together and gives functions without size an end. */
static void merge_functions(struct arena *arena, struct image *image)
{
	size_t kept = 0;

	if (image->function_count)
		qsort(image->functions, image->function_count, sizeof(*image->functions), function_order);
	for (size_t i = 0; i < image->function_count; i++) {
		struct image_function *function = &image->functions[i];
		struct image_function *last = kept ? &image->functions[kept - 1] : NULL;

		if (!last || last->start != function->start) {
			image->functions[kept++] = *function;
			last = &image->functions[kept - 1];
		}
		arena_push(arena, last->aliases, last->alias_count, function->name);
		if (function->end > last->end) {
			last->end = function->end;
			last->sized = true;
		}
		last->ifunc |= function->ifunc;
		last->continuation &= function->continuation;
		if (!last->file)
			last->file = function->file;
	}
	image->function_count = kept;
	for (size_t i = 0; i < kept; i++) {
		struct image_function *function = &image->functions[i];
		const struct image_section *section = image_section_at(image, function->start);
		uint64_t limit = section ? section->end : function->start;

		if (!function->sized) {
			function->end = i + 1 < kept && image->functions[i + 1].start < limit
						? image->functions[i + 1].start
						: limit;
		} else if (function->end > limit || function->end < function->start) {
			function->end = limit;
		}
		map_set(&image->function_at, function->start, (uint32_t)i);
	}
}

void image_finish(struct arena *arena, struct image *image)
{
	if (image->section_count)
		qsort(image->sections, image->section_count, sizeof(*image->sections), by_start);
	if (image->data_count)
		qsort(image->data, image->data_count, sizeof(*image->data), data_order);
	merge_functions(arena, image);
}

void image_free(struct image *image)
{
	map_free(&image->function_at);
	map_free(&image->externs);
	map_free(&image->exports);
}

const struct image_section *image_section_at(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->section_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (image->sections[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < image->section_count && image->sections[low].start <= address ? &image->sections[low] : NULL;
}

const uint8_t *image_code(const struct image *image, uint64_t address, size_t *left)
{
	const struct image_section *section = image_section_at(image, address);

	if (!section || !section->code || !section->bytes)
		return NULL;
	*left = section->end - address;
	return section->bytes + (address - section->start);
}

struct image_function *image_function_at(const struct image *image, uint64_t address)
{
	uint32_t index = address ? map_get(&image->function_at, address) : MAP_NONE;

	return index == MAP_NONE ? NULL : &image->functions[index];
}

uint64_t image_next_start(const struct image *image, const struct image_function *function)
{
	size_t next = (size_t)(function - image->functions) + 1;

	return next < image->function_count ? image->functions[next].start : UINT64_MAX;
}

struct image_function *image_function_covering(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->function_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (image->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Labels inside a function end early; look a little further back for one that covers the address. */
	for (size_t back = 0; back < 64 && back < low; back++) {
		if (address < image->functions[low - 1 - back].end)
			return &image->functions[low - 1 - back];
	}
	return NULL;
}

const struct image_data *image_data_covering(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->data_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (image->data[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t back = 0; back < 16 && back < low; back++) {
		if (address < image->data[low - 1 - back].end)
			return &image->data[low - 1 - back];
	}
	return NULL;
}

bool image_constant(const struct image *image, uint64_t address, unsigned int size, uint64_t *value)
{
	const struct image_section *section = image_section_at(image, address);

	if (!section || !section->constant || !section->bytes || section->end - address < size)
		return false;
	*value = 0;
	memcpy(value, section->bytes + (address - section->start), size);
	return true;
}

const char *image_extern(const struct image *image, uint64_t address)
{
	uint32_t index = address ? map_get(&image->externs, address) : MAP_NONE;

	return index == MAP_NONE ? NULL : image->extern_names[index];
}

uint64_t image_export(const struct image *image, const char *name)
{
	uint32_t index = map_get(&image->exports, map_hash(name));

	return index != MAP_NONE && strcmp(image->exported[index].name, name) == 0 ? image->exported[index].address : 0;
}
