/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A switch through a jump table, with one deep case. expect: proved slack: 24 */
#include "common.h"

static NOINLINE int deep(int n)
{
	volatile char buffer[640];

	USE(buffer, n);
	return buffer[n & 7];
}

static NOINLINE int shallow(int n)
{
	return sink + n;
}

NOINLINE int work(int n)
{
	switch (n) {
	case 0:
		return shallow(3) + 1;
	case 1:
		return shallow(1) * 7;
	case 2:
		return shallow(8) - sink;
	case 3:
		return shallow(2) ^ 5;
	case 4:
		return sink;
	case 5:
		return deep(n) + 3;
	case 6:
		return shallow(9) + shallow(n);
	default:
		return 9;
	}
}
