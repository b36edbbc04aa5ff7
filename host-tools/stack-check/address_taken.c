/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "address_taken.h"

#include "decode.h"

#include <stdlib.h>
#include <string.h>

struct collector {
	struct arena *arena;
	const struct image *image;
	struct map seen;
	uint64_t *addresses;
	size_t count;
};

/* The C runtime's start-up code: it runs before and after the program, and hands nothing of its own to it. */
static bool is_startup(const struct image *image, const struct image_function *function)
{
	static const char *const names[] = {
		"_start",
		"_init",
		"_fini",
		"deregister_tm_clones",
		"register_tm_clones",
		"frame_dummy",
		"__do_global_dtors_aux",
		"__libc_csu_init",
		"__libc_csu_fini",
	};

	if (!image->linked)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(function->name, names[i]) == 0)
			return true;
	}
	return false;
}

static bool is_function(const struct image *image, uint64_t address)
{
	const struct image_function *function = image_function_at(image, address);

	return (function && !function->continuation && !is_startup(image, function)) || image_extern(image, address);
}

/*
 * Symbols without type are functions of assembly, but also tables in code and bounds that a linker script defines:
 * taken for functions where data points to them, or where they are public and their section holds more than them.
 */
static bool is_label_called(const struct image *image, uint64_t address, bool by_data)
{
	const struct image_function *function = image_function_at(image, address);
	const struct image_section *section = image_section_at(image, address);

	if (!function || !function->label || by_data)
		return true;
	return function->global && section && address != section->start && strcmp(section->name, ".rodata") != 0;
}

static void collect(struct collector *collector, uint64_t address, bool by_data)
{
	if (!address || !is_function(collector->image, address) ||
	    !is_label_called(collector->image, address, by_data) || map_get(&collector->seen, address) != MAP_NONE)
		return;
	map_set(&collector->seen, address, 0);
	arena_push(collector->arena, collector->addresses, collector->count, address);
}

static void scan_code(struct collector *collector, const struct image_function *function)
{
	const struct image *image = collector->image;

	for (uint64_t at = function->start; at < function->end;) {
		size_t left;
		const uint8_t *bytes = image_code(image, at, &left);
		struct insn insn;
		uint64_t word;

		if (!bytes)
			return;
		decode_insn(bytes, left, at, &insn);
		at += insn.length;
		if (insn.use_imm && !image->relocatable)
			collect(collector, (uint64_t)insn.imm, false);
		if (!insn.has_mem || insn.mem.base != REG_NONE || insn.mem.index != REG_NONE || insn.mem.segment)
			continue;
		if (insn.op == OP_LEA)
			collect(collector, (uint64_t)insn.mem.offset, false);
		else if (insn.op != OP_CALL && insn.op != OP_JUMP && insn.mem_read &&
			 image_constant(image, (uint64_t)insn.mem.offset, 8, &word))
			collect(collector, word, false);
	}
}

/* Data the program itself can read function pointers from */
static bool is_data(const struct image_section *section)
{
	static const char *const not_data[] = {".got", ".got.plt", ".eh_frame", ".eh_frame_hdr", ".dynsym", ".dynamic"};

	for (size_t i = 0; i < sizeof(not_data) / sizeof(not_data[0]); i++) {
		if (strcmp(section->name, not_data[i]) == 0)
			return false;
	}
	return section->bytes && !section->startup && strncmp(section->name, ".rela", 5) != 0;
}

static void scan_pointers(struct collector *collector)
{
	const struct image *image = collector->image;

	for (size_t i = 0; i < image->pointer_count; i++) {
		uint64_t at = image->pointers[i], word;
		const struct image_section *section = image_section_at(image, at);

		if (!section || !is_data(section) || section->end - at < 8)
			continue;
		memcpy(&word, section->bytes + (at - section->start), 8);
		collect(collector, word, true);
	}
}

static void scan_data(struct collector *collector, const struct image_section *section)
{
	uint64_t size = section->end - section->start, word;

	if (!is_data(section))
		return;
	/* Packed structures hold pointers anywhere; tables between functions are aligned. */
	for (uint64_t at = 0; at + 8 <= size; at += section->code ? 8 : 1) {
		memcpy(&word, section->bytes + at, 8);
		if (word)
			collect(collector, word, true);
	}
}

static int order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void address_taken(struct arena *arena, const struct image *image, uint64_t **addresses, size_t *count)
{
	struct collector collector = {.arena = arena, .image = image};

	for (size_t i = 0; i < image->function_count; i++) {
		if (!is_startup(image, &image->functions[i]))
			scan_code(&collector, &image->functions[i]);
	}
	scan_pointers(&collector);
	for (size_t i = 0; i < image->section_count && !image->relocatable; i++)
		scan_data(&collector, &image->sections[i]);
	if (collector.count)
		qsort(collector.addresses, collector.count, sizeof(uint64_t), order);
	*addresses = collector.addresses;
	*count = collector.count;
	map_free(&collector.seen);
}

void address_taken_in_data(const struct image *image, const struct image_data *data,
			   void (*each)(void *context, uint64_t offset, uint64_t target), void *context)
{
	const struct image_section *section = image_section_at(image, data->start);
	uint64_t word;

	if (!section || !section->bytes || data->end > section->end)
		return;
	for (uint64_t at = data->start; at + 8 <= data->end; at += 8) {
		memcpy(&word, section->bytes + (at - section->start), 8);
		if (word && is_function(image, word))
			each(context, at - data->start, word);
	}
}
