/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A guest entered in 64-bit mode with an identity map: the pages and registers docs/contracts.md section 1 promises it.
 */
#ifndef KERNEL_GUEST_FLAT64_H
#define KERNEL_GUEST_FLAT64_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/* Gives it its memory and pages, with the help of the page @scratch, and makes this CPU's VMSA for it. False with a
 * message. */
bool guest_flat64_prepare(const struct boot_guest *guest, void *scratch);

#endif
