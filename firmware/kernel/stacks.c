/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "stacks.h"

#include "layout.h"
#include "page_alloc.h"
#include "paging.h"
#include "panic.h"
#include "percpu.h"
#include "stack_marks.h"

#define STACKS_PER_CPU (1 + IST_COUNT)

static_assert(KERNEL_STACK_SIZE + 2 * PAGE_SIZE <= STACK_SLOT_SIZE, "a slot holds the stack and two guard pages");
static_assert(IST_STACK_SIZE <= KERNEL_STACK_SIZE, "slots are sized for the kernel stack");

static uint64_t slot_base(uint32_t slot)
{
	return STACK_VA + (uint64_t)slot * STACK_SLOT_SIZE + PAGE_SIZE;
}

const uint64_t *stacks_bottom(uint32_t cpu)
{
	return (const uint64_t *)slot_base(cpu * STACKS_PER_CPU);
}

const uint64_t *stacks_ist_bottom(uint32_t cpu, uint32_t ist)
{
	return (const uint64_t *)slot_base(cpu * STACKS_PER_CPU + ist);
}

/* Maps @size bytes in the middle of a slot; returns the top, or 0. What is around them stays unmapped. */
static uint64_t make(uint32_t slot, uint64_t size)
{
	uint64_t base = slot_base(slot);

	for (uint64_t at = 0; at < size; at += PAGE_SIZE) {
		void *page = page_alloc();

		if (page == NULL || !paging_map_kernel(base + at, paging_gpa(page), PAGING_WRITE))
			return 0;
		stack_marks_paint(page, PAGE_SIZE);
	}
	return base + size;
}

bool stacks_make(struct percpu *cpu)
{
	uint32_t slot = cpu->index * STACKS_PER_CPU;
	uint64_t top = make(slot, KERNEL_STACK_SIZE);

	for (uint32_t i = 0; i < IST_COUNT; i++) {
		uint64_t ist = make(slot + 1 + i, IST_STACK_SIZE);

		if (top == 0 || ist == 0)
			return false;
		cpu->tss.ist[i] = ist;
	}
	cpu->tss.rsp[0] = top;
	return true;
}

uint64_t stacks_top(const struct percpu *cpu)
{
	return cpu->tss.rsp[0];
}

_Noreturn void stacks_enter(void (*entry)(void))
{
	struct percpu *cpu = percpu_this();
	uint64_t top;

	if (!stacks_make(cpu))
		panic("no memory for a stack");
	top = stacks_top(cpu);
	__asm__ volatile("mov %0, %%rsp; xor %%ebp, %%ebp; call *%1; ud2" : : "r"(top), "r"(entry) : "memory");
	__builtin_unreachable();
}
