/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "user_memory.h"

#include "address_space.h"
#include "cpu.h"
#include "window.h"

static bool in_user_half(struct uva at, uint64_t size)
{
	return gpa_range_contains((struct gpa_range){0, ADDRESS_SPACE_END}, at.value, size);
}

static bool copy(void *to, const void *from, uint64_t size)
{
	uint64_t left;

	cpu_stac();
	left = copy_faultable(to, from, size);
	cpu_clac();
	return left == 0;
}

bool user_memory_read(void *to, struct uva from, uint64_t size)
{
	return size == 0 || (in_user_half(from, size) && copy(to, (const void *)from.value, size));
}

bool user_memory_write(struct uva to, const void *from, uint64_t size)
{
	return size == 0 || (in_user_half(to, size) && copy((void *)to.value, from, size));
}
