/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A weak definition that a strong one in another file replaces. expect: proved slack: 24 */
#include "common.h"

__attribute__((weak)) NOINLINE int hook(int n)
{
	return n;
}

NOINLINE int work(int n)
{
	return hook(n) + 1;
}
