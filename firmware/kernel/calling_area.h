/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Calling areas and VMSAs in use, one of each per virtual CPU: no two may coincide, and no memory call may take one
 * away. Has a lock of its own.
 */
#ifndef KERNEL_CALLING_AREA_H
#define KERNEL_CALLING_AREA_H

#include "addr.h"

#include <stdbool.h>

/* Makes @page the calling area of CPU @index, replacing its old one. False when another CPU uses it. */
bool calling_area_set(uint32_t index, struct gpa page);

/* True when a calling area lies in the range. */
bool calling_area_overlaps(struct gpa_range range);

#endif
