/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Prints the frequency of this machine's time stamp counter in kHz, rounded to MHz: what a guest of QEMU's TCG sees.
 * The guest cannot measure it well itself, as each access to its timer takes a long way to QEMU.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define MEASURE_NS 200000000u
#define NS_PER_MS 1000000u

static uint64_t now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC_RAW, &now) != 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

int main(void)
{
	uint64_t start = now_ns(), end;
	unsigned long long ticks = __rdtsc();

	do {
		end = now_ns();
	} while (end - start < MEASURE_NS);
	ticks = __rdtsc() - ticks;
	printf("%" PRIu64 "\n", (uint64_t)(ticks * NS_PER_MS / (end - start) + 500) / 1000 * 1000);
	return 0;
}
