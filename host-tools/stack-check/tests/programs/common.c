/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "common.h"

#ifndef RUNS
#define RUNS 8
#endif

volatile int sink;

/* The deepest of these calls is what a program's comment calls its worst case. */
int main(void)
{
	for (int i = 0; i < RUNS; i++)
		sink += work(i);
	return 0;
}
