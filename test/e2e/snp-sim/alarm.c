/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "alarm.h"

#include "cpu.h"
#include "host_apic.h"
#include "host_cpu.h"
#include "report.h"

#include <stdbool.h>

#define DIVIDE_BY_1 0xbu
#define LVT_MASKED 0x10000u
#define COUNT_MAX 0xffffffffull
#define MEASURE_TICKS 2000000u /* of the TSC */
#define MEASURE_TIMES 8u
#define RATE_SHIFT 16

#define TIMER_KHZ 1000000u

uint64_t alarm_tsc_khz;

static uint64_t rate; /* timer counts for each 2^16 ticks of the TSC */
static struct {
	bool is_set;
	uint64_t next;
} alarms[HOST_CPUS_MAX];

/* The timer's count, and when that was: @took is how long it may have been away from that */
struct look {
	uint64_t tsc, took;
	uint32_t count;
};

static struct look look(void)
{
	uint64_t before = cpu_tsc();
	uint32_t count = host_apic_read(APIC_TIMER_CURRENT);
	uint64_t after = cpu_tsc();

	return (struct look){before + (after - before) / 2, after - before, count};
}

/* A machine that shares its processors with others may be stopped anywhere in between: the best of some tries counts.
 */
void alarm_measure(void)
{
	uint64_t least = UINT64_MAX;

	host_apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	host_apic_write(APIC_LVT_TIMER, LVT_MASKED | ALARM_VECTOR);
	host_apic_write(APIC_TIMER_INITIAL, (uint32_t)COUNT_MAX);
	for (unsigned int i = 0; i < MEASURE_TIMES; i++) {
		struct look start = look();
		struct look end;
		uint64_t error;

		while (cpu_tsc() - start.tsc < MEASURE_TICKS)
			__asm__ volatile("pause");
		end = look();
		error = ((start.took + end.took) << RATE_SHIFT) / (end.tsc - start.tsc);
		if (error >= least)
			continue;
		least = error;
		rate = ((uint64_t)(start.count - end.count) << RATE_SHIFT) / (end.tsc - start.tsc);
	}
	if (rate == 0)
		report_internal("the machine's APIC timer does not count", host_apic_read(APIC_TIMER_CURRENT));
	alarm_tsc_khz = ((uint64_t)TIMER_KHZ << RATE_SHIFT) / rate;
	host_apic_write(APIC_TIMER_INITIAL, 0);
}

void alarm_init(void)
{
	host_apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	host_apic_write(APIC_LVT_TIMER, ALARM_VECTOR);
}

void alarm_set(uint64_t tsc)
{
	int64_t ticks = (int64_t)(tsc - cpu_tsc());
	unsigned int cpu = host_cpu_index();
	uint64_t count = 1;

	if (alarms[cpu].is_set && (int64_t)(tsc - alarms[cpu].next) >= 0)
		return;
	alarms[cpu].is_set = true;
	alarms[cpu].next = tsc;
	if (ticks > 0)
		count = (uint64_t)ticks > (COUNT_MAX << RATE_SHIFT) / rate ? COUNT_MAX
									   : (uint64_t)ticks * rate >> RATE_SHIFT;
	host_apic_write(APIC_TIMER_INITIAL, count == 0 ? 1 : count > COUNT_MAX ? (uint32_t)COUNT_MAX : (uint32_t)count);
}

void alarm_rang(void)
{
	alarms[host_cpu_index()].is_set = false;
}
