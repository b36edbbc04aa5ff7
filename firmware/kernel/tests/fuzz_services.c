/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Calls of the attestation and vTPM protocols over guest memory of any content, with services that answer late, wrongly
 * or not at all. Input: a few bytes for each call, which make it from a good one or from nothing, then change it; a
 * call may be made again, as after SVSM_ERR_BUSY. What must hold: a specified result, within the budget; a refused call
 * changes no memory, and no register unless it tells sizes; an accepted one had a structure without fault, writes only
 * where the guest wants it, and delivers the service's answer to exactly this request.
 */
#include "../budget.h"
#include "../memory_map.h"
#include "../scheduler.h"
#include "../svsm_call.h"
#include "../vtpm_commands.h"
#include "abi/snp.h"
#include "fake_guest.h"
#include "freestanding_string.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM_END 0x10000u /* small, so that all of it can be compared */
#define CALLS_MAX 12u
#define OP_AT 0x1000u
#define NONCE_AT 0x2000u
#define SELECTOR_AT 0x2ff3u
#define REPORT_AT 0x4000u
#define MANIFEST_AT 0x6000u
#define TPM_AT 0x9000u
#define WORK_UNIT_US 150u
#define FOREVER UINT64_MAX

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct service services[SERVICE_COUNT];
struct spinlock services_lock;

static struct {
	const uint8_t *at;
	size_t left;
} input;

/* Twin of freestanding_string.h's: the rest of that file would replace the C library's functions. */
void string_cleanse(void *at, size_t size)
{
	memset(at, 0, size);
}

/* How a service behaves from now on */
static struct {
	uint64_t work_us;
	uint32_t status;
	uint8_t flaw; /* of its answer, 0: none */
} behaviour;

enum {
	FLAW_NONE,
	FLAW_HEADER,	  /* header.size is not what was written */
	FLAW_SHORT,	  /* an empty payload */
	FLAW_REPORT_SIZE, /* sizes that do not fit the payload */
	FLAW_MANIFEST_SIZE,
	FLAW_LARGE, /* as long as a message can be */
	FLAW_DIES,
	FLAW_COUNT,
};

static void require_at(bool holds, int line)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: line %d\n", line);
	abort();
}
#define require(holds) require_at(holds, __LINE__)

static uint8_t next(void)
{
	if (input.left == 0)
		return 0;
	input.left--;
	return *input.at++;
}

static void take(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = next();
}

/* FNV-1a: what an answer says about its request */
static uint64_t digest(uint64_t hash, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3ull;
	return hash;
}

static uint64_t digest_request(uint32_t op, const void *payload, size_t size)
{
	return digest(digest(0xcbf29ce484222325ull, &op, sizeof(op)), payload, size);
}

static void put_answer(struct port *port, uint32_t size)
{
	if (behaviour.flaw == FLAW_LARGE)
		size = SERVICE_MESSAGE_MAX - (uint32_t)sizeof(port->header);
	if (behaviour.flaw == FLAW_SHORT)
		size = 0;
	port->header.status = behaviour.status;
	port->header.size = size + (behaviour.flaw == FLAW_HEADER);
	port->size = (uint32_t)sizeof(port->header) + size;
	port->state = PORT_REPLIED;
}

static void answer_attest(struct port *port)
{
	uint8_t *payload = port->message + sizeof(port->header);
	uint64_t hash = digest_request(port->header.op, payload, port->header.size);
	struct attest_reply reply = {.report_size = SNP_REPORT_SIZE, .manifest_size = 300, .tpm_code = 0x101};

	memset(payload, 0, SERVICE_MESSAGE_MAX - sizeof(port->header));
	if (behaviour.flaw == FLAW_REPORT_SIZE)
		reply.report_size = UINT32_MAX;
	if (behaviour.flaw == FLAW_MANIFEST_SIZE)
		reply.manifest_size++;
	memcpy(payload, &reply, sizeof(reply));
	memset(payload + sizeof(reply), 'R', SNP_REPORT_SIZE);
	memcpy(payload + sizeof(reply) + SNP_REPORT_SIZE, &hash, sizeof(hash));
	put_answer(port, behaviour.status == SERVICE_OK ? sizeof(reply) + SNP_REPORT_SIZE + 300 : sizeof(reply));
}

