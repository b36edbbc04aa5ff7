/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Gives the guest memory at boot. Pages come from the host's memory map, never from the firmware's region, and become
 * VMPL2's with all rights.
 */
#ifndef KERNEL_GUEST_RAM_H
#define KERNEL_GUEST_RAM_H

#include "addr.h"
#include "svsm/boot_info.h"

#include <stdbool.h>

/* All functions return false with a message when the host does not play along. */

/* All of the memory map: pages the image loaded keep their contents, all others are validated and zeroed. */
bool guest_ram_validate(const struct boot_guest *guest);

/* Makes @range (pages of the memory map, not yet validated) private, validated and zero. */
bool guest_ram_take(struct gpa_range range);

/* Rights for pages that the image loaded, inside the memory map or not. */
bool guest_ram_grant(struct gpa_range range);

#endif
