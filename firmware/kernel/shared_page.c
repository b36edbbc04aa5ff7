/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "shared_page.h"

#include "freestanding_string.h"
#include "ghcb.h"
#include "page_alloc.h"
#include "paging.h"
#include "rmp.h"

bool shared_page_make(void *page)
{
	if (rmp_validate_page(page, RMP_PAGE_4K, false) != RMP_RESULT_OK ||
	    !ghcb_set_page_state_msr(paging_gpa(page), true))
		return false;
	paging_set_shared(page, true);
	memset(page, 0, PAGE_SIZE);
	return true;
}

void *shared_page_alloc(void)
{
	void *page = page_alloc();

	return page != NULL && shared_page_make(page) ? page : NULL;
}
