/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame_code.h"

#include <stdlib.h>
#include <string.h>

#define INSNS_MAX 400000u
#define TABLE_MAX 4096u
#define NEAR_MAX (1u << 20)

static void forget(struct frame_code *code)
{
	struct frame_code kept = {
		.insns = code->insns,
		.insns_leader = code->insns_leader,
		.leader_of = code->leader_of,
		.insn_capacity = code->insn_capacity,
		.near = code->near,
		.near_capacity = code->near_capacity,
	};

	map_free(&code->far);
	map_free(&code->boundaries);
	*code = kept;
}

static void make_room(struct frame_code *code)
{
	uint64_t size = code->own_end - code->start;

	code->near_size = size < NEAR_MAX ? size : NEAR_MAX;
	if (code->near_size > code->near_capacity) {
		free(code->near);
		code->near_capacity = code->near_size * 2;
		code->near = malloc(code->near_capacity * sizeof(*code->near));
		if (!code->near)
			abort();
	}
	if (code->near_size)
		memset(code->near, 0, code->near_size * sizeof(*code->near));
}

void frame_code_start(struct frame_code *code, struct arena *arena, const struct image *image, uint64_t start)
{
	uint64_t first_extern = image->extern_count ? image->extern_next - image->extern_count * 16 : UINT64_MAX;

	forget(code);
	code->arena = arena;
	code->image = image;
	code->start = start;
	code->function = image_function_at(image, start);
	code->section = image_section_at(image, start);
	code->own_end = code->function && code->section ? image_next_start(image, code->function) : start;
	if (code->section && code->own_end > code->section->end)
		code->own_end = code->section->end;
	if (code->own_end > first_extern)
		code->own_end = start < first_extern ? first_extern : start;
	make_room(code);
	frame_code_add_root(code, start);
}

void frame_code_free(struct frame_code *code)
{
	free(code->insns);
	free(code->insns_leader);
	free(code->leader_of);
	free(code->near);
	map_free(&code->far);
	map_free(&code->boundaries);
}

void frame_code_add_root(struct frame_code *code, uint64_t address)
{
	for (size_t i = 0; i < code->root_count; i++) {
		if (code->roots[i] == address)
			return;
	}
	arena_push(code->arena, code->roots, code->root_count, address);
	code->rest_known = false;
}

uint32_t frame_code_index(const struct frame_code *code, uint64_t address)
{
	if (address - code->start < code->near_size)
		return code->near[address - code->start] - 1; /* none: MAP_NONE */
	return address ? map_get(&code->far, address) : MAP_NONE;
}

bool frame_code_is_other(const struct frame_code *code, uint64_t address)
{
	const struct image_function *function;

	if (address == code->start || (address > code->start && address < code->own_end))
		return false;
	if (image_extern(code->image, address))
		return true;
	function = image_function_at(code->image, address);
	return function && !function->label && !function->continuation;
}

bool frame_code_ends(const struct frame_code *code, const struct insn *insn, uint64_t next)
{
	const struct image_function *function;

	/* Compilers let no function run on into the next one: the call or halt before its end does not come back. */
	if (insn->op != OP_CALL && insn->op != OP_NOP && insn->op != OP_HALT)
		return false;
	function = code->function && insn->address >= code->start && insn->address < code->function->end
			   ? code->function
			   : image_function_covering(code->image, insn->address);
	return function && !function->label && function->sized && next == function->end;
}

static struct insn *append(struct frame_code *code)
{
	if (code->insn_count == code->insn_capacity) {
		uint32_t capacity = code->insn_capacity ? code->insn_capacity * 2 : 256;
		void *insns = realloc(code->insns, capacity * sizeof(*code->insns));
		void *leader = realloc(code->insns_leader, capacity * sizeof(bool));
		void *number = realloc(code->leader_of, capacity * sizeof(uint32_t));

		if (!insns || !leader || !number)
			abort();
		code->insns = insns;
		code->insns_leader = leader;
		code->leader_of = number;
		code->insn_capacity = capacity;
	}
	code->insns_leader[code->insn_count] = false;
	return &code->insns[code->insn_count++];
}

static const uint8_t *code_at(const struct frame_code *code, uint64_t address, size_t *left)
{
	const struct image_section *section = code->section;

	if (!section || address < section->start || address >= section->end)
		return image_code(code->image, address, left);
	*left = section->end - address;
	return section->code && section->bytes ? section->bytes + (address - section->start) : NULL;
}

