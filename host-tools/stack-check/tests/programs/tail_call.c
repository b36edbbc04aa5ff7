/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A large frame is gone before the tail call. expect: proved slack: 24 */
#include "common.h"

static NOINLINE int last(int n)
{
	volatile char buffer[300];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char buffer[500];

	USE(buffer, n);
	n += buffer[n & 7];
	return last(n);
}
