/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Registers and saved values at one point of a function, and what an instruction makes of them. */
#ifndef STACK_CHECK_FRAME_STATE_H
#define STACK_CHECK_FRAME_STATE_H

#include "decode.h"
#include "frame.h"
#include "value.h"

#define STATE_SLOTS 24
#define STATE_BASES 8

struct state_slot {
	int64_t offset;
	struct value value;
	uint8_t base;
};

struct state {
	struct value reg[REG_COUNT];
	struct state_slot slots[STATE_SLOTS];
	unsigned int slot_count;
};

/* What the base of a stack pointer stands for. Base 0 is RSP at entry. */
struct state_base {
	uint64_t address;	    /* of the instruction that made it */
	int64_t depth[ALIGN_MODES]; /* of the address it stands for; DEPTH_UNKNOWN */
	int64_t least;		    /* what of the depth is certain */
	uint32_t align;		    /* it is a multiple of this */
	bool other_stack;
};

struct state_bases {
	struct state_base base[STATE_BASES];
	unsigned int count;
	bool changed; /* a base turned out deeper after it was used: what was computed from it is stale */
};

/* Bases that were found in an earlier round stay. */
void state_enter(struct state *state, struct state_bases *bases);
/* Returns whether `into` changed. */
bool state_join(struct state *into, const struct state *from, bool widen);
int64_t state_depth(const struct state_bases *bases, const struct value *pointer, int mode);
/* The part of it that is certain */
int64_t state_least(const struct state_bases *bases, const struct value *pointer);
/* Address of a memory operand; `lowest` leaves an unknown index out, which counts upwards from there. */
struct value state_address(const struct state *state, const struct mem *mem, bool lowest);
/* Address of the table a memory operand reads at an unknown index; false when it is not that. */
/* `absolute`: displacements may be addresses, since the image is not position-independent. */
bool state_table(const struct state *state, const struct mem *mem, bool absolute, int64_t *table, bool *walked);
/* All instructions but calls, jumps and returns. `issue` is set when RSP is lost or grows without bound. */
void state_apply(struct state *state, struct state_bases *bases, const struct image *image, const struct insn *insn,
		 int *issue, bool *bounded);
/* Nothing is known any more of the registers in the mask. */
void state_clobber(struct state *state, uint32_t registers);
void state_clobber_call(struct state *state);

#endif
