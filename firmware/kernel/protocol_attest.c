/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Protocol 1, attestation (AMD 58019, section 7). The attest service makes manifest and report; here they are checked
 * and delivered. */
#include "svsm_call.h"

#include "abi/snp.h"
#include "attest_requests.h"
#include "freestanding_string.h"
#include "guest_memory.h"
#include "memory_map.h"
#include "services.h"

#define TPM_CODE_MAX 0xfffu /* of response codes (TPM 2.0 Library, part 2, 6.6) */

/* The request to the attest service, too large for a stack; under services_lock */
static struct {
	struct attest_request header;
	uint8_t selector[ATTEST_SELECTOR_MAX];
} request;
static_assert(sizeof(request) == sizeof(struct attest_request) + ATTEST_SELECTOR_MAX, "header and selector are one");

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
	/* More than this is never written, however much the guest offers: a call must not walk through gigabytes. */
	if (size != 0 && (!memory_map_contains(&memory_map_guest, gpa_of(gpa), size) ||
			  !guest_memory_probe(gpa_of(gpa), size < SERVICE_MESSAGE_MAX ? size : SERVICE_MESSAGE_MAX)))
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

/* Result code of a call that gives nothing. A selector has codes of its own. */
static uint32_t code_of(uint32_t status, bool selected, const struct attest_reply *reply)
{
	switch (status) {
	case SERVICE_BAD_SELECTOR:
		return selected ? SVSM_ERR_ATTEST_SELECTOR : SVSM_ERR_INVALID_REQUEST;
	case SERVICE_TPM_REFUSED:
		/* A refusal without a code is the service's mistake. */
		return selected && reply->tpm_code != 0 && reply->tpm_code <= TPM_CODE_MAX
			       ? SVSM_ERR_ATTEST_TPM + reply->tpm_code
			       : SVSM_ERR_INVALID_REQUEST;
	case SERVICE_AMD_SP_FAILED:
		return selected ? SVSM_ERR_ATTEST_NO_REPORT : SVSM_ERR_INVALID_REQUEST;
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
	struct attest_reply reply = {0};

	if (size >= sizeof(reply))
		memcpy(&reply, payload, sizeof(reply));
	if (status != SERVICE_OK && status != SERVICE_TOO_SMALL)
		return code_of(status, request.header.selector_size != 0, &reply);
	if (size < sizeof(reply))
		return SVSM_ERR_INVALID_REQUEST;
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

static uint32_t ask_service(struct svsm_call *call, const struct svsm_attest_services *op, uint32_t service_op)
{
	uint32_t size = (uint32_t)sizeof(request.header) + request.header.selector_size;
	struct attest_answer answer;

	switch (attest_requests_run(service_op, &request, size, call->start, &answer)) {
	case ATTEST_REQUESTS_DONE:
		return deliver(call, op, answer.status, answer.payload, answer.size);
	case ATTEST_REQUESTS_BUSY:
		return SVSM_ERR_BUSY;
	default:
		return SVSM_ERR_INVALID_REQUEST;
	}
}

/* Reads what the structure refers to, and asks. Under services_lock. */
static uint32_t run(struct svsm_call *call, const struct svsm_attest_single_service_ex *op, uint32_t service_op)
{
	const struct svsm_attest_services *common = &op->single.common;

	request.header = (struct attest_request){
		.manifest_version = op->single.manifest_version,
		.report_capacity = common->report_size,
		.manifest_capacity = common->manifest_size,
		.selector_size = op->selector_size,
	};
	memcpy(request.header.guid, op->single.service_guid, sizeof(request.header.guid));
	if (!guest_memory_read(request.header.nonce, gpa_of(common->nonce_gpa), sizeof(request.header.nonce)) ||
	    (op->selector_size != 0 &&
	     !guest_memory_read(request.selector, gpa_of(op->selector_gpa), op->selector_size)))
		return SVSM_ERR_INVALID_ADDRESS;
	return ask_service(call, common, service_op);
}

static const struct {
	uint32_t size; /* of the structure at RCX */
	uint32_t service_op;
} calls[] = {
	[SVSM_ATTEST_SERVICES] = {sizeof(struct svsm_attest_services), ATTEST_OP_SERVICES},
	[SVSM_ATTEST_SINGLE_SERVICE] = {sizeof(struct svsm_attest_single_service), ATTEST_OP_SINGLE_SERVICE},
	[SVSM_ATTEST_SINGLE_SERVICE_EX] = {sizeof(struct svsm_attest_single_service_ex), ATTEST_OP_SINGLE_SERVICE_EX},
};

uint32_t protocol_attest(struct svsm_call *call)
{
	struct svsm_attest_single_service_ex op = {0};
	uint32_t result;

	if (call->number >= sizeof(calls) / sizeof(calls[0]))
		return SVSM_ERR_UNSUPPORTED_CALL;
	if (!addr_is_aligned(call->rcx, sizeof(uint64_t)) ||
	    (call->rcx & (PAGE_SIZE - 1)) > PAGE_SIZE - calls[call->number].size)
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_memory_read(&op, gpa_of(call->rcx), calls[call->number].size))
		return SVSM_ERR_INVALID_ADDRESS;
	if (op.single.reserved_54 != 0 || op.reserved_64 != 0)
		return SVSM_ERR_INVALID_PARAMETER;
	result = check_op(&op.single.common);
	if (result != SVSM_SUCCESS)
		return result;
	/* No TPMT_PUBLIC is that long, so it needs no look. */
	if (op.selector_size > sizeof(request.selector))
		return SVSM_ERR_ATTEST_SELECTOR;
	if (!spinlock_try_acquire(&services_lock))
		return SVSM_ERR_BUSY;
	result = run(call, &op, calls[call->number].service_op);
	spinlock_release(&services_lock);
	return result;
}
