/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Random bytes from the processor (RDSEED, or RDRAND where that is missing or exhausted). No cryptography here. */
#ifndef KERNEL_RANDOM_H
#define KERNEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* False when the processor has no generator or it keeps failing: then nothing may depend on @to. */
bool random_fill(void *to, size_t size);

#endif
