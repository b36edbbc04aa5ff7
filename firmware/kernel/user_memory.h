/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Memory of the service whose address space is active, copied once. SMAP is lifted only for the copy. A fault of any
 * kind is false; the caller then answers -EFAULT.
 */
#ifndef KERNEL_USER_MEMORY_H
#define KERNEL_USER_MEMORY_H

#include "addr.h"

#include <stdbool.h>

bool user_memory_read(void *to, struct uva from, uint64_t size);
bool user_memory_write(struct uva to, const void *from, uint64_t size);

#endif
