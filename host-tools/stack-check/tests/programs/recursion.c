/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Recursion with a bound: work(7) makes 8 activations. expect: assumed slack: 64 config: {"recursion": {"descend": 8}}
 */
#include "common.h"

static NOINLINE int descend(int n)
{
	volatile char buffer[64];

	USE(buffer, n);
	if (n == 0)
		return buffer[0];
	return descend(n - 1) + buffer[n & 7];
}

NOINLINE int work(int n)
{
	return descend(n) + 1;
}
