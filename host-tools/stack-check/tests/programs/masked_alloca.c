/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* An allocation whose size a mask bounds. expect: any slack: 160 config: {"frames": {"work": 400}} */
#include "common.h"

static NOINLINE int fill(volatile char *buffer, int n)
{
	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char *buffer = __builtin_alloca((unsigned int)(n << 5) & 0xff);

	return fill(buffer, n) + 1;
}
