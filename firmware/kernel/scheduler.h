/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Which service runs, and for how long. All of it under services_lock. Deadlines are counter values of clock.h. A
 * service whose turn is over goes on at the same instruction in a later call, on any CPU.
 */
#ifndef KERNEL_SCHEDULER_H
#define KERNEL_SCHEDULER_H

#include "services.h"

#include <stdbool.h>
#include <stdint.h>

enum scheduler_result {
	SCHEDULER_RAN,	     /* something may have changed: look again */
	SCHEDULER_TIME_OVER, /* the deadline has passed: go on in another call */
	SCHEDULER_STUCK,     /* no service can run */
};

/* At boot: runs each service until it has started. False when one ended. */
bool scheduler_start(void);

/*
 * One turn of @first, or of another service when that one has to wait: until it waits, answers a request, or @deadline
 * passes. Interrupts only end a turn by way of the clock, so the host may send as many as it likes.
 */
enum scheduler_result scheduler_turn(struct service *first, uint64_t deadline);

/*
 * Turns for what services do for themselves, or for a guest that has not come back. A guest that waits for just that
 * gives its time until @deadline; else there is a slice now and then (budget.h).
 */
void scheduler_background(bool guest_waits, uint64_t deadline);

#endif
