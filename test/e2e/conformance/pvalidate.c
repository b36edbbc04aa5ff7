/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "pvalidate.h"

#include "abi.h"
#include "bytes.h"
#include "ghcb.h"
#include "paging.h"
#include "svsm_call.h"

void pvalidate_write(uint8_t *list, uint16_t entries, uint16_t next, const uint64_t *entry, size_t count)
{
	bytes_put(list + LIST_ENTRIES, 2, entries);
	bytes_put(list + LIST_NEXT, 2, next);
	bytes_put(list + LIST_RESERVED, 4, 0);
	for (size_t i = 0; i < count; i++)
		bytes_put(list + LIST_FIRST + 8 * i, 8, entry[i]);
}

uint16_t pvalidate_next(const uint8_t *list)
{
	return (uint16_t)bytes_get(list + LIST_NEXT, 2);
}

uint64_t pvalidate_call(uint64_t gpa)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_PVALIDATE), .rcx = gpa};

	return svsm_call(&call);
}

uint64_t pvalidate_one(uint64_t entry)
{
	uint8_t *list = svsm_call_area() + CA_BUFFER;

	pvalidate_write(list, 1, 0, &entry, 1);
	return pvalidate_call((uint64_t)list);
}

uint64_t pvalidate_run(const uint8_t *first, size_t count, uint64_t flags)
{
	uint8_t *list = svsm_call_area() + CA_BUFFER;
	uint64_t page = (uint64_t)first;

	while (count > 0) {
		size_t now = count < PVALIDATE_MAX_IN_AREA ? count : PVALIDATE_MAX_IN_AREA;
		uint64_t result;

		pvalidate_write(list, (uint16_t)now, 0, NULL, 0);
		for (size_t i = 0; i < now; i++, page += PAGE_BYTES)
			bytes_put(list + LIST_FIRST + 8 * i, 8, page | flags);
		result = pvalidate_call((uint64_t)list);
		if (result != R_SUCCESS)
			return result;
		count -= now;
	}
	return R_SUCCESS;
}

bool pvalidate_share(uint8_t *page)
{
	return pvalidate_one((uint64_t)page) == R_SUCCESS && ghcb_page_state((uint64_t)page, PAGE_STATE_SHARED) &&
	       paging_set_private(page, false);
}

bool pvalidate_unshare(uint8_t *page)
{
	return paging_set_private(page, true) && ghcb_page_state((uint64_t)page, PAGE_STATE_PRIVATE) &&
	       pvalidate_one((uint64_t)page | ENTRY_VALIDATE) == R_SUCCESS;
}
