/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Constant tables walked through, forwards and backwards. expect: proved slack: 24 */
#include "common.h"

typedef int (*function)(int);

static int small(int n)
{
	return sink + n;
}

static int large(int n)
{
	volatile char buffer[640];

	USE(buffer, n);
	return buffer[n & 7];
}

static int larger(int n)
{
	volatile char buffer[800];

	USE(buffer, n);
	return buffer[n & 7];
}

static const function first[] = {small, larger, small, small, small, small, small, small, small};
static const function second[] = {small, small, large, small, small, small, small, small, small};

static NOINLINE int forwards(int n)
{
	int sum = 0;

	for (int i = 0; i < 9; i++)
		sum += second[i](n);
	return sum;
}

static NOINLINE int backwards(int n)
{
	int sum = 0;

	for (int i = 8; i >= 0; i--)
		sum += first[i](n);
	return sum;
}

NOINLINE int work(int n)
{
	return forwards(n) + backwards(n) + 1;
}
