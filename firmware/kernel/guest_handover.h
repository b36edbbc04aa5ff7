/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What every kind of guest gets from the SVSM in its memory: secrets, CPUID values, an empty calling area. */
#ifndef KERNEL_GUEST_HANDOVER_H
#define KERNEL_GUEST_HANDOVER_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/*
 * Writes the three pages where @guest wants them; its memory is ready. @scratch is a page for temporaries, which do not
 * belong on a kernel stack; no secret stays in it. False when the memory map or the host do not allow it.
 */
bool guest_handover_write(const struct boot_guest *guest, void *scratch);

#endif
