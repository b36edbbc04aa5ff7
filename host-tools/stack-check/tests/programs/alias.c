/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Calls by aliases, which stack usage files have no rows for, and through a weak alias. expect: proved slack: 24 */
#include "common.h"

NOINLINE int target(int n)
{
	volatile char buffer[700];

	USE(buffer, n);
	return buffer[n & 7] + sink;
}

int other_name(int n) __attribute__((alias("target")));
int weak_name(int n) __attribute__((weak, alias("target")));

static NOINLINE int through(int n)
{
	return other_name(n) + 1;
}

NOINLINE int work(int n)
{
	return n & 1 ? through(n) + 1 : weak_name(n) + 2;
}