static void answer_vtpm(struct port *port)
{
	uint8_t *payload = port->message + sizeof(port->header);
	uint64_t hash = digest_request(port->header.op, payload, port->header.size);

	memcpy(payload, &hash, sizeof(hash));
	put_answer(port, sizeof(hash));
}

/* Twin of scheduler.h */
enum scheduler_result scheduler_turn(struct service *first, uint64_t deadline)
{
	struct port *port = &first->port;

	if (port->state != PORT_REQUESTED && port->state != PORT_SERVING)
		return SCHEDULER_STUCK;
	if (fake_now >= deadline)
		return SCHEDULER_TIME_OVER;
	port->state = PORT_SERVING;
	if (behaviour.flaw == FLAW_DIES) {
		port->state = PORT_DEAD;
	} else if (behaviour.work_us > deadline - fake_now) {
		behaviour.work_us -= deadline - fake_now;
		fake_now = deadline;
	} else {
		fake_now += behaviour.work_us;
		behaviour.work_us = 0;
		if (first->id == SERVICE_ATTEST)
			answer_attest(port);
		else
			answer_vtpm(port);
	}
	vtpm_commands_collect();
	return SCHEDULER_RAN;
}

static void change(void *structure, size_t size)
{
	static const uint64_t values[] = {
		0,	   1,	   8,		63,	     64,	   0xfff,     0x1000,
		0x7fff,	   0xffff, RAM_END - 1, RAM_END - 8, RAM_END - 64, RAM_END,   1024,
		1025,	   65543,  1ull << 31,	UINT32_MAX,  1ull << 39,   0x8000000, 0xfffffffffffff000ull,
		UINT64_MAX};

	for (unsigned int count = next() % 4; count > 0; count--) {
		size_t at = next() % size, width = 1u << next() % 4;
		uint8_t choice = next();
		uint64_t value;

		if (choice < 128)
			value = values[choice % (sizeof(values) / sizeof(values[0]))];
		else
			take(&value, sizeof(value));
		at -= at % width;
		memcpy((uint8_t *)structure + at, &value, width <= size - at ? width : size - at);
	}
}

static void make_attest(struct svsm_call *call)
{
	struct svsm_attest_single_service_ex op = {
		.single = {.common = {.report_gpa = REPORT_AT,
				      .report_size = PAGE_SIZE,
				      .nonce_gpa = NONCE_AT,
				      .nonce_size = SVSM_ATTEST_NONCE_SIZE,
				      .manifest_gpa = MANIFEST_AT,
				      .manifest_size = PAGE_SIZE},
			   .service_guid = SVSM_GUID_VTPM,
			   .manifest_version = next() % 2},
		.selector_gpa = SELECTOR_AT,
		.selector_size = next() * 5u,
	};

	change(&op, sizeof(op));
	memcpy(fake_ram + OP_AT, &op, sizeof(op));
	take(fake_ram + NONCE_AT, 4);
	take(fake_ram + SELECTOR_AT, 8);
	*call = (struct svsm_call){.protocol = SVSM_PROTOCOL_ATTEST, .number = next() % 4, .rcx = OP_AT};
}

static void make_vtpm(struct svsm_call *call)
{
	struct svsm_vtpm_request request = {.command = SVSM_VTPM_SEND_COMMAND, .size = 1u + next() % 16};

	change(&request, sizeof(request));
	memcpy(fake_ram + TPM_AT, &request, sizeof(request));
	take(fake_ram + TPM_AT + sizeof(request), 4);
	*call = (struct svsm_call){.protocol = SVSM_PROTOCOL_VTPM, .number = next() % 3, .rcx = TPM_AT};
}

