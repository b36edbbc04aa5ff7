/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Structures of functions, narrowed by a declaration. expect: assumed slack: 24
   config: {"calls": {"run": ["run_small", "run_large"]}} */
#include "common.h"

struct operations {
	int (*start)(int);
	int (*run)(int);
};

static int start(int n)
{
	volatile char buffer[3000]; /* not what run() calls */

	USE(buffer, n);
	return buffer[n & 7];
}

static int run_small(int n)
{
	return sink + n;
}

static int run_large(int n)
{
	volatile char buffer[450];

	USE(buffer, n);
	return buffer[n & 7];
}

static const struct operations small = {start, run_small}, large = {start, run_large};
const struct operations *volatile current = &small;

static NOINLINE int run(int n)
{
	return current->run(n) + 1;
}

NOINLINE int work(int n)
{
	current = n & 1 ? &large : &small;
	return run(n) + 1;
}
