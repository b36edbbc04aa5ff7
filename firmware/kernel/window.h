/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One page of guest memory at a time, mapped private and not executable at this CPU's window. Guest memory is mapped
 * nowhere else. Touch it only with the *_faultable functions: it may be gone at any moment.
 */
#ifndef KERNEL_WINDOW_H
#define KERNEL_WINDOW_H

#include "addr.h"

#include <stdbool.h>

/* Makes page tables for the current CPU's windows. False when memory is short. */
bool window_init(void);

/* Maps the 4 KiB, or with @large the 2 MiB page at @gpa (aligned). One at a time; window_unmap() before the next. */
void *window_map(struct gpa gpa, bool large);
void window_unmap(void);

/* Bytes not copied because of a fault; 0 = all. The window side may be either. */
uint64_t copy_faultable(void *to, const void *from, uint64_t size);
uint64_t zero_faultable(void *to, uint64_t size);	       /* @size is a multiple of 8 */
uint64_t exchange_byte_faultable(uint8_t *at, uint64_t value); /* old byte, or 256 */
uint64_t touch_byte_faultable(uint8_t *at);		       /* 0 when it can be read and written */

#endif
