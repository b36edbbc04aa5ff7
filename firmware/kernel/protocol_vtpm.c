/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Protocol 2, vTPM (AMD 58019, section 8): commands are carried to the vtpm service, nothing is interpreted here. */
#include "svsm_call.h"

#include "guest_memory.h"
#include "services.h"
#include "vtpm_commands.h"

#define LOCALITY_SUPPORTED 0u

/* Page-sized temporaries, under services_lock */
static uint8_t command[SVSM_VTPM_REQUEST_MAX];
static struct vtpm_response response;

static uint32_t run_command(struct gpa page, uint32_t size, uint64_t start)
{
	if (!guest_memory_read(command, gpa_of(page.value + sizeof(struct svsm_vtpm_request)), size))
		return SVSM_ERR_INVALID_ADDRESS;
	if (vtpm_commands_run(command, size, start, &response) == VTPM_COMMANDS_FAILED)
		return SVSM_ERR_INVALID_REQUEST;
	if (!guest_memory_write(page, &response, sizeof(response.size) + response.size))
		return SVSM_ERR_INVALID_ADDRESS;
	return SVSM_SUCCESS;
}

static uint32_t vtpm_cmd(struct svsm_call *call)
{
	struct gpa page = gpa_of(call->rcx);
	struct svsm_vtpm_request request;
	uint32_t result;

	/* One page in and out; an unaligned buffer must not reach into the next page. */
	if (!addr_is_aligned(page.value, PAGE_SIZE))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_read(&request, page, sizeof(request)) || !guest_memory_probe(page, PAGE_SIZE))
		return SVSM_ERR_INVALID_ADDRESS;
	if (request.command != SVSM_VTPM_SEND_COMMAND || request.locality != LOCALITY_SUPPORTED || request.size == 0 ||
	    request.size > SVSM_VTPM_REQUEST_MAX)
		return SVSM_ERR_INVALID_PARAMETER;
	if (!spinlock_try_acquire(&services_lock))
		return SVSM_ERR_BUSY;
	result = run_command(page, request.size, call->start);
	spinlock_release(&services_lock);
	return result;
}

uint32_t protocol_vtpm(struct svsm_call *call)
{
	switch (call->number) {
	case SVSM_VTPM_QUERY:
		call->rcx = 1ull << SVSM_VTPM_SEND_COMMAND;
		call->rdx = 0;
		return SVSM_SUCCESS;
	case SVSM_VTPM_CMD:
		return vtpm_cmd(call);
	default:
		return SVSM_ERR_UNSUPPORTED_CALL;
	}
}
