/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The end of the road: for bugs of our own, and for a host that injects an exception into ring 0 or takes away its
 * memory. Never reached through input from the guest or a service.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include "user_context.h"

/* Prints @reason and asks the hypervisor to end the guest (general reason set, reason 0). */
_Noreturn void panic(const char *reason);

/* The same for an exception in ring 0 that nothing repairs. @address: CR2. */
_Noreturn void panic_exception(const struct trap_frame *frame, uint64_t address);

#endif
