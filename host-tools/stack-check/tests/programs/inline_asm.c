/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A call that only the assembler sees. expect: proved slack: 24 */
#include "common.h"

int hidden(int n);

NOINLINE __attribute__((used)) int hidden(int n)
{
	volatile char buffer[444];

	USE(buffer, n);
	return buffer[n & 7];
}

NOINLINE int work(int n)
{
	volatile char buffer[150]; /* too large for the red zone, which the call would run over */
	int result = n;

	USE(buffer, n);
	asm volatile("call hidden" : "+D"(result) : : "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory");
	return result + buffer[n & 7];
}
