/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "second_cpu.h"

#include "abi.h"
#include "clock.h"
#include "cpu.h"
#include "cpu_local.h"
#include "ghcb.h"
#include "memory.h"
#include "pvalidate.h"
#include "vcpu.h"

#include <stddef.h>

#define STACK_PAGES 4u
#define START_MS 20000u
#define JOB_MS 120000u

static struct cpu_local local;
static uint8_t *stack, *ghcb_page, *area;
static bool up;
/* Number of the last job given, and of the last one done */
static uint32_t given, done;
static void (*work)(void *);
static void *work_argument;

bool second_cpu_prepare(void)
{
	stack = memory_pages(STACK_PAGES);
	ghcb_page = memory_pages(1);
	area = memory_pages(1);
	return stack != NULL && ghcb_page != NULL && area != NULL && pvalidate_share(ghcb_page);
}

uint64_t second_cpu_calling_area(void)
{
	return (uint64_t)area;
}

uint64_t second_cpu_retries(void)
{
	return local.retries;
}

/* Where it begins, each time it is created */
static void main_loop(void *unused)
{
	uint32_t seen = __atomic_load_n(&given, __ATOMIC_ACQUIRE);

	(void)unused;
	local.calling_area = area;
	cpu_local_use(&local);
	if (ghcb_start(ghcb_page))
		__atomic_store_n(&up, true, __ATOMIC_RELEASE);
	for (;;) {
		uint32_t now = __atomic_load_n(&given, __ATOMIC_ACQUIRE);

		if (now == seen) {
			cpu_pause();
			continue;
		}
		seen = now;
		work(work_argument);
		__atomic_store_n(&done, seen, __ATOMIC_RELEASE);
	}
}

void second_cpu_write_registers(uint8_t *vmsa)
{
	up = false;
	vcpu_write_registers(vmsa, main_loop, NULL, stack + STACK_PAGES * PAGE_BYTES);
}

bool second_cpu_up(void)
{
	uint64_t deadline = clock_deadline(START_MS);

	while (!__atomic_load_n(&up, __ATOMIC_ACQUIRE)) {
		if (clock_passed(deadline))
			return false;
		cpu_pause();
	}
	return true;
}

void second_cpu_begin(void (*job)(void *), void *argument)
{
	work = job;
	work_argument = argument;
	__atomic_add_fetch(&given, 1, __ATOMIC_RELEASE);
}

bool second_cpu_end(void)
{
	uint64_t deadline = clock_deadline(JOB_MS);

	while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) != given) {
		if (clock_passed(deadline))
			return false;
		cpu_pause();
	}
	return true;
}

bool second_cpu_run(void (*job)(void *), void *argument)
{
	second_cpu_begin(job, argument);
	return second_cpu_end();
}

void second_cpu_hold(void *unused)
{
	(void)unused;
	__atomic_store_n(&done, given, __ATOMIC_RELEASE);
	for (;;)
		ghcb_reset_hold();
}
