/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Static functions of the same name in two files, of different size. expect: proved slack: 24 */
#include "common.h"

int other(int n);

static NOINLINE int helper(int n)
{
	volatile char small[40];

	USE(small, n);
	return small[n & 7];
}

NOINLINE int work(int n)
{
	return helper(n) + other(n) + 1;
}
