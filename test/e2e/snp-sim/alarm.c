/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "alarm.h"

#include "cpu.h"
#include "host_apic.h"
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
static uint64_t next;
static bool is_set;

void alarm_init(void)
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
	host_apic_write(APIC_LVT_TIMER, ALARM_VECTOR);
}

void alarm_set(uint64_t tsc)
{
	int64_t ticks = (int64_t)(tsc - cpu_tsc());
	uint64_t count = 1;

	if (is_set && (int64_t)(tsc - next) >= 0)
		return;
	is_set = true;
	next = tsc;
	if (ticks > 0)
		count = (uint64_t)ticks > COUNT_MAX ? COUNT_MAX : (uint64_t)ticks * rate >> RATE_SHIFT;
	host_apic_write(APIC_TIMER_INITIAL, count == 0 ? 1 : count > COUNT_MAX ? (uint32_t)COUNT_MAX : (uint32_t)count);
}

void alarm_rang(void)
{
	is_set = false;
}
