/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What guests entered in 64-bit mode have in common: page tables and GDT in their memory, and the registers.
 * docs/contracts.md section 1.
 */
#ifndef KERNEL_GUEST_LONG_MODE_H
#define KERNEL_GUEST_LONG_MODE_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/*
 * Writes page tables and GDT at the addresses @guest names, with the help of the page @scratch. False when the memory
 * map or the host do not allow it.
 */
bool guest_long_mode_write(const struct boot_guest *guest, void *scratch);

/* Makes and registers this CPU's VMSA: long mode, identity map, RSI = boot_params. False with a message. */
bool guest_long_mode_enter(const struct boot_guest *guest);

#endif
