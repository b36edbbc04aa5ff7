/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Calling areas in use, one per virtual CPU: no two may coincide, and no memory call may take one away. Changed with
 * the lock of guest_pages.h held; a lock of its own makes each look at them consistent.
 */
#ifndef KERNEL_CALLING_AREA_H
#define KERNEL_CALLING_AREA_H

#include "addr.h"

#include <stdbool.h>

/* Makes @page the calling area of CPU @index, replacing its old one. False when another CPU uses it. */
bool calling_area_set(uint32_t index, struct gpa page);

/* The calling area of CPU @index; false when it has none. */
bool calling_area_get(uint32_t index, struct gpa *page);
void calling_area_clear(uint32_t index);

/* True when a calling area lies in the range. */
bool calling_area_overlaps(struct gpa_range range);

#endif
