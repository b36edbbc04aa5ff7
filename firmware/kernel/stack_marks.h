/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * How much of each stack has been used, for images with BOOT_OPTION_STACK_MARKS; without it nothing is done. Stacks are
 * painted when they are made; what is no longer paint has been used. The log tells of every stack once, and again when
 * it has been used further, so that a run's last such line is the stack's high-water mark. stack-check compares the
 * marks with the bounds it proves.
 */
#ifndef KERNEL_STACK_MARKS_H
#define KERNEL_STACK_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, before stacks are made. */
void stack_marks_init(bool enabled);
/* Paints @size bytes of a stack that nothing uses yet. */
void stack_marks_paint(void *bytes, size_t size);
/*
 * Looks at the boot stack, at the current CPU's, and at those of services that have run since. Holds services_lock for
 * the latter, and leaves them out while another CPU does.
 */
void stack_marks_update(void);

#endif
