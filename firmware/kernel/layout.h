/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Virtual addresses of the kernel and the sizes of its stacks. Usable from assembly.
 *
 * - KERNEL_VA: the firmware's region, FW_SIZE long (kernel image, boot pages, modules, free pages), in 4 KiB mappings
 * - WINDOW_VA: per CPU, where guest pages are mapped for the time of one copy, and its guest's registers
 * - STACK_VA: stacks, each between two unmapped guard pages
 * - the lower half: the address space of the service that runs
 */
#ifndef KERNEL_LAYOUT_H
#define KERNEL_LAYOUT_H

#include "svsm/cpu_limit.h"

#ifdef __ASSEMBLER__
#define LAYOUT_U64(x) x
#else
#define LAYOUT_U64(x) x##ull
#endif

#define KERNEL_VA LAYOUT_U64(0xffffffff80000000)
#define WINDOW_VA LAYOUT_U64(0xffffffffa0000000)
#define STACK_VA LAYOUT_U64(0xffffffffb0000000)
#define USER_VA_END LAYOUT_U64(0x0000800000000000)

#define PAGE_SIZE 4096
#define LARGE_PAGE_SIZE 0x200000

#define BOOT_STACK_SIZE 16384
#define KERNEL_STACK_SIZE 16384
#define IST_STACK_SIZE 8192
#define STACK_PAINT LAYOUT_U64(0xa5a5a5a5a5a5a5a5) /* what a stack holds where it has not been used */
#define STACK_SLOT_SIZE 32768			   /* stack and its guard pages */

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA 0x1b
#define SELECTOR_USER_CODE 0x23
#define SELECTOR_TSS 0x28

#define IST_DOUBLE_FAULT 1
#define IST_COUNT 1

#endif
