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
STACK_OF(boot, BOOT_STACK_SIZE, BOOT_STACK_SIZE);
STACK_BEGINS(boot, main_boot);

/*
 * Ring 0 runs with interrupts off. A guest page that cannot be read gives one exception in a copy; a second is the
 * host's, which can inject exceptions at will. Were there more, they would end in the guard page, a double fault, and
 * the end of the guest.
 */
STACK_OF(kernel, KERNEL_STACK_SIZE, PAGE_SIZE);
STACK_BEGINS(kernel, boot_on_kernel_stack);
STACK_BEGINS(kernel, ap_main);
STACK_INTERRUPTS(kernel, vector_14, 2);

/* Stacks of the interrupt stack table: the handler begins on them. */
STACK_OF(double_fault, IST_STACK_SIZE, PAGE_SIZE);
STACK_INTERRUPTS(double_fault, vector_8, 1);
STACK_OF(vc, IST_STACK_SIZE, PAGE_SIZE);
STACK_INTERRUPTS(vc, vector_29, 1);
STACK_OF(nmi, IST_STACK_SIZE, PAGE_SIZE);
STACK_INTERRUPTS(nmi, vector_2, 1);

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
STACK_SWITCH(vector_2, "the kernel stack, where user_enter left it: the registers of the service are saved");
STACK_SWITCH(vector_8, "the kernel stack, where user_enter left it: the registers of the service are saved");
STACK_SWITCH(vector_14, "the kernel stack, where user_enter left it: the registers of the service are saved");
STACK_SWITCH(vector_29, "the kernel stack, where user_enter left it: the registers of the service are saved");
