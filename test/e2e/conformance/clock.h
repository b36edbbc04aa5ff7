/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Time from the TSC, whose rate is measured once with the interval timer. */
#ifndef CONFORMANCE_CLOCK_H
#define CONFORMANCE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Measures the rate; keeps a guess when the host has no timer. True when it was measured. */
bool clock_start(void);

/* TSC value @milliseconds from now */
uint64_t clock_deadline(uint64_t milliseconds);
bool clock_passed(uint64_t deadline);
uint64_t clock_milliseconds(uint64_t ticks);

#endif
