/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Over-aligned frames below callers of all alignments. expect: proved slack: 80 */
#include "common.h"

static NOINLINE int keep(volatile char *buffer, int n)
{
	USE(buffer, n);
	return buffer[n & 7];
}

static NOINLINE int aligned(int n)
{
	_Alignas(64) volatile char buffer[200];

	return keep(buffer, n) + n;
}

static NOINLINE int one(int n)
{
	volatile char buffer[16];

	USE(buffer, n);
	return aligned(n) + buffer[n & 7];
}

static NOINLINE int two(int n)
{
	volatile char buffer[48];

	USE(buffer, n);
	return aligned(n) + buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char buffer[32];

	USE(buffer, n);
	return n & 1 ? one(n) + buffer[0] : two(n) + buffer[0];
}
