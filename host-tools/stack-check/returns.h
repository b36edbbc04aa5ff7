/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Which functions never come back to their caller. What follows a call to one is not reached. */
#ifndef STACK_CHECK_RETURNS_H
#define STACK_CHECK_RETURNS_H

#include "image.h"

struct returns {
	const struct image *image;
	struct map known; /* address -> 0 returns, 1 never does, 2 being looked at */
};

bool returns_never(struct returns *returns, uint64_t target);
/* By name alone, for functions without code. */
bool returns_never_by_name(const char *name);

#endif
