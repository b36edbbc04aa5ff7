/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Everything at once. expect: assumed slack: 330
   config: {"recursion": {"descend": 8}, "frames": {"variable": 700}} */
#include "common.h"

int asm_caller(int n);
int other(int n);
int called_by_asm(int n);

typedef int (*function)(int);

__attribute__((weak)) NOINLINE int hook(int n)
{
	return n;
}

static NOINLINE int helper(int n)
{
	volatile char buffer[24];

	USE(buffer, n);
	return buffer[n & 7];
}

static NOINLINE int variable(int n)
{
	volatile char buffer[n * 60 + 8];

	USE(buffer, n);
	return hook(n) + helper(n) + buffer[n & 7];
}

static int by_table(int n)
{
	return variable(n) + 1;
}

static const function table[] = {helper, by_table};

static NOINLINE int descend(int n)
{
	volatile char buffer[96];

	USE(buffer, n);
	if (n == 0)
		return table[sink & 1](7) + table[1](7) + buffer[1];
	return descend(n - 1) + buffer[n & 7];
}

NOINLINE __attribute__((used)) int called_by_asm(int n)
{
	volatile char buffer[128];

	USE(buffer, n);
	n += buffer[n & 7] & 1;
	return descend(n > 7 ? 7 : n);
}

NOINLINE int work(int n)
{
	volatile char buffer[40];

	USE(buffer, n);
	return asm_caller(n) + other(n) + buffer[n & 7];
}
