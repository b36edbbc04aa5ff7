/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * How much of each stack has been used. Stacks are painted when they are made; what is no longer paint has been used.
 * The log tells when a stack has been used further than before, so that a run's last such line is its high-water mark.
 * stack-check compares the marks with the bounds it proves.
 */
#ifndef KERNEL_STACK_MARKS_H
#define KERNEL_STACK_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* Paints @size bytes of a stack that nothing uses yet. */
void stack_marks_paint(void *bytes, size_t size);
/*
 * Looks at the current CPU's kernel stack, and at those of services that have run since. Holds services_lock for the
 * latter, and leaves them out while another CPU does.
 */
void stack_marks_update(void);

#endif
