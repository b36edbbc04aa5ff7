/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What is known of a register while a function runs: the abstract values of the frame analysis. */
#ifndef STACK_CHECK_VALUE_H
#define STACK_CHECK_VALUE_H

#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_NUMBER, /* any value in [low, high] that is a multiple of `multiple` */
	VALUE_STACK,  /* base + offset, offset in [low, high] */
	VALUE_LOADED, /* 8 bytes read from a table at address `low`, at an unknown index */
	VALUE_OFFSET, /* 4 signed bytes read from a table at address `low`, at an unknown index */
	VALUE_TARGET, /* table address `low` + VALUE_OFFSET of that table: where a switch goes */
	VALUE_FIELD,  /* 8 bytes read at displacement `low` of an object that is not known */
};

struct value {
	uint8_t kind;
	uint8_t base;	  /* VALUE_STACK: 0 is RSP at entry; others are aligned stack pointers of this function */
	int8_t residue;	  /* VALUE_STACK: offset modulo 16, or -1 when unknown */
	uint8_t multiple; /* VALUE_NUMBER: a power of two up to 64 that divides it */
	int64_t low, high;
	int64_t origin; /* VALUE_NUMBER: a constant it was made from by adding, perhaps an object's address; else 0 */
	bool walked;	/* it moves from its origin in a loop: it may have begun at an object's end */
};

#define VALUE_MIN INT64_MIN
#define VALUE_MAX INT64_MAX

struct value value_unknown(void);
struct value value_range(int64_t low, int64_t high);
struct value value_constant(int64_t number);
struct value value_address(int64_t address); /* a constant that is an origin */
struct value value_stack(uint8_t base, int64_t offset);
bool value_is_constant(const struct value *value);
bool value_is_unknown(const struct value *value);
bool value_equal(const struct value *a, const struct value *b);
/* A value that covers both. With `widen`, bounds that still move are given up. */
struct value value_join(const struct value *a, const struct value *b, bool widen);
struct value value_add(const struct value *a, const struct value *b);
struct value value_sub(const struct value *a, const struct value *b);
struct value value_and(const struct value *a, const struct value *b); /* not for stack pointers */
struct value value_shift_left(const struct value *a, unsigned int count);
struct value value_shift_right(const struct value *a, unsigned int count);
struct value value_multiply(const struct value *a, int64_t factor);
/* What remains of it in a 32-bit register */
struct value value_low_half(const struct value *a);

#endif
