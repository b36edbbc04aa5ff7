/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The end of the road for bugs of our own. Never reached through input from guest, host or services. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Prints @reason and asks the hypervisor to end the guest (general reason set, reason 0). */
_Noreturn void panic(const char *reason);

#endif