/* Whole pages of the guest's, where a service's answer may go */
static bool is_buffer(uint64_t gpa, uint32_t size)
{
	return gpa % PAGE_SIZE == 0 && (size == 0 || (gpa < RAM_END && size <= RAM_END - gpa));
}

static bool is_sound(const struct svsm_attest_single_service_ex *op)
{
	const struct svsm_attest_services *common = &op->single.common;
	static const uint8_t none[sizeof(common->reserved_1a)];

	return common->reserved_0c == 0 && memcmp(common->reserved_1a, none, sizeof(none)) == 0 &&
	       common->reserved_2c == 0 && common->reserved_3c == 0 && op->single.reserved_54 == 0 &&
	       op->reserved_64 == 0 && common->nonce_size == SVSM_ATTEST_NONCE_SIZE &&
	       common->nonce_gpa % PAGE_SIZE <= PAGE_SIZE - SVSM_ATTEST_NONCE_SIZE &&
	       is_buffer(common->report_gpa, common->report_size) &&
	       is_buffer(common->manifest_gpa, common->manifest_size) &&
	       (common->certificates_size == 0 || is_buffer(common->certificates_gpa, common->certificates_size)) &&
	       op->selector_size <= ATTEST_SELECTOR_MAX;
}

static uint64_t expected_digest(uint32_t number, const struct svsm_attest_single_service_ex *op, const uint8_t *ram)
{
	struct {
		struct attest_request header;
		uint8_t selector[ATTEST_SELECTOR_MAX];
	} request = {.header = {.manifest_version = op->single.manifest_version,
				.report_capacity = op->single.common.report_size,
				.manifest_capacity = op->single.common.manifest_size,
				.selector_size = op->selector_size}};

	memcpy(request.header.guid, op->single.service_guid, sizeof(request.header.guid));
	memcpy(request.header.nonce, ram + op->single.common.nonce_gpa, sizeof(request.header.nonce));
	if (op->selector_size != 0)
		memcpy(request.selector, ram + op->selector_gpa, op->selector_size);
	return digest_request(ATTEST_OP_SERVICES + number, &request,
			      sizeof(request.header) + request.header.selector_size);
}

static bool same_outside(const uint8_t *ram, uint64_t start, uint64_t end)
{
	return memcmp(fake_ram, ram, start) == 0 && memcmp(fake_ram + end, ram + end, RAM_END - end) == 0;
}

static void judge_attest(const struct svsm_call *before, const struct svsm_call *call, uint32_t result,
			 uint8_t ram[RAM_END])
{
	static const size_t sizes[] = {0x40, 0x58, 0x68};
	struct svsm_attest_single_service_ex op = {0};
	const struct svsm_attest_services *common = &op.single.common;
	uint64_t told;

	if (result != SVSM_SUCCESS) {
		bool sizes_told = result == SVSM_ERR_INVALID_PARAMETER && call->r8 != before->r8;

		require(memcmp(fake_ram, ram, RAM_END) == 0);
		require(sizes_told || (call->rcx == before->rcx && call->rdx == before->rdx && call->r8 == before->r8));
		return;
	}
	require(before->number < sizeof(sizes) / sizeof(sizes[0]) && before->rcx % 8 == 0 &&
		before->rcx % PAGE_SIZE + sizes[before->number] <= PAGE_SIZE &&
		before->rcx + sizes[before->number] <= RAM_END);
	memcpy(&op, ram + before->rcx, sizes[before->number]);
	require(is_sound(&op));
	require(call->rdx == 0 && call->r8 <= common->report_size && call->rcx <= common->manifest_size);
	if (call->rcx >= sizeof(told)) {
		memcpy(&told, fake_ram + common->manifest_gpa, sizeof(told));
		require(told == expected_digest(before->number, &op, ram));
	}
	/* What was allowed to change is taken over, and then all is the same. */
	memcpy(ram + common->report_gpa, fake_ram + common->report_gpa, call->r8);
	memcpy(ram + common->manifest_gpa, fake_ram + common->manifest_gpa, call->rcx);
	require(memcmp(fake_ram, ram, RAM_END) == 0);
}

