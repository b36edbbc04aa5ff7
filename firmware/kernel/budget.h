/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * How long VMPL0 keeps a virtual CPU from its guest. A call ends within CALL_BUDGET_US and one short path of the
 * kernel, finished or not. Times are microseconds.
 */
#ifndef KERNEL_BUDGET_H
#define KERNEL_BUDGET_H

#define CALL_BUDGET_US 10000u

/*
 * A TPM command the guest has to send again gets this many times the time of the try before, up to a limit far below
 * what kernels take for a lockup (10 to 20 s). Linux tries eight times, so that a command has 8.6 s on a guest's only
 * CPU.
 */
#define CALL_BUDGET_GROWTH 3u
#define CALL_BUDGET_MOST_US 2500000u

/*
 * Of VMPL0 in calls of one CPU that were all answered BUSY: a kernel that repeats them has its interrupts off
 * meanwhile. Then it is told to come later (busy_limit.h).
 */
#define BUSY_MOST_US 5000000u

/* After a call, what services do for themselves gets a slice, and then none for the share of time that belongs to the
 * guest. */
#define BACKGROUND_SLICE_US 1000u
#define BACKGROUND_GUEST_SHARE 4u /* of five parts */

#endif
