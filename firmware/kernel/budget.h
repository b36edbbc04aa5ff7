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
 * A TPM command the guest has to send again gets twice the time of the try before, up to 2^CALL_BUDGET_DOUBLINGS
 * budgets. Linux tries eight times, so a command has 2.5 s on a guest's only CPU, as long as Linux waits in all.
 */
#define CALL_BUDGET_DOUBLINGS 7u

/* After a call, what services do for themselves gets a slice, and then none for the share of time that belongs to the
 * guest. */
#define BACKGROUND_SLICE_US 1000u
#define BACKGROUND_GUEST_SHARE 4u /* of five parts */

#endif
