/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The current CPU's stacks: kernel and double fault; each lies between unmapped guard pages. */
#ifndef KERNEL_STACKS_H
#define KERNEL_STACKS_H

#include <stdint.h>

/* Makes the stacks, puts them into the CPU's TSS, and calls @entry on the kernel stack. Panics when memory is short. */
_Noreturn void stacks_enter(void (*entry)(void));

/* Lowest address of a CPU's kernel stack, which is KERNEL_STACK_SIZE long. */
const uint64_t *stacks_bottom(uint32_t cpu);

#endif
