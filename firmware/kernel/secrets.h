/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The secrets page: VMPCK0 goes to the attest service, the guest gets a page without VMPCK0 and 1, no other copy
 * remains. */
#ifndef KERNEL_SECRETS_H
#define KERNEL_SECRETS_H

#include "abi/snp.h"
#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes VMPCK0 out of the loaded page and clears VMPCK0 and 1 there. */
void secrets_init(struct snp_secrets *page);

/* Gives VMPCK0 once; the kernel's copy is gone afterwards. False when it has been given already. */
bool secrets_take_vmpck0(uint8_t key[SNP_VMPCK_SIZE]);

/* Fills @guest for a guest at @vmpl whose first calling area is at @calling_area. */
void secrets_for_guest(struct snp_secrets *guest, unsigned int vmpl, struct gpa calling_area);

#endif
