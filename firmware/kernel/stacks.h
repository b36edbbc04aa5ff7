/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The current CPU's stacks: kernel and double fault; each lies between unmapped guard pages. */
#ifndef KERNEL_STACKS_H
#define KERNEL_STACKS_H

/* Makes the stacks, puts them into the CPU's TSS, and calls @entry on the kernel stack. Panics when memory is short. */
_Noreturn void stacks_enter(void (*entry)(void));

#endif
