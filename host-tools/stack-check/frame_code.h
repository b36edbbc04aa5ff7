/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The instructions of one function: found by following jumps, also into parts that the compiler placed elsewhere. */
#ifndef STACK_CHECK_FRAME_CODE_H
#define STACK_CHECK_FRAME_CODE_H

#include "decode.h"
#include "image.h"
#include "value.h"

struct frame_code {
	struct arena *arena;
	const struct image *image;
	uint64_t start;
	const struct image_function *function; /* that starts here, or NULL */
	const struct image_section *section;   /* that `start` is in, or NULL */
	uint64_t own_end;		       /* [start, own_end): no other function starts there */
	struct insn *insns;
	bool *insns_leader;  /* control comes here from elsewhere */
	uint32_t *leader_of; /* number of a leader */
	uint32_t insn_count, insn_capacity, leader_count;
	uint32_t *near; /* instruction + 1 at each byte of [start, start + near_size) */
	size_t near_size, near_capacity;
	struct map far; /* address -> instruction, elsewhere */
	uint64_t *roots;
	size_t root_count;
	uint64_t *rest; /* see frame_code_rest */
	size_t rest_count;
	bool too_large, rest_known;
	uint64_t *data; /* addresses that instructions name: where tables begin */
	size_t data_count;
	struct map boundaries; /* where instructions begin when the function is decoded from its start to its end */
	bool rest_seen;	       /* there were such places in some round */
};

/* `code` is zeroed, or was used for another function: its memory is used again. */
void frame_code_start(struct frame_code *code, struct arena *arena, const struct image *image, uint64_t start);
void frame_code_free(struct frame_code *code);
void frame_code_add_root(struct frame_code *code, uint64_t address);
/* Decodes what can be reached from the roots by direct jumps. */
void frame_code_discover(struct frame_code *code);
uint32_t frame_code_index(const struct frame_code *code, uint64_t address);
/* Whether a jump to `address` leaves for another function. */
bool frame_code_is_other(const struct frame_code *code, uint64_t address);
/* Whether control does not go on behind `insn`, since the function's code ends there. */
bool frame_code_ends(const struct frame_code *code, const struct insn *insn, uint64_t next);
/* Places in the function's own range that nothing found so far leads to, in `rest`; false when there are none. */
bool frame_code_rest(struct frame_code *code);
/* Where a jump through a table goes: VALUE_TARGET or VALUE_LOADED. */
size_t frame_code_switch(struct frame_code *code, const struct value *value, uint64_t **targets);
/* Function pointers in the constant object a VALUE_LOADED was read from; false when that object is not known. */
bool frame_code_table(struct frame_code *code, const struct value *value, uint64_t **targets, size_t *count);

#endif
