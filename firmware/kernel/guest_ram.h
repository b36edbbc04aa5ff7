/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Gives the guest its RAM at boot: all of the memory map that is not the firmware's becomes private, validated,
 * VMPL2's. */
#ifndef KERNEL_GUEST_RAM_H
#define KERNEL_GUEST_RAM_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/* Pages the image loaded keep their contents, all others are zeroed. False with a message when the host does not play
 * along. */
bool guest_ram_validate(const struct boot_guest *guest);

#endif
