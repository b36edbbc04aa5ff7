/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Pages of the firmware's region that the host can read and write. Copy what is read from them, once. */
#ifndef KERNEL_SHARED_PAGE_H
#define KERNEL_SHARED_PAGE_H

#include <stdbool.h>

/* Makes @page, private and validated, shared and zero. False when the host refuses: the page is then lost. */
bool shared_page_make(void *page);

/* A new one. NULL when memory is short or the host refuses. At boot, by the first CPU (paging.h). */
void *shared_page_alloc(void);

#endif
