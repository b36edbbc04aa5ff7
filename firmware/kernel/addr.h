/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Kinds of addresses that must not be confused, and arithmetic that cannot wrap. Ranges are [start, end). */
#ifndef KERNEL_ADDR_H
#define KERNEL_ADDR_H

#include "layout.h"

#include <stdbool.h>
#include <stdint.h>

/* A guest-physical address: what the guest, the host and page tables name. The C-bit is not part of it. */
struct gpa {
	uint64_t value;
};

/* A virtual address in a service's address space. Reached through user_memory.h only. */
struct uva {
	uint64_t value;
};

struct gpa_range {
	uint64_t start;
	uint64_t end;
};

static inline struct gpa gpa_of(uint64_t value)
{
	return (struct gpa){value};
}

static inline bool addr_is_aligned(uint64_t value, uint64_t size)
{
	return (value & (size - 1)) == 0;
}

static inline uint64_t addr_align_down(uint64_t value, uint64_t size)
{
	return value & ~(size - 1);
}

/* Rounds up; false when that wraps. */
static inline bool addr_align_up(uint64_t value, uint64_t size, uint64_t *out)
{
	if (__builtin_add_overflow(value, size - 1, out))
		return false;
	*out &= ~(size - 1);
	return true;
}

/* True when [start, start + size) lies in @range; false on wrap-around and for size 0. */
static inline bool gpa_range_contains(struct gpa_range range, uint64_t start, uint64_t size)
{
	uint64_t end;

	return size != 0 && !__builtin_add_overflow(start, size, &end) && start >= range.start && end <= range.end;
}

static inline bool gpa_range_overlaps(struct gpa_range a, struct gpa_range b)
{
	return a.start < b.end && b.start < a.end;
}

#endif
