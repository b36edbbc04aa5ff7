/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The kernel's stacks, what begins on each, and what stack-check cannot read from the code. The build fails when a
 * stack may not suffice. Nothing here is loaded.
 */
#include "layout.h"

#include "svsm/stack_budget.h"

/* boot.S: until the first CPU's own stacks exist. It has no guard: page tables lie below, and the bound is what
 * protects them. */
STACK_DECLARE(boot, BOOT_STACK_SIZE, BOOT_STACK_SIZE);
STACK_BEGINS(boot, main_boot);

/*
 * Every vector but the double fault's strikes ring 0 on the stack it is on: entry.S. A guest page that cannot be read
 * gives one exception in a copy. All others are the host's, which can inject any vector between any two instructions:
 * counted are one more that is repaired or panics, and two that are ignored. Were there more, they would end in the
 * guard page, a double fault, and the end of the guest.
 */
STACK_DECLARE(kernel, KERNEL_STACK_SIZE, PAGE_SIZE);
STACK_BEGINS(kernel, boot_on_kernel_stack);
STACK_BEGINS(kernel, ap_main);
STACK_INTERRUPTS(kernel, vector_14, 1);
STACK_INTERRUPTS(kernel, vector_29, 1);
STACK_INTERRUPTS(kernel, vector_2, 1);
STACK_INTERRUPTS(kernel, vector_32, 1);

/* The one stack of the interrupt stack table: its handler begins there. */
STACK_DECLARE(double_fault, IST_STACK_SIZE, PAGE_SIZE);
STACK_INTERRUPTS(double_fault, vector_8, 1);

/* Each exception, and the first of the interrupts, which all share their code */
#define VECTOR_OF(n, bytes)                                                                                            \
	STACK_ENTRY(vector_##n, bytes);                                                                                \
	STACK_SWITCH(vector_##n, "from ring 3: the kernel stack, where user_enter left it")
#define VECTOR(n) VECTOR_OF(n, KERNEL_STACK_SIZE / 8)
VECTOR(0);
VECTOR(1);
VECTOR(2);
VECTOR(3);
VECTOR(4);
VECTOR(5);
VECTOR(6);
VECTOR(7);
VECTOR_OF(8, IST_STACK_SIZE / 4);
VECTOR(9);
VECTOR(10);
VECTOR(11);
VECTOR(12);
VECTOR(13);
VECTOR(14);
VECTOR(15);
VECTOR(16);
VECTOR(17);
VECTOR(18);
VECTOR(19);
VECTOR(20);
VECTOR(21);
VECTOR(22);
VECTOR(23);
VECTOR(24);
VECTOR(25);
VECTOR(26);
VECTOR(27);
VECTOR(28);
VECTOR(29);
VECTOR(30);
VECTOR(31);
VECTOR(32);

/* Parts of the kernel stack: each may use half, so that no single one can grow unseen. */
STACK_ENTRY(guest_run, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(protocol_core, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(protocol_attest, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(protocol_vtpm, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(syscalls_handle, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(services_load, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(paging_map_kernel, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(address_space_map_new, KERNEL_STACK_SIZE / 2);
STACK_ENTRY(address_space_activate, KERNEL_STACK_SIZE / 2);

STACK_CALLS(format_print, put_formatted, "console_printf is its one caller");
STACK_CALLS(put_number, put_formatted, "format_print hands on what console_printf gave it");
STACK_CALLS(stacks_enter, boot_on_kernel_stack, "main_boot is its one caller");
STACK_SWITCH(stacks_enter, "the kernel stack, where boot_on_kernel_stack begins");
