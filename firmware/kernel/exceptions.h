/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Exceptions in ring 0. Exceptions of services return from user_enter() instead. */
#ifndef KERNEL_EXCEPTIONS_H
#define KERNEL_EXCEPTIONS_H

#include "user_context.h"

/* Called by entry.S. Continues at the repair address of the exception table, or panics. */
void exception_kernel(struct trap_frame *frame);

#endif
