/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Protocol 1, attestation (AMD 58019, section 7). The attest service makes manifest and report; here they are checked
 * and delivered. */
#include "svsm_call.h"

#include "abi/snp.h"
#include "freestanding_string.h"
#include "guest_memory.h"
#include "memory_map.h"
#include "services.h"

static bool reserved_clear(const struct svsm_attest_services *op)
{
	for (size_t i = 0; i < sizeof(op->reserved_1a); i++) {
		if (op->reserved_1a[i] != 0)
			return false;
	}
	return op->reserved_0c == 0 && op->reserved_2c == 0 && op->reserved_3c == 0;
}

/* A buffer the guest names: its own RAM, page-aligned. */
static uint32_t check_buffer(uint64_t gpa, uint32_t size)
{
	if (!addr_is_aligned(gpa, PAGE_SIZE))
		return SVSM_ERR_INVALID_PARAMETER;
	if (size != 0 && !guest_memory_probe(gpa_of(gpa), size))
		return SVSM_ERR_INVALID_ADDRESS;
	return SVSM_SUCCESS;
}

static uint32_t check_op(const struct svsm_attest_services *op)
{
	uint32_t result;

	if (!reserved_clear(op) || op->nonce_size != SVSM_ATTEST_NONCE_SIZE ||
	    (op->nonce_gpa & (PAGE_SIZE - 1)) > PAGE_SIZE - SVSM_ATTEST_NONCE_SIZE)
		return SVSM_ERR_INVALID_PARAMETER;
	result = check_buffer(op->report_gpa, op->report_size);
	if (result == SVSM_SUCCESS)
		result = check_buffer(op->manifest_gpa, op->manifest_size);
	if (result == SVSM_SUCCESS && op->certificates_size != 0)
		result = check_buffer(op->certificates_gpa, op->certificates_size);
	return result;
}

static uint32_t code_of(uint32_t status)
{
	switch (status) {
	case SERVICE_UNKNOWN_GUID:
	case SERVICE_UNKNOWN_VERSION:
	case SERVICE_TOO_SMALL:
		return SVSM_ERR_INVALID_PARAMETER;
	case SERVICE_BUSY:
		return SVSM_ERR_BUSY;
	default:
		return SVSM_ERR_INVALID_REQUEST;
	}
}

/* Puts report and manifest where the guest wants them; sizes go to the registers. */
static uint32_t deliver(struct svsm_call *call, const struct svsm_attest_services *op, uint32_t status,
			const uint8_t *payload, uint32_t size)
{
	struct attest_reply reply;

	if (status != SERVICE_OK && status != SERVICE_TOO_SMALL)
		return code_of(status);
	if (size < sizeof(reply))
		return SVSM_ERR_INVALID_REQUEST;
	memcpy(&reply, payload, sizeof(reply));
	payload += sizeof(reply);
	size -= (uint32_t)sizeof(reply);
	if (status == SERVICE_OK && (reply.report_size > size || reply.manifest_size != size - reply.report_size ||
				     reply.report_size > op->report_size || reply.manifest_size > op->manifest_size))
		return SVSM_ERR_INVALID_REQUEST;
	call->rcx = reply.manifest_size;
	call->rdx = 0; /* no certificates: the relying party has them from the KDS */
	call->r8 = reply.report_size;
	if (status == SERVICE_TOO_SMALL)
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_write(gpa_of(op->report_gpa), payload, reply.report_size) ||
	    !guest_memory_write(gpa_of(op->manifest_gpa), payload + reply.report_size, reply.manifest_size))
		return SVSM_ERR_INVALID_ADDRESS;
	return SVSM_SUCCESS;
}

static uint32_t ask_service(struct svsm_call *call, const struct svsm_attest_services *op, uint32_t service_op,
			    const struct attest_request *request)
{
	struct port *port = &services[SERVICE_ATTEST].port;
	uint32_t status = SERVICE_INTERNAL, size = 0;
	const uint8_t *payload = NULL;

	if (port->state == PORT_DEAD)
		return SVSM_ERR_INVALID_REQUEST;
	if (!port_request(port, port, service_op, request, sizeof(*request)))
		return SVSM_ERR_BUSY;
	if (!services_run_for(port, port) || !port_take_reply(port, port, &status, &payload, &size))
		return SVSM_ERR_INVALID_REQUEST;
	return deliver(call, op, status, payload, size);
}

uint32_t protocol_attest(struct svsm_call *call)
{
	struct svsm_attest_single_service op = {0};
	struct attest_request request = {0};
	bool single = call->number == SVSM_ATTEST_SINGLE_SERVICE;
	uint64_t size = single ? sizeof(op) : sizeof(op.common);
	uint32_t result;

	if (call->number != SVSM_ATTEST_SERVICES && !single)
		return SVSM_ERR_UNSUPPORTED_CALL;
	if (!addr_is_aligned(call->rcx, sizeof(uint64_t)) || (call->rcx & (PAGE_SIZE - 1)) > PAGE_SIZE - size)
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_read(&op, gpa_of(call->rcx), size))
		return SVSM_ERR_INVALID_ADDRESS;
	if (op.reserved_54 != 0)
		return SVSM_ERR_INVALID_PARAMETER;
	result = check_op(&op.common);
	if (result != SVSM_SUCCESS)
		return result;
	if (!guest_memory_read(request.nonce, gpa_of(op.common.nonce_gpa), sizeof(request.nonce)))
		return SVSM_ERR_INVALID_ADDRESS;
	memcpy(request.guid, op.service_guid, sizeof(request.guid));
	request.manifest_version = op.manifest_version;
	request.report_capacity = op.common.report_size;
	request.manifest_capacity = op.common.manifest_size;
	if (!spinlock_try_acquire(&services_lock))
		return SVSM_ERR_BUSY;
	result = ask_service(call, &op.common, single ? ATTEST_OP_SINGLE_SERVICE : ATTEST_OP_SERVICES, &request);
	spinlock_release(&services_lock);
	return result;
}
