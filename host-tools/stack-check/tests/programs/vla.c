/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A variable-length array with a declared frame. expect: assumed slack: 300 config: {"frames": {"variable": 600}} */
#include "common.h"

static NOINLINE int leaf(int n)
{
	volatile char buffer[100];

	USE(buffer, n);
	return buffer[n & 7];
}

static NOINLINE int variable(int n)
{
	volatile char buffer[n * 60 + 8];

	USE(buffer, n);
	return leaf(buffer[n & 7]) + buffer[0];
}

NOINLINE int work(int n)
{
	return variable(n) + 1;
}
