/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The timer that takes a CPU back from a service: VMPL0's local APIC, in x2APIC mode by MSR accesses through the GHCB.
 * Its interrupt is taken only while ring 3 runs, and means no more than "look at the clock"; any other interrupt means
 * the same. A host that withholds it costs latency: services then yield at system calls only, and the log says so once.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_VECTOR 0xe0u

/* Enables the current CPU's timer and measures its rate, about 2 ms. Without timer: false, with a message. */
bool timer_init(void);

/* One interrupt at @deadline (clock.h), or at once when that has passed. Cheap when that is set up already. */
void timer_arm(uint64_t deadline);
void timer_disarm(void);

/* An interrupt with @vector ended a service's turn. */
void timer_interrupted(uint32_t vector);

/* Ring 3 was left just now without interrupt: notes when the armed timer should have come long before. */
void timer_check_expiry(void);

#endif
