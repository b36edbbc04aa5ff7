/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Functions that the compiler splits and specializes. expect: proved slack: 24 */
#include "common.h"

struct big {
	int numbers[10];
};

static NOINLINE int part(const struct big *big, int unused, int n)
{
	volatile char buffer[222];

	(void)unused;
	USE(buffer, n);
	return buffer[n & 7] + big->numbers[2];
}

static NOINLINE int twice(struct big *big, int n, int factor)
{
	volatile char buffer[100];

	USE(buffer, n * factor);
	return part(big, 7, n) + part(big, 7, n + 1) + buffer[n & 7];
}

NOINLINE int work(int n)
{
	struct big big = {{n, n, n}};

	return twice(&big, n, 3) + twice(&big, n + 1, 3);
}
