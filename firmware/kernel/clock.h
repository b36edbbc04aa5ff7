/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Time for services, from the time stamp counter. The rate is assumed (no trusted source without Secure TSC) and the
 * host can change it, so it serves the TPM's clock, which needs monotony only, and nothing that decides about security.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include <stdint.h>

/* Nanoseconds since boot; never goes back, even when the counter does. */
uint64_t clock_nanoseconds(void);

#endif
