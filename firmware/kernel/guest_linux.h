/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A Linux kernel entered directly at its 64-bit entry point (abi/linux_boot.h). The image carries kernel, initramfs,
 * command line, boot parameters and the blob that tells an SNP kernel where its secrets and CPUID pages are; all of it
 * is measured. Here the memory map is added, which only the host knows.
 */
#ifndef KERNEL_GUEST_LINUX_H
#define KERNEL_GUEST_LINUX_H

#include "svsm/boot_info.h"

#include <stdbool.h>

/* Gives it its memory and pages, with the help of the page @scratch, and makes this CPU's VMSA for it. False with a
 * message. */
bool guest_linux_prepare(const struct boot_guest *guest, void *scratch);

#endif
