/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Nothing bounds the array. expect: unknown */
#include "common.h"

NOINLINE int work(int n)
{
	volatile char buffer[n * 60 + 8];

	USE(buffer, n);
	return buffer[n & 7];
}
