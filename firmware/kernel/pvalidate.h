/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* SVSM_CORE_PVALIDATE: the guest's only way to change which of its memory is validated. */
#ifndef KERNEL_PVALIDATE_H
#define KERNEL_PVALIDATE_H

#include "addr.h"

#include <stdint.h>

/*
 * Works through the list at @list for a call that began at @start (clock.h); the list's `next` field is left at the
 * entry that failed, or to go on with: SVSM_ERR_INCOMPLETE when the call's budget is over. Returns an SVSM result code.
 * Validated pages are zeroed before VMPL2 gets rights on them; rights are revoked before a page is rescinded.
 * Ends the machine when the host shows another page than the one validated (guest_pages.h).
 */
uint32_t pvalidate_list(struct gpa list, uint64_t start);

#endif
