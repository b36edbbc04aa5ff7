/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A cold part, split off, that is the deep one, and a call that does not come back. expect: proved slack: 24 */
#include "common.h"

static NOINLINE __attribute__((noreturn)) void stop(void)
{
	for (;;)
		sink++;
}

static NOINLINE __attribute__((cold)) int complain(int n)
{
	volatile char buffer[512];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char buffer[64];

	USE(buffer, n);
	if (__builtin_expect(n == 5, 0))
		return complain(n) * complain(n + 1) + buffer[1];
	if (__builtin_expect(n > 100, 0))
		stop();
	return buffer[n & 7];
}