static void judge_vtpm(const struct svsm_call *before, uint32_t result, const uint8_t *ram)
{
	struct svsm_vtpm_request request;
	uint32_t size;
	uint64_t told;

	if (result != SVSM_SUCCESS || before->number == SVSM_VTPM_QUERY) {
		require(memcmp(fake_ram, ram, RAM_END) == 0);
		return;
	}
	require(before->number == SVSM_VTPM_CMD && before->rcx % PAGE_SIZE == 0 && before->rcx < RAM_END);
	memcpy(&request, ram + before->rcx, sizeof(request));
	require(request.command == SVSM_VTPM_SEND_COMMAND && request.locality == 0 && request.size >= 1 &&
		request.size <= SVSM_VTPM_REQUEST_MAX);
	require(same_outside(ram, before->rcx, before->rcx + PAGE_SIZE));
	memcpy(&size, fake_ram + before->rcx, sizeof(size));
	memcpy(&told, fake_ram + before->rcx + sizeof(size), sizeof(told));
	require(size <= SVSM_VTPM_RESPONSE_MAX);
	if (size == sizeof(told))
		require(told == digest_request(VTPM_OP_COMMAND, ram + before->rcx + sizeof(request), request.size));
}

static bool is_result(uint32_t code)
{
	return code == SVSM_SUCCESS || (code > SVSM_ERR_INCOMPLETE && code <= SVSM_ERR_BUSY) ||
	       code == SVSM_ERR_ATTEST_NO_REPORT || code == SVSM_ERR_ATTEST_SELECTOR ||
	       code == SVSM_ERR_ATTEST_TPM + 0x101;
}

static void run(struct svsm_call call)
{
	static uint8_t ram[RAM_END];
	struct svsm_call before;
	uint32_t result;

	call.start = ++fake_now;
	call.rdx = call.r8 = call.r9 = 0xdead;
	before = call;
	memcpy(ram, fake_ram, RAM_END);
	result = call.protocol == SVSM_PROTOCOL_ATTEST ? protocol_attest(&call) : protocol_vtpm(&call);
	require(is_result(result) && services_lock.held == 0);
	if (call.protocol == SVSM_PROTOCOL_ATTEST) {
		require(fake_now - call.start <= CALL_BUDGET_US);
		judge_attest(&before, &call, result, ram);
	} else {
		require(fake_now - call.start <= CALL_BUDGET_MOST_US);
		judge_vtpm(&before, result, ram);
	}
}

static void reset(void)
{
	static bool ready;

	if (!ready)
		fake_guest_reset();
	ready = true;
	memset(fake_ram, 0, RAM_END);
	for (size_t i = 0; i < RAM_END / PAGE_SIZE; i++)
		fake_pages[i] = (struct fake_page){.validated = true, .rights = RMP_PERM_RWX};
	memory_map_guest.range[0].end = RAM_END;
	memset(services, 0, sizeof(services));
	services[SERVICE_ATTEST].id = SERVICE_ATTEST;
	memset(&behaviour, 0, sizeof(behaviour));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_ATTEST, .rcx = OP_AT};

	reset();
	input.at = data;
	input.left = size;
	for (unsigned int i = 0; i < CALLS_MAX && input.left != 0; i++) {
		uint8_t shape = next();

		if ((shape & 1) != 0)
			make_attest(&call);
		else if ((shape & 2) != 0)
			make_vtpm(&call); /* else the call before once more */
		if ((shape & 4) != 0)
			behaviour.work_us = (shape & 8) != 0 ? FOREVER : next() * (uint64_t)WORK_UNIT_US;
		if ((shape & 16) != 0) {
			behaviour.status = next() % 12;
			behaviour.flaw = next() % FLAW_COUNT;
		}
		if ((shape & 32) != 0)
			fake_pages[next() % (RAM_END / PAGE_SIZE)].validated ^= 1;
		if ((shape & 64) != 0)
			change(&call.rcx, sizeof(call.rcx));
		services_lock.held = 0;
		run(call);
	}
	return 0;
}
