/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* C calls assembly, which calls C. expect: proved slack: 24 */
#include "common.h"

int asm_caller(int n);
int called_by_asm(int n);

NOINLINE __attribute__((used)) int called_by_asm(int n)
{
	volatile char buffer[260];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	return asm_caller(n) + 1;
}
