/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Labels as values. expect: any slack: 24 */
#include "common.h"

static NOINLINE int deep(int n)
{
	volatile char buffer[480];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	static const void *const places[] = {&&zero, &&one, &&two, &&one};
	int sum = 0;

	goto *places[n & 3];
zero:
	sum += sink;
	return sum;
one:
	sum += deep(n) + 1;
	return sum + sink;
two:
	sum += sink * 3;
	return sum;
}
