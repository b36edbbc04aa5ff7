/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Arguments that are pushed, some of them large. expect: proved slack: 40 */
#include "common.h"

#include <stdarg.h>

struct big {
	char bytes[120];
};

static NOINLINE int many(int a, int b, int c, int d, int e, int f, int g, int h, int i, struct big big)
{
	volatile char buffer[80];

	USE(buffer, a + b + c + d + e + f + g + h + i);
	return buffer[a & 7] + big.bytes[i & 7];
}

static NOINLINE int variadic(int count, ...)
{
	va_list list;
	int sum = 0;

	va_start(list, count);
	while (count-- > 0)
		sum += va_arg(list, int);
	va_end(list);
	return sum;
}

NOINLINE int work(int n)
{
	struct big big; /* partly set: compilers call memset for an initializer */

	for (int i = 0; i < 8; i++)
		big.bytes[i] = (char)n;

	return many(n, 1, 2, 3, 4, 5, 6, 7, n, big) + variadic(9, 1, 2, 3, 4, n, 6, 7, 8, 9);
}
