/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest at VMPL2: gives it its memory and pages, makes its registers, runs it. */
#ifndef KERNEL_GUEST_H
#define KERNEL_GUEST_H

#include "svsm/boot_info.h"

#include <stdbool.h>

#define GUEST_VMPL 2u

/* SEV features that every virtual CPU of the guest must have: those the firmware itself runs with (SEV_STATUS) */
uint64_t guest_sev_features(void);

/* Prepares memory and the first virtual CPU. False with a message when image, host or memory do not allow it. */
bool guest_prepare(const struct boot_info *info);

/*
 * Runs the guest on this CPU and serves its calls, for ever. While there is no guest for this CPU it halts; the host
 * may wake it at any time.
 */
_Noreturn void guest_run(void);

#endif
