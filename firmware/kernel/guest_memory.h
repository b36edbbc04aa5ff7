/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Guest memory, copied once and validated afterwards. Every function checks that the range is guest RAM by the memory
 * map and none of its pages a VMSA (vcpus.h), and reports a fault of any kind (not mapped by the host, not validated:
 * #PF, #GP, #VC) as false; the guest then gets SVSM_ERR_INVALID_ADDRESS. The guest's other CPUs may write at the same
 * time. Any CPU may call these, with or without locks.
 */
#ifndef KERNEL_GUEST_MEMORY_H
#define KERNEL_GUEST_MEMORY_H

#include "addr.h"

#include <stdbool.h>

bool guest_memory_read(void *to, struct gpa from, uint64_t size);
bool guest_memory_write(struct gpa to, const void *from, uint64_t size);

/* Zeroes a 4 KiB or 2 MiB page. */
bool guest_memory_zero_page(struct gpa page, bool large);

/* Exchanges one byte atomically; false after a fault. */
bool guest_memory_exchange(struct gpa at, uint8_t value, uint8_t *old);

/* True when the range can be read and written now: a copy of each page's first byte onto itself succeeds. */
bool guest_memory_probe(struct gpa at, uint64_t size);

#endif
