/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Nothing bounds the recursion. expect: unknown */
#include "common.h"

NOINLINE int work(int n)
{
	volatile char buffer[64];

	USE(buffer, n);
	return n <= 0 ? 0 : work(n - 1) + buffer[n & 7];
}
