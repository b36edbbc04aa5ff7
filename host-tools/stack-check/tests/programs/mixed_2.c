/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "common.h"

int hook(int n);
int other(int n);

static NOINLINE int helper(int n)
{
	volatile char buffer[280];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int hook(int n)
{
	volatile char buffer[320];

	USE(buffer, n);
	return helper(n) + buffer[n & 7];
}

NOINLINE int other(int n)
{
	return helper(n);
}
