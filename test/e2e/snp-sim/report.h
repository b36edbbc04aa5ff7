/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Log of the simulated host (QEMU's debug console, port E9) and the ends of a run (docs/contracts.md section 4). */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define EXIT_VALUE_VIOLATION 0x20u
#define EXIT_VALUE_INTERNAL 0x21u
#define EXIT_VALUE_TERMINATED 0x22u
#define EXIT_VALUE_REFUSED 0x23u

extern bool report_trace; /* log every exit */

void report_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends QEMU with (value << 1) | 1. */
_Noreturn void report_exit(uint32_t value);

/* The simulator itself cannot go on: its own limit or bug, not the guest's fault. */
_Noreturn void report_internal(const char *why, uint64_t value);

#endif
