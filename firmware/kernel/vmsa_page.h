/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A page of the guest that is a VMSA or becomes one: its place in the RMP, and the few fields the firmware looks at
 * from outside of the virtual CPU. The page is registered (vcpus.h) and the lock of guest_pages.h held.
 */
#ifndef KERNEL_VMSA_PAGE_H
#define KERNEL_VMSA_PAGE_H

#include "addr.h"
#include "rmp.h"

/*
 * Takes @page from the guest, checks what the guest wrote there, and marks it as VMSA. A SVSM result code; whatever it
 * is but SVSM_SUCCESS, the page is the guest's as before.
 */
uint32_t vmsa_page_make(struct gpa page);

/*
 * The way back: no processor can enter it any more, and the page with its contents is the guest's. A SVSM result code;
 * SVSM_ERR_RMPADJUST_FAIL_INUSE with nothing changed while a processor runs it.
 */
uint32_t vmsa_page_unmake(struct gpa page);

#endif