static bool decode_at(struct frame_code *code, uint64_t address)
{
	struct insn *insn = append(code);
	const uint8_t *bytes;
	size_t left;

	bytes = code_at(code, address, &left);
	if (bytes) {
		decode_insn(bytes, left, address, insn);
	} else {
		memset(insn, 0, sizeof(*insn));
		insn->address = address;
		insn->op = OP_BAD;
	}
	if (address - code->start < code->near_size)
		code->near[address - code->start] = code->insn_count;
	else
		map_set(&code->far, address, code->insn_count - 1);
	return insn->op != OP_BAD;
}

static bool goes_on(const struct frame_code *code, const struct insn *insn)
{
	uint64_t next = insn->address + insn->length;

	return insn->op != OP_JUMP && insn->op != OP_RETURN && insn->op != OP_STOP &&
	       !frame_code_ends(code, insn, next) && !frame_code_is_other(code, next);
}

static void discover_from(struct frame_code *code, uint64_t root)
{
	uint64_t *pending = NULL, address = root;
	size_t count = 0;

	if (frame_code_index(code, root) != MAP_NONE)
		return;
	arena_push(code->arena, pending, count, root);
	while (count) {
		address = pending[--count];
		while (frame_code_index(code, address) == MAP_NONE) {
			const struct insn *insn;

			if (code->insn_count >= INSNS_MAX) {
				code->too_large = true;
				return;
			}
			if (!decode_at(code, address))
				break;
			insn = &code->insns[code->insn_count - 1];
			if (insn->target && (insn->op == OP_JUMP || insn->op == OP_BRANCH) &&
			    !frame_code_is_other(code, insn->target))
				arena_push(code->arena, pending, count, insn->target);
			if (!goes_on(code, insn))
				break;
			address = insn->address + insn->length;
		}
	}
}

static void mark_leader(struct frame_code *code, uint64_t address)
{
	uint32_t index = frame_code_index(code, address);

	if (index == MAP_NONE || code->insns_leader[index])
		return;
	code->insns_leader[index] = true;
	code->leader_of[index] = code->leader_count++;
}

void frame_code_discover(struct frame_code *code)
{
	for (size_t i = 0; i < code->root_count; i++)
		discover_from(code, code->roots[i]);
	for (size_t i = 0; i < code->root_count; i++)
		mark_leader(code, code->roots[i]);
	for (uint32_t i = 0; i < code->insn_count; i++) {
		if (code->insns[i].target && (code->insns[i].op == OP_JUMP || code->insns[i].op == OP_BRANCH))
			mark_leader(code, code->insns[i].target);
	}
	code->rest_known = false;
}

bool frame_code_rest(struct frame_code *code)
{
	uint64_t at;

	if (code->rest_known || !code->function || !code->function->sized || code->too_large)
		return code->rest_known && code->rest_count > 0;
	code->rest_known = true;
	code->rest_count = 0;
	code->rest = NULL;
	for (at = code->start; at < code->function->end;) {
		uint32_t index = frame_code_index(code, at);
		struct insn insn;
		const uint8_t *bytes;
		size_t left;

		if (index != MAP_NONE) {
			at += code->insns[index].length ? code->insns[index].length : 1;
			continue;
		}
		bytes = image_code(code->image, at, &left);
		if (!bytes)
			break;
		decode_insn(bytes, left, at, &insn);
		if (insn.op != OP_NOP && insn.op != OP_STOP && insn.op != OP_BAD) {
			arena_push(code->arena, code->rest, code->rest_count, at);
			/* One place a gap: what follows it is found from there. */
			while (at < code->function->end && frame_code_index(code, at) == MAP_NONE) {
				bytes = image_code(code->image, at, &left);
				decode_insn(bytes, left, at, &insn);
				at += insn.length;
				if (insn.op == OP_JUMP || insn.op == OP_RETURN || insn.op == OP_STOP ||
				    insn.op == OP_BAD)
					break;
			}
			continue;
		}
		at += insn.length;
	}
	code->rest_seen |= code->rest_count > 0;
	return code->rest_count > 0;
}

