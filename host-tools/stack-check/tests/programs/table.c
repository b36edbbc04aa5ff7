/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A constant table of functions. expect: proved slack: 24 */
#include "common.h"

static int small(int n)
{
	volatile char buffer[16];

	USE(buffer, n);
	return buffer[n & 7];
}

static int medium(int n)
{
	volatile char buffer[150];

	USE(buffer, n);
	return buffer[n & 7];
}

static int large(int n)
{
	volatile char buffer[900];

	USE(buffer, n);
	return buffer[n & 7];
}

/* Held by another table, which work never reads */
NOINLINE int unrelated(int n)
{
	volatile char buffer[5000];

	USE(buffer, n);
	return buffer[n & 7];
}

typedef int (*function)(int);
static const function table[] = {small, medium, large, small};
function hidden[] = {unrelated, small};

NOINLINE int work(int n)
{
	return table[n & 3](n) + 1;
}
