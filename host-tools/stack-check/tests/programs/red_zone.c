/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A leaf that uses the red zone. expect: proved slack: 32 */
#include "common.h"

static NOINLINE int leaf(int n)
{
	volatile char buffer[96];

	for (int i = 0; i < 96; i++)
		buffer[i] = (char)n;
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char buffer[60];

	USE(buffer, n);
	return leaf(n) + buffer[n & 7];
}
