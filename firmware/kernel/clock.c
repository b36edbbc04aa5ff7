/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "clock.h"

#include "cpu.h"

#define ASSUMED_KILOHERTZ 2500000ull

uint64_t clock_nanoseconds(void)
{
	static uint64_t first, last;
	uint64_t now = cpu_read_tsc();

	if (first == 0)
		first = last = now;
	if (now > last)
		last = now;
	return (last - first) / (ASSUMED_KILOHERTZ / 1000) * 1000;
}
