/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A function pointer as an argument. expect: proved slack: 24 */
#include "common.h"

typedef int (*function)(int);

static int shallow(int n)
{
	return sink + n;
}

static int deep(int n)
{
	volatile char buffer[333];

	USE(buffer, n);
	return buffer[n & 7];
}

static NOINLINE int apply(function f, int n)
{
	return f(n) + 1;
}

NOINLINE int work(int n)
{
	return apply(n & 1 ? deep : shallow, n) + 1;
}
