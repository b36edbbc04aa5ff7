/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Mutual recursion that optimization turns into jumps. expect: any slack: 200
   config: {"recursion": {"is_even, is_odd": 4}} */
#include "common.h"

static int is_odd(int n);

static NOINLINE int is_even(int n)
{
	return n == 0 ? 1 : is_odd(n - 1);
}

static NOINLINE int is_odd(int n)
{
	return n == 0 ? 0 : is_even(n - 1);
}

NOINLINE int work(int n)
{
	return is_even(n) + 1;
}
