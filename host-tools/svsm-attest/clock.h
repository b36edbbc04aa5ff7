/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Time that passes, whatever is done to the machine's date. 0 where there is no such clock. */
#ifndef SVSM_ATTEST_CLOCK_H
#define SVSM_ATTEST_CLOCK_H

#include <stdint.h>

uint64_t clock_ms(void);
uint64_t clock_seconds(void);

#endif
