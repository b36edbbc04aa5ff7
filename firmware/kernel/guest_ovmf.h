/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * OVMF as the guest: the image loads it below 4 GiB, its SEV metadata (edk2
 * OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm) says which pages have to be ready. It starts at the reset vector, finds
 * the SVSM through its secrets page, and validates the rest of memory by SVSM calls.
 */
#ifndef KERNEL_GUEST_OVMF_H
#define KERNEL_GUEST_OVMF_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/* Gives it its memory and pages, with the help of the page @scratch, and makes this CPU's VMSA for it. False with a
 * message. */
bool guest_ovmf_prepare(const struct boot_guest *guest, void *scratch);

#endif
