/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A call that no source line makes: division of 128 bits is a function of the compiler's library, which a linked
 * program holds and objects do not. expect: any slack: 24 */
#include "common.h"

static NOINLINE unsigned __int128 divide(unsigned __int128 n, unsigned __int128 by)
{
	volatile char buffer[300];

	USE(buffer, (int)by);
	return n / by + (unsigned char)buffer[(int)by & 7];
}

NOINLINE int work(int n)
{
	unsigned __int128 big = (unsigned __int128)(unsigned int)(n + sink + 9) << 90;

	return (int)divide(big, (unsigned int)n + 3) + 1;
}
