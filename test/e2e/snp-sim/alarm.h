/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The host's own timer interrupts, one on each processor, which end a guest's turn at a time of the host's choice
 * (EXIT_INTR). Functions are about the processor that calls them. */
#ifndef SIM_ALARM_H
#define SIM_ALARM_H

#include <stdint.h>

/* The TSC's rate, by the timer's, which is 1 GHz in QEMU */
extern uint64_t alarm_tsc_khz;

/* Measures the timer. Interrupts are off. */
void alarm_measure(void);

void alarm_init(void);

/* Rings when the TSC reaches @tsc; of several times asked for, the earliest counts and the rest have to be asked again.
 */
void alarm_set(uint64_t tsc);

/* Its interrupt has come and was acknowledged. */
void alarm_rang(void);

#endif
