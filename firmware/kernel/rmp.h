/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* PVALIDATE and RMPADJUST (APM 3). Both take virtual addresses; rmp_*_gpa() map the page in this CPU's window. */
#ifndef KERNEL_RMP_H
#define KERNEL_RMP_H

#include "abi/snp.h"
#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

enum rmp_result {
	RMP_RESULT_OK,
	RMP_RESULT_NO_CHANGE,  /* PVALIDATE found the page in that state already */
	RMP_RESULT_FAIL_INPUT, /* also when the instruction faults, as it may on a page that is not validated */
	RMP_RESULT_FAIL_PERMISSION,
	RMP_RESULT_IN_USE,	  /* a processor runs this VMSA */
	RMP_RESULT_SIZE_MISMATCH, /* the host backs the page in another size */
};

/* @page_size is RMP_PAGE_4K or RMP_PAGE_2M; the address is aligned to it. */
enum rmp_result rmp_validate_page(void *page, uint64_t page_size, bool validate);
enum rmp_result rmp_validate_gpa(struct gpa gpa, uint64_t page_size, bool validate);

/* Gives @vmpl the rights @permissions (RMP_PERM_*) and, with @vmsa, makes the page a VMSA. */
enum rmp_result rmp_adjust_page(void *page, uint64_t page_size, unsigned int vmpl, uint64_t permissions, bool vmsa);
enum rmp_result rmp_adjust_gpa(struct gpa gpa, uint64_t page_size, unsigned int vmpl, uint64_t permissions);

/*
 * Makes a 4 KiB page of the guest a VMSA that VMPL2 can read and nothing else, or ordinary memory with all rights. At
 * once. Linux reads SEV_FEATURES there after CREATE_VCPU, for the host (docs/linux-guest.md). Reading gives the guest
 * nothing: the registers are its own.
 */
enum rmp_result rmp_adjust_vmsa_gpa(struct gpa gpa, bool vmsa);

#endif
