/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "value.h"

#include <stddef.h>

#define MULTIPLE_MAX 64

static uint8_t multiple_of(int64_t number)
{
	uint64_t lowest = (uint64_t)number & -(uint64_t)number;

	return lowest == 0 || lowest > MULTIPLE_MAX ? MULTIPLE_MAX : (uint8_t)lowest;
}

static uint8_t smaller(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

struct value value_unknown(void)
{
	return (struct value){.kind = VALUE_NUMBER, .multiple = 1, .low = VALUE_MIN, .high = VALUE_MAX};
}

struct value value_range(int64_t low, int64_t high)
{
	return (struct value){.kind = VALUE_NUMBER, .multiple = 1, .low = low, .high = high};
}

struct value value_constant(int64_t number)
{
	return (struct value){.kind = VALUE_NUMBER, .multiple = multiple_of(number), .low = number, .high = number};
}

struct value value_address(int64_t address)
{
	struct value result = value_constant(address);

	result.origin = address;
	return result;
}

struct value value_stack(uint8_t base, int64_t offset)
{
	return (struct value){.kind = VALUE_STACK,
			      .base = base,
			      .residue = (int8_t)((uint64_t)offset % 16),
			      .low = offset,
			      .high = offset};
}

bool value_is_constant(const struct value *value)
{
	return value->kind == VALUE_NUMBER && value->low == value->high;
}

bool value_is_unknown(const struct value *value)
{
	return value->kind == VALUE_NUMBER && value->low == VALUE_MIN && value->high == VALUE_MAX && !value->origin;
}

bool value_equal(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->base == b->base && a->residue == b->residue && a->multiple == b->multiple &&
	       a->low == b->low && a->high == b->high && a->origin == b->origin && a->walked == b->walked;
}

struct value value_join(const struct value *a, const struct value *b, bool widen)
{
	struct value result = *a;

	if (a->kind != b->kind)
		return value_unknown();
	if (a->kind == VALUE_STACK && a->base != b->base)
		return value_unknown();
	if (a->kind >= VALUE_LOADED) {
		result.walked |= b->walked;
		return a->low == b->low ? result : value_unknown();
	}
	if (b->low < a->low)
		result.low = widen ? VALUE_MIN : b->low;
	if (b->high > a->high)
		result.high = widen ? VALUE_MAX : b->high;
	if (a->kind == VALUE_STACK && a->residue != b->residue)
		result.residue = -1;
	if (a->origin != b->origin)
		result.origin = 0;
	result.walked = result.origin && (a->walked || b->walked || a->low != b->low || a->high != b->high);
	if (a->kind == VALUE_NUMBER)
		result.multiple = smaller(a->multiple, b->multiple);
	return result;
}

/* Bounds at the ends of the range stand for "any"; sums that leave the range too. */
static int64_t sum(int64_t a, int64_t b, int64_t unlimited)
{
	int64_t result;

	if (a == VALUE_MIN || a == VALUE_MAX || b == VALUE_MIN || b == VALUE_MAX ||
	    __builtin_add_overflow(a, b, &result))
		return unlimited;
	return result;
}

static int8_t residue_plus(int8_t residue, const struct value *number, bool minus)
{
	int64_t by = minus ? -(number->low % 16) : number->low % 16;

	if (residue < 0)
		return -1;
	if (number->multiple >= 16)
		return residue;
	if (number->low != number->high)
		return -1;
	return (int8_t)((uint64_t)(residue + by) % 16);
}

static struct value number_sum(const struct value *a, int64_t low, int64_t high, uint8_t multiple)
{
	struct value result = {.kind = VALUE_NUMBER, .multiple = multiple};

	result.low = sum(a->low, low, VALUE_MIN);
	result.high = sum(a->high, high, VALUE_MAX);
	if (a->low == a->high && low == high) { /* constants wrap as the processor's do */
		result.low = result.high = (int64_t)((uint64_t)a->low + (uint64_t)low);
		result.multiple = multiple_of(result.low);
	} else if (result.low == VALUE_MIN || result.high == VALUE_MAX) {
		result.low = VALUE_MIN;
		result.high = VALUE_MAX;
	}
	return result;
}

/* Smaller numbers are offsets; no program has its data there. */
static bool is_address(int64_t number)
{
	return number >= 0x1000 || number < -0x10000000;
}

static int64_t origin(const struct value *number)
{
	return number->origin || !value_is_constant(number) ? number->origin : number->low;
}

struct value value_add(const struct value *a, const struct value *b)
{
	const struct value *from;
	struct value result;

	if (a->kind != VALUE_STACK && b->kind == VALUE_STACK)
		return value_add(b, a);
	if (a->kind == VALUE_OFFSET && value_is_constant(b) && b->low == a->low)
		return (struct value){.kind = VALUE_TARGET, .low = a->low, .high = a->low};
	if (b->kind == VALUE_OFFSET && value_is_constant(a))
		return value_add(b, a);
	if (b->kind != VALUE_NUMBER || a->kind > VALUE_STACK)
		return value_unknown();
	if (a->kind == VALUE_STACK) {
		result = *a;
		if (a->low != VALUE_MIN || !value_is_constant(b))
			result.low = sum(a->low, b->low, VALUE_MIN);
		result.high = sum(a->high, b->high, VALUE_MAX);
		result.residue = residue_plus(a->residue, b, false);
		return result;
	}
	result = number_sum(a, b->low, b->high, smaller(a->multiple, b->multiple));
	from = is_address(origin(a)) ? a : is_address(origin(b)) ? b : NULL;
	if (from && (!value_is_constant(&result) || from->origin)) {
		result.origin = origin(from);
		result.walked = from->walked;
	}
	return result;
}

static int64_t negate(int64_t a)
{
	if (a == VALUE_MIN)
		return VALUE_MAX;
	return a == VALUE_MAX ? VALUE_MIN : -a;
}

struct value value_sub(const struct value *a, const struct value *b)
{
	if (b->kind != VALUE_NUMBER || a->kind > VALUE_STACK)
		return value_unknown();
	if (a->kind == VALUE_STACK) {
		struct value result = *a;

		result.low = sum(a->low, negate(b->high), VALUE_MIN);
		result.high = sum(a->high, negate(b->low), VALUE_MAX);
		result.residue = residue_plus(a->residue, b, true);
		return result;
	}
	if (value_is_constant(a) && value_is_constant(b))
		return value_constant((int64_t)((uint64_t)a->low - (uint64_t)b->low));
	return number_sum(a, negate(b->high), negate(b->low), smaller(a->multiple, b->multiple));
}

struct value value_and(const struct value *a, const struct value *b)
{
	struct value result = value_unknown();

	if (a->kind != VALUE_NUMBER || b->kind != VALUE_NUMBER)
		return result;
	if (value_is_constant(a) && value_is_constant(b))
		return value_constant(a->low & b->low);
	if (value_is_constant(a))
		return value_and(b, a);
	if (value_is_constant(b) && b->low >= 0) {
		result.low = 0;
		result.high = a->low >= 0 && a->high < b->low ? a->high : b->low;
	} else if (a->low >= 0) {
		result.low = 0;
		result.high = a->high;
	}
	if (value_is_constant(b))
		result.multiple = a->multiple > b->multiple ? a->multiple : b->multiple;
	return result;
}

struct value value_shift_left(const struct value *a, unsigned int count)
{
	return count < 32 ? value_multiply(a, (int64_t)1 << count) : value_unknown();
}

struct value value_shift_right(const struct value *a, unsigned int count)
{
	if (a->kind != VALUE_NUMBER || a->low < 0 || count > 63)
		return count > 0 && count < 64 ? value_range(0, (int64_t)(UINT64_MAX >> count)) : value_unknown();
	return value_range(a->low >> count, a->high >> count);
}

struct value value_multiply(const struct value *a, int64_t factor)
{
	struct value result = value_unknown();
	int64_t low, high;

	if (a->kind != VALUE_NUMBER || factor < 0)
		return result;
	if (!__builtin_mul_overflow(a->low, factor, &low) && !__builtin_mul_overflow(a->high, factor, &high)) {
		result.low = low;
		result.high = high;
	}
	result.multiple = multiple_of((int64_t)a->multiple * (int64_t)multiple_of(factor));
	return result;
}

struct value value_low_half(const struct value *a)
{
	struct value result = value_range(0, UINT32_MAX);

	if (value_is_constant(a) && a->low >= 0 && a->low <= UINT32_MAX)
		return *a;
	if (a->kind == VALUE_NUMBER) {
		result.multiple = a->multiple > 32 ? 32 : a->multiple;
		if (a->low >= 0 && a->high <= UINT32_MAX) {
			result.low = a->low;
			result.high = a->high;
		} else if (value_is_constant(a)) {
			return value_constant((int64_t)(uint32_t)a->low);
		}
	}
	/* A 4-byte table entry stays one until it is sign-extended. */
	return a->kind == VALUE_OFFSET ? *a : result;
}
