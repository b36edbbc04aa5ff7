/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Time, from the time stamp counter. Its rate comes from the host (interval timer) and the host can change it, so time
 * serves the TPM's clock, which needs monotony only, and how long the guest waits, and nothing that decides about
 * security.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Measures the counter's rate, about 30 ms. False when the host has no interval timer: then a rate is assumed. */
bool clock_calibrate(void);

/* The counter's rate as measured or assumed. */
uint64_t clock_kilohertz(void);

/* Nanoseconds since boot; never goes back, even when the counter does. Under services_lock. */
uint64_t clock_nanoseconds(void);

/* Counter values: now, @microseconds after one, @microseconds from now, and whether one has been reached. */
uint64_t clock_now(void);
uint64_t clock_add(uint64_t time, uint64_t microseconds);
uint64_t clock_deadline(uint64_t microseconds);
bool clock_passed(uint64_t deadline);

/* Microseconds since a counter value; 0 when the counter went back. */
uint64_t clock_since(uint64_t start);

#endif
