/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "common.h"

int other(int n);

static NOINLINE int helper(int n)
{
	volatile char large[700];

	USE(large, n);
	return large[n & 7];
}

NOINLINE int other(int n)
{
	return helper(n + 1) + 1;
}
