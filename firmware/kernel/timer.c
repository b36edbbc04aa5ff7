/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "timer.h"

#include "abi/x2apic.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "ghcb.h"
#include "percpu.h"

#define SPURIOUS_VECTOR 0xffu
#define COUNT_MAX 0xffffffffull
#define MEASURE_MICROSECONDS 1000u
#define MEASURE_TIMES 5u
#define MEASURE_LOOKS 10000000u	 /* a host can make the counter stand still */
#define RATE_SHIFT 32		 /* the rate is timer counts for each 2^32 counter ticks */
#define LATE_MICROSECONDS 20000u /* more than any host needs to interrupt a CPU that runs */

static bool told;

static void tell(const char *what)
{
	if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		console_printf("SVSM: %s: services yield at system calls only\n", what);
}

static bool enable(void)
{
	uint64_t base;

	if (!ghcb_read_msr(MSR_APIC_BASE, &base) || (base & APIC_BASE_ENABLE) == 0)
		return false;
	if ((base & APIC_BASE_X2APIC) == 0 && !ghcb_write_msr(MSR_APIC_BASE, base | APIC_BASE_X2APIC))
		return false;
	return ghcb_write_msr(MSR_X2APIC_SPURIOUS, X2APIC_SPURIOUS_ENABLE | SPURIOUS_VECTOR) &&
	       ghcb_write_msr(MSR_X2APIC_TIMER_DIVIDE, X2APIC_DIVIDE_BY_1) &&
	       ghcb_write_msr(MSR_X2APIC_LVT_TIMER, X2APIC_LVT_MASKED | TIMER_VECTOR);
}

/* Timer counts for each 2^32 counter ticks; 0 when the count does not move. */
static uint64_t measure(void)
{
	uint64_t from, to, start, end, deadline;

	if (!ghcb_write_msr(MSR_X2APIC_TIMER_INITIAL, COUNT_MAX) || !ghcb_read_msr(MSR_X2APIC_TIMER_CURRENT, &from))
		return 0;
	start = cpu_read_tsc();
	deadline = clock_deadline(MEASURE_MICROSECONDS);
	for (unsigned int i = 0; i < MEASURE_LOOKS && !clock_passed(deadline); i++)
		cpu_pause();
	if (!ghcb_read_msr(MSR_X2APIC_TIMER_CURRENT, &to))
		return 0;
	end = cpu_read_tsc();
	if (!ghcb_write_msr(MSR_X2APIC_TIMER_INITIAL, 0) || from > COUNT_MAX || to >= from || end <= start ||
	    end - start > COUNT_MAX)
		return 0;
	return ((from - to) << RATE_SHIFT) / (end - start);
}

/*
 * A busy host may stop the CPU between a look at the timer and one at the counter: the middle one of some rates. Zero
 * when most of them are.
 */
static uint64_t measure_median(void)
{
	uint64_t rate[MEASURE_TIMES];

	for (unsigned int i = 0; i < MEASURE_TIMES; i++) {
		uint64_t next = measure();
		unsigned int at = i;

		for (; at > 0 && rate[at - 1] > next; at--)
			rate[at] = rate[at - 1];
		rate[at] = next;
	}
	return rate[MEASURE_TIMES / 2];
}

bool timer_init(void)
{
	struct percpu *cpu = percpu_this();

	cpu->timer_armed = false;
	cpu->timer_rate = enable() ? measure_median() : 0;
	if (cpu->timer_rate != 0 && !ghcb_write_msr(MSR_X2APIC_LVT_TIMER, TIMER_VECTOR))
		cpu->timer_rate = 0;
	if (cpu->timer_rate == 0)
		tell("the host has no APIC timer for VMPL0");
	return cpu->timer_rate != 0;
}

static uint64_t counts_until(uint64_t deadline)
{
	int64_t ticks = (int64_t)(deadline - cpu_read_tsc());
	uint64_t count;

	if (ticks <= 0)
		return 1;
	if ((uint64_t)ticks > COUNT_MAX)
		return COUNT_MAX;
	/* The rate can be above 2^32 only when the timer is faster than the counter: then any long count will do. */
	if (__builtin_mul_overflow((uint64_t)ticks, percpu_this()->timer_rate, &count))
		return COUNT_MAX;
	count >>= RATE_SHIFT;
	return count == 0 ? 1 : count > COUNT_MAX ? COUNT_MAX : count;
}

void timer_arm(uint64_t deadline)
{
	struct percpu *cpu = percpu_this();

	if (cpu->timer_rate == 0 || (cpu->timer_armed && cpu->timer_deadline == deadline))
		return;
	cpu->timer_deadline = deadline;
	cpu->timer_armed = ghcb_write_msr(MSR_X2APIC_TIMER_INITIAL, counts_until(deadline));
	if (!cpu->timer_armed)
		tell("the host refuses to start VMPL0's APIC timer");
}

void timer_disarm(void)
{
	struct percpu *cpu = percpu_this();

	if (cpu->timer_armed)
		(void)ghcb_write_msr(MSR_X2APIC_TIMER_INITIAL, 0);
	cpu->timer_armed = false;
}

void timer_interrupted(uint32_t vector)
{
	struct percpu *cpu = percpu_this();

	if (vector != TIMER_VECTOR || cpu->timer_rate == 0)
		return;
	cpu->timer_armed = false;
	(void)ghcb_write_msr(MSR_X2APIC_EOI, 0);
}

void timer_check_expiry(void)
{
	const struct percpu *cpu = percpu_this();

	if (cpu->timer_armed && clock_passed(clock_add(cpu->timer_deadline, LATE_MICROSECONDS)))
		tell("the host does not deliver VMPL0's timer interrupt");
}
