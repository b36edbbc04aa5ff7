/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "clock.h"

#include "cpu.h"
#include "ghcb.h"

#define ASSUMED_KILOHERTZ 2500000ull
#define LEAST_KILOHERTZ 500000ull
#define MOST_KILOHERTZ 10000000ull

/* Intel 8254: channel 2 counts once while the gate in port 61h is open; its output is bit 5 there */
#define PIT_CHANNEL_2 0x42u
#define PIT_CONTROL 0x43u
#define PIT_CHANNEL_2_ONCE 0xb0u /* low byte, high byte, mode 0 */
#define PIT_HERTZ 1193182ull
#define PIT_COUNT 11932ull /* 10 ms */
#define GATE_PORT 0x61u
#define GATE_OPEN 0x01u
#define GATE_SPEAKER 0x02u
#define GATE_OUTPUT 0x20u
#define POLL_LIMIT 100000u

static uint64_t kilohertz = ASSUMED_KILOHERTZ;

/* Counter ticks of PIT_COUNT periods; 0 when there is no such timer. */
static uint64_t time_interval_timer(void)
{
	uint32_t gate, output = 0, polls = 0;
	uint64_t start;

	if (!ghcb_in(GATE_PORT, 1, &gate))
		return 0;
	gate &= ~(GATE_SPEAKER | GATE_OPEN);
	if (!ghcb_out(GATE_PORT, 1, gate) || !ghcb_out(PIT_CONTROL, 1, PIT_CHANNEL_2_ONCE) ||
	    !ghcb_out(PIT_CHANNEL_2, 1, PIT_COUNT & 0xff) || !ghcb_out(PIT_CHANNEL_2, 1, PIT_COUNT >> 8) ||
	    !ghcb_out(GATE_PORT, 1, gate | GATE_OPEN))
		return 0;
	start = cpu_read_tsc();
	do {
		if (!ghcb_in(GATE_PORT, 1, &output) || polls++ == POLL_LIMIT)
			return 0;
	} while ((output & GATE_OUTPUT) == 0);
	(void)ghcb_out(GATE_PORT, 1, gate);
	return polls == 1 ? 0 : cpu_read_tsc() - start; /* a timer cannot be done at once */
}

/* A busy host may stop the CPU at either end of a measurement: the middle one of three. */
static uint64_t median_of_three(void)
{
	uint64_t a = time_interval_timer(), b = time_interval_timer(), c = time_interval_timer();
	uint64_t low = a < b ? a : b, high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

bool clock_calibrate(void)
{
	uint64_t ticks = median_of_three();
	uint64_t rate = ticks > UINT32_MAX ? 0 : ticks * PIT_HERTZ / (PIT_COUNT * 1000);

	if (rate < LEAST_KILOHERTZ || rate > MOST_KILOHERTZ)
		return false;
	kilohertz = rate;
	return true;
}

uint64_t clock_kilohertz(void)
{
	return kilohertz;
}

uint64_t clock_nanoseconds(void)
{
	static uint64_t first, last;
	uint64_t now = cpu_read_tsc(), ticks;

	if (first == 0)
		first = last = now;
	if (now > last)
		last = now;
	ticks = last - first;
	return ticks / kilohertz * 1000000 + ticks % kilohertz * 1000000 / kilohertz;
}

uint64_t clock_now(void)
{
	return cpu_read_tsc();
}

uint64_t clock_add(uint64_t time, uint64_t microseconds)
{
	return time + microseconds * kilohertz / 1000;
}

uint64_t clock_deadline(uint64_t microseconds)
{
	return clock_add(clock_now(), microseconds);
}

bool clock_passed(uint64_t deadline)
{
	return (int64_t)(clock_now() - deadline) >= 0;
}

uint64_t clock_since(uint64_t start)
{
	uint64_t now = cpu_read_tsc(), ticks = now > start ? now - start : 0;

	return ticks / kilohertz * 1000 + ticks % kilohertz * 1000 / kilohertz;
}
