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
#define RATE_SHIFT 16

#define TIMER_KHZ 1000000u

uint64_t alarm_tsc_khz;

static uint64_t rate; /* timer counts for each 2^16 ticks of the TSC */
static struct {
	bool is_set;
	uint64_t next;
} alarms[HOST_CPUS_MAX];

void alarm_measure(void)
{
	uint64_t start, count;

	host_apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	host_apic_write(APIC_LVT_TIMER, LVT_MASKED | ALARM_VECTOR);
	host_apic_write(APIC_TIMER_INITIAL, (uint32_t)COUNT_MAX);
	start = cpu_tsc();
	while (cpu_tsc() - start < MEASURE_TICKS)
		__asm__ volatile("pause");
	count = COUNT_MAX - host_apic_read(APIC_TIMER_CURRENT);
	rate = (count << RATE_SHIFT) / (cpu_tsc() - start);
	if (rate == 0)
		report_internal("the machine's APIC timer does not count", count);
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
		count = (uint64_t)ticks > COUNT_MAX ? COUNT_MAX : (uint64_t)ticks * rate >> RATE_SHIFT;
	host_apic_write(APIC_TIMER_INITIAL, count == 0 ? 1 : count > COUNT_MAX ? (uint32_t)COUNT_MAX : (uint32_t)count);
}

void alarm_rang(void)
{
	alarms[host_cpu_index()].is_set = false;
}
