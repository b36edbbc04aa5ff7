/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "amd_sp.h"

#include "abi/snp.h"
#include "freestanding_string.h"
#include "ghcb.h"
#include "page_alloc.h"
#include "paging.h"
#include "shared_page.h"
#include "svsm/service.h"
#include "user_memory.h"

#include <errno.h>

#define HOST_BROKE_PROTOCOL (1ull << 63)

static uint8_t *request;  /* shared */
static uint8_t *response; /* shared */
static uint8_t *answer;	  /* private copy of the response */
static struct sp_result result;
static bool answer_waits;

bool amd_sp_init(void)
{
	request = shared_page_alloc();
	response = shared_page_alloc();
	answer = page_alloc();
	return request != NULL && response != NULL && answer != NULL;
}

int64_t amd_sp_write(struct uva from, uint64_t size)
{
	uint64_t exit_info_2 = 0;

	if (size != PAGE_SIZE)
		return -EMSGSIZE;
	/* Through the private page: a fault halfway must not leave half a message with the host. */
	if (!user_memory_read(answer, from, PAGE_SIZE))
		return -EFAULT;
	memcpy(request, answer, PAGE_SIZE);
	memset(response, 0, PAGE_SIZE);
	if (!ghcb_guest_request(paging_gpa(request), paging_gpa(response), &exit_info_2))
		exit_info_2 = HOST_BROKE_PROTOCOL;
	memcpy(answer, response, PAGE_SIZE);
	result.exit_info_2 = exit_info_2;
	answer_waits = true;
	return PAGE_SIZE;
}

int64_t amd_sp_read(struct uva to, uint64_t size)
{
	if (size < SERVICE_AMD_SP_READ_SIZE)
		return -EMSGSIZE;
	if (!answer_waits)
		return -EAGAIN;
	if (!user_memory_write(to, &result, sizeof(result)) ||
	    !user_memory_write((struct uva){to.value + sizeof(result)}, answer, PAGE_SIZE))
		return -EFAULT;
	answer_waits = false;
	return SERVICE_AMD_SP_READ_SIZE;
}
