/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A frame of many pages, touched page by page where the compiler is told so. expect: proved slack: 24 */
#include "common.h"

static NOINLINE int large(int n)
{
	volatile char buffer[70000];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	return large(n) + 1;
}
