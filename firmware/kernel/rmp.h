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
	RMP_RESULT_NO_CHANGE, /* PVALIDATE found the page in that state already */
	RMP_RESULT_FAIL_INPUT,
	RMP_RESULT_FAIL_PERMISSION,
	RMP_RESULT_SIZE_MISMATCH, /* the host backs the page in another size */
};

/* @page_size is RMP_PAGE_4K or RMP_PAGE_2M; the address is aligned to it. */
enum rmp_result rmp_validate_page(void *page, uint64_t page_size, bool validate);
enum rmp_result rmp_validate_gpa(struct gpa gpa, uint64_t page_size, bool validate);

/* Rights of @vmpl (RMP_PERM_*, optionally RMPADJUST_VMSA >> RMPADJUST_PERM_SHIFT is not part of it). */
enum rmp_result rmp_adjust_page(void *page, uint64_t page_size, unsigned int vmpl, uint64_t permissions, bool vmsa);
enum rmp_result rmp_adjust_gpa(struct gpa gpa, uint64_t page_size, unsigned int vmpl, uint64_t permissions);

#endif
