/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Free 4 KiB pages of the firmware's region: private, validated and zeroed when handed out. Thread-safe. */
#ifndef KERNEL_PAGE_ALLOC_H
#define KERNEL_PAGE_ALLOC_H

#include "addr.h"

#include <stddef.h>

/* Takes the validated pages [start, end) of the region. Once, at boot. */
void page_alloc_init(struct gpa_range range);

/* A zeroed page, or NULL when none is left. Owned by the caller until page_free(). */
void *page_alloc(void);
/* The same for a VMSA: processors may fault on one at a 2 MiB boundary (SNP erratum). */
void *page_alloc_vmsa(void);
void page_free(void *page);

/* Pages free now. */
size_t page_alloc_available(void);

#endif
