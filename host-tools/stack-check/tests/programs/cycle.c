/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Two functions that call each other; each is active four times. expect: assumed slack: 250
   config: {"recursion": {"ping -> pong -> ping": 4}} */
#include "common.h"

static int pong(int n);

static NOINLINE int ping(int n)
{
	volatile char buffer[200];

	USE(buffer, n);
	return n <= 0 ? 0 : pong(n - 1) + buffer[n & 7];
}

static NOINLINE int pong(int n)
{
	volatile char buffer[40];

	USE(buffer, n);
	return n <= 0 ? 0 : ping(n - 1) + buffer[n & 7];
}

NOINLINE int work(int n)
{
	return ping(n) + 1;
}
