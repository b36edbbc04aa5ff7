/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One page of guest memory at a time, mapped private and not executable at this CPU's window. Guest memory is mapped
 * nowhere else but here. Touch it only with the *_faultable functions: it may be gone at any moment. What a window
 * shows is known to other CPUs, so that one can wait until a page is in none (vcpus.h). A second window of its own
 * shows the registers that the CPU works with.
 */
#ifndef KERNEL_WINDOW_H
#define KERNEL_WINDOW_H

#include "addr.h"

#include <stdbool.h>

struct percpu;
struct snp_vmsa;

/* Makes page tables for the windows of @cpu. False when memory is short. */
bool window_init(struct percpu *cpu);

/* Maps the 4 KiB, or with @large the 2 MiB page at @gpa (aligned). One at a time; window_unmap() before the next. */
void *window_map(struct gpa gpa, bool large);
void window_unmap(void);

/*
 * Waits until @page is in no other CPU's window. The caller has made sure that whoever maps it from now on finds it
 * taken. False when that lasts beyond @deadline (clock.h): the host does not let the other CPU go on.
 */
bool window_wait_others(struct gpa page, uint64_t deadline);

/* The registers of the guest that the current CPU has taken (vcpus.h). */
struct snp_vmsa *window_map_vmsa(struct gpa page);
void window_unmap_vmsa(void);

/* Bytes not copied because of a fault; 0 = all. The window side may be either. */
uint64_t copy_faultable(void *to, const void *from, uint64_t size);
uint64_t zero_faultable(void *to, uint64_t size);	       /* @size is a multiple of 8 */
uint64_t exchange_byte_faultable(uint8_t *at, uint64_t value); /* old byte, or 256 */
uint64_t and_byte_faultable(uint8_t *at, uint64_t value);      /* atomic; 0, or 1 after a fault */
uint64_t or_byte_faultable(uint8_t *at, uint64_t value);

#endif
