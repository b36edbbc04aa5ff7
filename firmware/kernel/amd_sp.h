/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The way to the AMD-SP for the attest service: carries sealed messages, knows nothing of their contents. Two pages are
 * shared with the host. Protected by services_lock.
 */
#ifndef KERNEL_AMD_SP_H
#define KERNEL_AMD_SP_H

#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

/* Makes the shared pages. False when memory is short or the host refuses. */
bool amd_sp_init(void);

/* Sends one 4096-byte message and keeps the answer; 4096 or -errno. */
int64_t amd_sp_write(struct uva from, uint64_t size);

/* Gives the answer once: struct sp_result and 4096 bytes; its size or -errno. */
int64_t amd_sp_read(struct uva to, uint64_t size);

#endif
