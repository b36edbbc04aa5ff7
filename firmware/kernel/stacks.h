/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stacks of each CPU: kernel and double fault; each lies between unmapped guard pages. */
#ifndef KERNEL_STACKS_H
#define KERNEL_STACKS_H

#include <stdbool.h>
#include <stdint.h>

struct percpu;

/* Makes the stacks of @cpu and puts them into its TSS. False when memory is short. */
bool stacks_make(struct percpu *cpu);

/* Top of the kernel stack in its TSS */
uint64_t stacks_top(const struct percpu *cpu);

/* Makes the current CPU's stacks, puts them into the CPU's TSS, and calls @entry on the kernel stack. Panics when
 * memory is short. */
_Noreturn void stacks_enter(void (*entry)(void));

/* Lowest address of a CPU's kernel stack, which is KERNEL_STACK_SIZE long. */
const uint64_t *stacks_bottom(uint32_t cpu);
/* And of its stack @ist of the interrupt stack table (IST_DOUBLE_FAULT), IST_STACK_SIZE long */
const uint64_t *stacks_ist_bottom(uint32_t cpu, uint32_t ist);

#endif
