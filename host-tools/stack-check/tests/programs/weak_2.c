/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "common.h"

int hook(int n);

NOINLINE int hook(int n)
{
	volatile char buffer[320];

	USE(buffer, n);
	return buffer[n & 7] + 1;
}
