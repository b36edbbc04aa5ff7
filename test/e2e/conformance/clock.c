/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "clock.h"

#include "cpu.h"
#include "ghcb.h"

/* 8254, channel 2: counts once while port 61's gate is open; its output is bit 5 there */
#define PIT_CHANNEL_2 0x42u
#define PIT_CONTROL 0x43u
#define PIT_CHANNEL_2_ONCE 0xb0u /* both bytes, mode 0 */
#define PIT_HZ 1193182u
#define PIT_COUNT 47727u /* 40 ms */
#define GATE_PORT 0x61u
#define GATE_OPEN 0x01u
#define GATE_SPEAKER 0x02u
#define GATE_OUTPUT 0x20u
#define POLL_MAX 200000u

static uint64_t ticks_per_ms = 3000000; /* too long rather than too short, when nothing better is known */

bool clock_start(void)
{
	uint8_t gate = (uint8_t)(ghcb_in(GATE_PORT) & ~(GATE_SPEAKER | GATE_OPEN));
	unsigned int polls = 0;
	uint64_t start, ticks;

	ghcb_out(GATE_PORT, gate);
	ghcb_out(PIT_CONTROL, PIT_CHANNEL_2_ONCE);
	ghcb_out(PIT_CHANNEL_2, PIT_COUNT & 0xff);
	ghcb_out(PIT_CHANNEL_2, PIT_COUNT >> 8);
	ghcb_out(GATE_PORT, gate | GATE_OPEN);
	start = cpu_tsc();
	if ((ghcb_in(GATE_PORT) & GATE_OUTPUT) != 0)
		return false; /* not a timer: it cannot be done already */
	do {
		if (++polls == POLL_MAX)
			return false;
	} while ((ghcb_in(GATE_PORT) & GATE_OUTPUT) == 0);
	ticks = (cpu_tsc() - start) / (PIT_COUNT * 1000u / PIT_HZ);
	if (ticks == 0)
		return false;
	ticks_per_ms = ticks;
	return true;
}

uint64_t clock_deadline(uint64_t milliseconds)
{
	return cpu_tsc() + milliseconds * ticks_per_ms;
}

bool clock_passed(uint64_t deadline)
{
	return (int64_t)(cpu_tsc() - deadline) >= 0;
}

uint64_t clock_milliseconds(uint64_t ticks)
{
	return ticks / ticks_per_ms;
}
