/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "clock.h"

#include <time.h>

uint64_t clock_ms(void)
{
	struct timespec now = {.tv_sec = 0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_seconds(void)
{
	return clock_ms() / 1000;
}