/* Decodes the whole function once, from its start to its end: where instructions begin, and which data they name */
static void sweep(struct frame_code *code)
{
	if (!code->function || code->boundaries.used)
		return;
	for (uint64_t at = code->start; at < code->function->end;) {
		size_t left;
		const uint8_t *bytes = image_code(code->image, at, &left);
		struct insn insn;

		if (!bytes)
			break;
		decode_insn(bytes, left, at, &insn);
		map_set(&code->boundaries, at, 0);
		at += insn.length;
		if (insn.mem.base == REG_NONE && !insn.mem.segment && insn.has_mem)
			arena_push(code->arena, code->data, code->data_count, (uint64_t)insn.mem.offset);
	}
}

/* A table ends where the next thing begins that the function names. */
static uint64_t table_limit(struct frame_code *code, uint64_t table)
{
	uint64_t limit = UINT64_MAX;

	sweep(code);
	for (size_t i = 0; i < code->data_count; i++) {
		if (code->data[i] > table && code->data[i] < limit)
			limit = code->data[i];
	}
	return limit;
}

/* A table read beyond its end gives numbers that lead into the midst of instructions. */
static bool is_boundary(struct frame_code *code, uint64_t address)
{
	sweep(code);
	return map_get(&code->boundaries, address) != MAP_NONE;
}

/* Whether a switch of this function can go there: into its own code, or a part of it placed elsewhere. */
static bool is_inside(struct frame_code *code, uint64_t address)
{
	const struct image_function *function = image_function_covering(code->image, address);

	if (code->function && address > code->start && address < code->function->end)
		return frame_code_index(code, address) != MAP_NONE || is_boundary(code, address);
	return function && (function->continuation || function == code->function) &&
	       frame_code_index(code, address) != MAP_NONE;
}

size_t frame_code_switch(struct frame_code *code, const struct value *value, uint64_t **targets)
{
	uint64_t table = (uint64_t)value->low, word, limit = table_limit(code, table);
	unsigned int width = value->kind == VALUE_TARGET ? 4 : 8;
	size_t count = 0;

	*targets = NULL;
	for (uint64_t i = 0; i < TABLE_MAX && table + width * (i + 1) <= limit; i++) {
		uint64_t target;

		if (value->kind == VALUE_TARGET) {
			if (!image_constant(code->image, table + 4 * i, 4, &word))
				break;
			target = table + (uint64_t)(int64_t)(int32_t)word;
		} else {
			if (!image_constant(code->image, table + 8 * i, 8, &word))
				break;
			target = word;
		}
		if (!is_inside(code, target))
			break;
		arena_push(code->arena, *targets, count, target);
	}
	/* No switch: a table of functions, each of which may be jumped to */
	if (!count && value->kind == VALUE_LOADED)
		frame_code_table(code, value, targets, &count);
	return count;
}

static void add_pointers(struct frame_code *code, const struct image_data *data, uint64_t **targets, size_t *count)
{
	uint64_t word;

	for (uint64_t at = (data->start + 7) & ~(uint64_t)7; at + 8 <= data->end; at += 8) {
		if (image_constant(code->image, at, 8, &word) && word &&
		    (image_function_at(code->image, word) || image_extern(code->image, word)))
			arena_push(code->arena, *targets, *count, word);
	}
}

/*
 * An index that starts at 1 lets the compiler start before the object, and a loop that runs backwards starts at its
 * end. An address inside, before or behind an object therefore takes in its neighbours.
 */
#define TABLE_BIAS 64u

bool frame_code_table(struct frame_code *code, const struct value *value, uint64_t **targets, size_t *count)
{
	uint64_t table = (uint64_t)value->low;
	const struct image_data *data = image_data_covering(code->image, table);
	const struct image_section *section = image_section_at(code->image, table);

	*targets = NULL;
	*count = 0;
	if (!section || !section->constant)
		return false;
	if (data)
		add_pointers(code, data, targets, count);
	if (data && data->start == table && *count && !value->walked)
		return true;
	for (uint64_t at = table + 8; at <= table + TABLE_BIAS; at += 8) {
		const struct image_data *next = image_data_covering(code->image, at);

		if (next && next->start == at)
			add_pointers(code, next, targets, count);
	}
	for (uint64_t at = table - 1; value->walked && at > table - TABLE_BIAS; at -= 8) {
		const struct image_data *before = image_data_covering(code->image, at);

		if (!before || before == data)
			continue;
		add_pointers(code, before, targets, count);
		break;
	}
	return *count > 0;
}
