/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Protocol 2, vTPM (AMD 58019, section 8): commands are carried to the vtpm service, nothing is interpreted here. */
#include "svsm_call.h"

#include "freestanding_string.h"
#include "guest_memory.h"
#include "services.h"

#define LOCALITY_SUPPORTED 0u

/* Page-sized temporaries, under services_lock */
static uint8_t command[SVSM_VTPM_REQUEST_MAX];
static struct __attribute__((packed)) {
	uint32_t size;
	uint8_t data[SVSM_VTPM_RESPONSE_MAX];
} response;

static uint32_t run_command(struct gpa page, uint32_t size)
{
	struct port *port = &services[SERVICE_VTPM].port;
	const uint8_t *payload;
	uint32_t status, length;

	if (!guest_memory_read(command, gpa_of(page.value + sizeof(struct svsm_vtpm_request)), size))
		return SVSM_ERR_INVALID_ADDRESS;
	if (port->state == PORT_DEAD)
		return SVSM_ERR_INVALID_REQUEST;
	if (!port_request(port, command, VTPM_OP_COMMAND, command, size))
		return SVSM_ERR_BUSY;
	if (!services_run_for(port, command) || !port_take_reply(port, command, &status, &payload, &length) ||
	    status != SERVICE_OK || length > sizeof(response.data))
		return SVSM_ERR_INVALID_REQUEST;
	response.size = length;
	memcpy(response.data, payload, length);
	if (!guest_memory_write(page, &response, sizeof(response.size) + length))
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
	result = run_command(page, request.size);
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
