/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Attestation and vTPM protocols on the host: what the guest may ask, what it gets back, and that nothing is written on
 * refusal. */
#include "../scheduler.h"
#include "../svsm_call.h"
#include "../vtpm_commands.h"
#include "abi/snp.h"
#include "fake_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define OP 0x3000ull
#define NONCE 0x4000ull
#define REPORT 0x5000ull
#define MANIFEST 0x7000ull
#define TPM_PAGE 0x9000ull
#define REPORT_SIZE 1184u
#define MANIFEST_SIZE 314u

struct service services[SERVICE_COUNT];
struct spinlock services_lock;

/* What the fake services answer with */
static uint32_t answer_status;
static uint32_t answer_tpm_code;
static bool service_dies;
static uint32_t requests;
static struct attest_request last_request;
static uint32_t last_op, last_request_size;
static uint8_t last_selector[ATTEST_SELECTOR_MAX];
static uint8_t last_command[8192];
static uint32_t last_command_size;

static void answer_attest(struct port *port)
{
	struct attest_reply reply = {REPORT_SIZE, MANIFEST_SIZE, answer_tpm_code};
	uint32_t size = sizeof(reply);
	uint8_t *payload = port->message + sizeof(port->header);

	last_op = port->header.op;
	last_request_size = port->header.size;
	memcpy(&last_request, payload, sizeof(last_request));
	memcpy(last_selector, payload + sizeof(last_request), last_request_size - sizeof(last_request));
	memcpy(payload, &reply, sizeof(reply));
	if (answer_status == SERVICE_OK) {
		memset(payload + size, 'R', REPORT_SIZE);
		memset(payload + size + REPORT_SIZE, 'M', MANIFEST_SIZE);
		size += REPORT_SIZE + MANIFEST_SIZE;
	}
	port->header.size = size;
	port->size = (uint32_t)sizeof(port->header) + size;
}

static void answer_vtpm(struct port *port)
{
	last_command_size = port->header.size;
	memcpy(last_command, port->message + sizeof(port->header), last_command_size);
	memset(port->message + sizeof(port->header), 'T', 10);
	port->header.size = 10;
	port->size = (uint32_t)sizeof(port->header) + 10;
}

enum scheduler_result scheduler_turn(struct service *first, uint64_t deadline)
{
	struct port *port = &first->port;

	(void)deadline;
	if (service_dies || port->state != PORT_REQUESTED)
		return SCHEDULER_STUCK;
	requests++;
	if (port == &services[SERVICE_ATTEST].port)
		answer_attest(port);
	else
		answer_vtpm(port);
	port->header.status = answer_status;
	port->state = PORT_REPLIED;
	vtpm_commands_collect();
	return SCHEDULER_RAN;
}

static int setup(void **state)
{
	(void)state;
	fake_guest_reset();
	memset(services, 0, sizeof(services));
	services_lock.held = 0;
	answer_status = SERVICE_OK;
	answer_tpm_code = 0;
	service_dies = false;
	requests = 0;
	memset(fake_ram + NONCE, 'N', SVSM_ATTEST_NONCE_SIZE);
	return 0;
}

static struct svsm_attest_single_service good_op(void)
{
	return (struct svsm_attest_single_service){
		.common = {.report_gpa = REPORT,
			   .report_size = PAGE_SIZE,
			   .nonce_gpa = NONCE,
			   .nonce_size = SVSM_ATTEST_NONCE_SIZE,
			   .manifest_gpa = MANIFEST,
			   .manifest_size = PAGE_SIZE},
		.service_guid = SVSM_GUID_VTPM,
	};
}

static uint32_t attest(struct svsm_call *call, const struct svsm_attest_single_service *op)
{
	*call = (struct svsm_call){.protocol = SVSM_PROTOCOL_ATTEST,
				   .number = SVSM_ATTEST_SINGLE_SERVICE,
				   .rcx = OP,
				   .rdx = UINT64_MAX,
				   .r8 = UINT64_MAX};
	memcpy(fake_ram + OP, op, sizeof(*op));
	return protocol_attest(call);
}

static void attest_delivers(void **state)
{
	struct svsm_attest_single_service op = good_op();
	struct svsm_call call;

	(void)state;
	assert_int_equal(attest(&call, &op), SVSM_SUCCESS);
	assert_int_equal(call.rcx, MANIFEST_SIZE);
	assert_int_equal(call.rdx, 0);
	assert_int_equal(call.r8, REPORT_SIZE);
	assert_int_equal(fake_ram[REPORT], 'R');
	assert_int_equal(fake_ram[REPORT + REPORT_SIZE - 1], 'R');
	assert_int_equal(fake_ram[REPORT + REPORT_SIZE], 0);
	assert_int_equal(fake_ram[MANIFEST + MANIFEST_SIZE - 1], 'M');
	assert_int_equal(last_request.nonce[63], 'N');
	assert_memory_equal(last_request.guid, op.service_guid, 16);
	assert_int_equal(services[SERVICE_ATTEST].port.state, PORT_IDLE);
}

static void attest_too_small(void **state)
{
	struct svsm_attest_single_service op = good_op();
	struct svsm_call call;

	(void)state;
	op.common.report_size = 16;
	answer_status = SERVICE_TOO_SMALL;
	assert_int_equal(attest(&call, &op), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(call.rcx, MANIFEST_SIZE);
	assert_int_equal(call.r8, REPORT_SIZE);
	assert_int_equal(call.rdx, 0);
	assert_int_equal(fake_ram[REPORT], 0);
	/* A service that ignores the capacity is not believed */
	answer_status = SERVICE_OK;
	assert_int_equal(attest(&call, &op), SVSM_ERR_INVALID_REQUEST);
	assert_int_equal(fake_ram[REPORT], 0);
}

/* Each refusal changes no register, writes nothing and asks no service. */
static void expect_refused(const struct svsm_attest_single_service *op, uint32_t code)
{
	struct svsm_call call;

	requests = 0;
	assert_int_equal(attest(&call, op), code);
	assert_int_equal(requests, 0);
	assert_int_equal(call.rcx, OP);
	assert_true(call.r8 == UINT64_MAX && call.rdx == UINT64_MAX);
	assert_int_equal(fake_ram[REPORT], 0);
}

static void attest_malformed(void **state)
{
	struct svsm_attest_single_service op;

	(void)state;
#define REFUSED(change, code)                                                                                          \
	do {                                                                                                           \
		op = good_op();                                                                                        \
		change;                                                                                                \
		expect_refused(&op, code);                                                                             \
	} while (0)
	REFUSED(op.common.nonce_size = 0, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.nonce_size = 63, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.nonce_size = 65, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.nonce_gpa = NONCE + PAGE_SIZE - 32, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.report_gpa = REPORT + 8, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.manifest_gpa = MANIFEST + 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.reserved_0c = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.reserved_1a[5] = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.reserved_2c = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.reserved_3c = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.reserved_54 = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.common.report_gpa = FAKE_RAM_SIZE, SVSM_ERR_INVALID_ADDRESS);
	REFUSED(op.common.report_size = UINT32_MAX, SVSM_ERR_INVALID_ADDRESS);
	REFUSED(op.common.manifest_gpa = 0xfffffffffffff000ull, SVSM_ERR_INVALID_ADDRESS);
	REFUSED(op.common.nonce_gpa = FAKE_RAM_SIZE, SVSM_ERR_INVALID_ADDRESS);
	REFUSED((op.common.certificates_gpa = 0x123, op.common.certificates_size = 1), SVSM_ERR_INVALID_PARAMETER);
	fake_pages[REPORT / PAGE_SIZE].validated = false;
	op = good_op();
	expect_refused(&op, SVSM_ERR_INVALID_ADDRESS);
#undef REFUSED
}

static void attest_service_answers(void **state)
{
	static const struct {
		uint32_t status, code;
	} cases[] = {{SERVICE_UNKNOWN_GUID, SVSM_ERR_INVALID_PARAMETER},
		     {SERVICE_UNKNOWN_VERSION, SVSM_ERR_INVALID_PARAMETER},
		     {SERVICE_BUSY, SVSM_ERR_BUSY},
		     {SERVICE_AMD_SP_FAILED, SVSM_ERR_INVALID_REQUEST},
		     {SERVICE_INTERNAL, SVSM_ERR_INVALID_REQUEST},
		     {99, SVSM_ERR_INVALID_REQUEST}};
	struct svsm_attest_single_service op = good_op();
	struct svsm_call call;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer_status = cases[i].status;
		assert_int_equal(attest(&call, &op), cases[i].code);
		assert_int_equal(fake_ram[REPORT], 0);
		assert_int_equal(services[SERVICE_ATTEST].port.state, PORT_IDLE);
	}
	services_lock.held = 1; /* another CPU is in a service */
	assert_int_equal(attest(&call, &op), SVSM_ERR_BUSY);
	services_lock.held = 0;
	service_dies = true;
	assert_int_equal(attest(&call, &op), SVSM_ERR_INVALID_REQUEST);
	assert_int_equal(services_lock.held, 0);
	services[SERVICE_ATTEST].port.state = PORT_DEAD;
	assert_int_equal(attest(&call, &op), SVSM_ERR_INVALID_REQUEST);
}

#define SELECTOR (0xa000ull - 5) /* across two pages */
#define SELECTOR_SIZE 40u

static struct svsm_attest_single_service_ex good_ex(void)
{
	return (struct svsm_attest_single_service_ex){
		.single = good_op(), .selector_gpa = SELECTOR, .selector_size = SELECTOR_SIZE};
}

static uint32_t attest_ex(struct svsm_call *call, const struct svsm_attest_single_service_ex *op)
{
	*call = (struct svsm_call){.protocol = SVSM_PROTOCOL_ATTEST,
				   .number = SVSM_ATTEST_SINGLE_SERVICE_EX,
				   .rcx = OP,
				   .rdx = UINT64_MAX,
				   .r8 = UINT64_MAX};
	memcpy(fake_ram + OP, op, sizeof(*op));
	return protocol_attest(call);
}

static void ex_delivers(void **state)
{
	struct svsm_attest_single_service_ex op = good_ex();
	struct svsm_call call;

	(void)state;
	memset(fake_ram + SELECTOR, 'S', SELECTOR_SIZE);
	assert_int_equal(attest_ex(&call, &op), SVSM_SUCCESS);
	assert_int_equal(call.rcx, MANIFEST_SIZE);
	assert_int_equal(call.rdx, 0);
	assert_int_equal(call.r8, REPORT_SIZE);
	assert_int_equal(last_op, ATTEST_OP_SINGLE_SERVICE_EX);
	assert_int_equal(last_request_size, sizeof(last_request) + SELECTOR_SIZE);
	assert_int_equal(last_request.selector_size, SELECTOR_SIZE);
	assert_int_equal(last_selector[0], 'S');
	assert_int_equal(last_selector[SELECTOR_SIZE - 1], 'S');
	/* Without selector its address means nothing */
	op.selector_size = 0;
	op.selector_gpa = UINT64_MAX;
	assert_int_equal(attest_ex(&call, &op), SVSM_SUCCESS);
	assert_int_equal(last_request_size, sizeof(last_request));
	op.selector_gpa = SELECTOR;
	op.selector_size = ATTEST_SELECTOR_MAX;
	assert_int_equal(attest_ex(&call, &op), SVSM_SUCCESS);
	assert_int_equal(last_request_size, sizeof(last_request) + ATTEST_SELECTOR_MAX);
}

static void expect_ex_refused(const struct svsm_attest_single_service_ex *op, uint32_t code)
{
	struct svsm_call call;

	requests = 0;
	assert_int_equal(attest_ex(&call, op), code);
	assert_int_equal(requests, 0);
	assert_int_equal(call.rcx, OP);
	assert_true(call.r8 == UINT64_MAX && call.rdx == UINT64_MAX);
	assert_int_equal(fake_ram[REPORT], 0);
	assert_int_equal(services_lock.held, 0);
}

static void ex_malformed(void **state)
{
	static const uint32_t too_long[] = {ATTEST_SELECTOR_MAX + 1, SVSM_SELECTOR_MAX, SVSM_SELECTOR_MAX + 1,
					    UINT32_MAX};
	struct svsm_attest_single_service_ex op;

	(void)state;
#define REFUSED(change, code)                                                                                          \
	do {                                                                                                           \
		op = good_ex();                                                                                        \
		change;                                                                                                \
		expect_ex_refused(&op, code);                                                                          \
	} while (0)
	REFUSED(op.reserved_64 = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.single.reserved_54 = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.single.common.reserved_0c = 1, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.single.common.nonce_size = 32, SVSM_ERR_INVALID_PARAMETER);
	REFUSED(op.selector_gpa = FAKE_RAM_SIZE, SVSM_ERR_INVALID_ADDRESS);
	REFUSED(op.selector_gpa = FAKE_RAM_SIZE - SELECTOR_SIZE + 1, SVSM_ERR_INVALID_ADDRESS);
	REFUSED(op.selector_gpa = UINT64_MAX - 8, SVSM_ERR_INVALID_ADDRESS);
	for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]); i++)
		REFUSED(op.selector_size = too_long[i], SVSM_ERR_ATTEST_SELECTOR);
	/* The selector's second page */
	fake_pages[(SELECTOR + SELECTOR_SIZE) / PAGE_SIZE].validated = false;
	op = good_ex();
	expect_ex_refused(&op, SVSM_ERR_INVALID_ADDRESS);
#undef REFUSED
}

static void ex_answers(void **state)
{
	static const struct {
		uint32_t status, tpm_code, code, code_without_selector;
	} cases[] = {
		{SERVICE_UNKNOWN_GUID, 0, SVSM_ERR_INVALID_PARAMETER, SVSM_ERR_INVALID_PARAMETER},
		{SERVICE_UNKNOWN_VERSION, 0, SVSM_ERR_INVALID_PARAMETER, SVSM_ERR_INVALID_PARAMETER},
		{SERVICE_BUSY, 0, SVSM_ERR_BUSY, SVSM_ERR_BUSY},
		{SERVICE_AMD_SP_FAILED, 0, SVSM_ERR_ATTEST_NO_REPORT, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_BAD_SELECTOR, 0, SVSM_ERR_ATTEST_SELECTOR, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_TPM_REFUSED, 0x2d5, 0x80001100u + 0x2d5, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_TPM_REFUSED, 0xfff, 0x80001100u + 0xfff, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_TPM_REFUSED, 0, SVSM_ERR_INVALID_REQUEST, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_TPM_REFUSED, 0x1000, SVSM_ERR_INVALID_REQUEST, SVSM_ERR_INVALID_REQUEST},
		{SERVICE_INTERNAL, 0, SVSM_ERR_INVALID_REQUEST, SVSM_ERR_INVALID_REQUEST},
	};
	struct svsm_attest_single_service_ex op;
	struct svsm_call call;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer_status = cases[i].status;
		answer_tpm_code = cases[i].tpm_code;
		op = good_ex();
		assert_int_equal(attest_ex(&call, &op), cases[i].code);
		assert_int_equal(fake_ram[REPORT], 0);
		op.selector_size = 0;
		assert_int_equal(attest_ex(&call, &op), cases[i].code_without_selector);
	}
}

static uint32_t tpm(uint32_t command, uint8_t locality, uint32_t size, uint64_t page)
{
	struct svsm_vtpm_request request = {command, locality, size};
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_VTPM, .number = SVSM_VTPM_CMD, .rcx = page};

	if (page <= FAKE_RAM_SIZE - sizeof(request))
		memcpy(fake_ram + page, &request, sizeof(request));
	return protocol_vtpm(&call);
}

static void vtpm(void **state)
{
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_VTPM, .number = SVSM_VTPM_QUERY, .rdx = 5};
	uint32_t size;

	(void)state;
	assert_int_equal(protocol_vtpm(&call), SVSM_SUCCESS);
	assert_int_equal(call.rcx, 0x100);
	assert_int_equal(call.rdx, 0);
	call.number = 2;
	assert_int_equal(protocol_vtpm(&call), SVSM_ERR_UNSUPPORTED_CALL);
	memset(fake_ram + TPM_PAGE + 9, 'C', 12);
	assert_int_equal(tpm(8, 0, 12, TPM_PAGE), SVSM_SUCCESS);
	assert_int_equal(last_command_size, 12);
	assert_int_equal(last_command[11], 'C');
	memcpy(&size, fake_ram + TPM_PAGE, sizeof(size));
	assert_int_equal(size, 10);
	assert_int_equal(fake_ram[TPM_PAGE + 4], 'T');
	assert_int_equal(tpm(8, 0, 4087, TPM_PAGE), SVSM_SUCCESS);
	requests = 0;
	assert_int_equal(tpm(8, 0, 4088, TPM_PAGE), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(8, 0, UINT32_MAX, TPM_PAGE), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(8, 0, 0, TPM_PAGE), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(8, 1, 12, TPM_PAGE), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(7, 0, 12, TPM_PAGE), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(8, 0, 12, TPM_PAGE + 8), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(tpm(8, 0, 12, FAKE_RAM_SIZE), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(requests, 0);
	services_lock.held = 1;
	assert_int_equal(tpm(8, 0, 12, TPM_PAGE), SVSM_ERR_BUSY);
	services_lock.held = 0;
	services[SERVICE_VTPM].port.state = PORT_DEAD;
	assert_int_equal(tpm(8, 0, 12, TPM_PAGE), SVSM_ERR_INVALID_REQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(attest_delivers, setup),	 cmocka_unit_test_setup(attest_too_small, setup),
		cmocka_unit_test_setup(attest_malformed, setup), cmocka_unit_test_setup(attest_service_answers, setup),
		cmocka_unit_test_setup(ex_delivers, setup),	 cmocka_unit_test_setup(ex_malformed, setup),
		cmocka_unit_test_setup(ex_answers, setup),	 cmocka_unit_test_setup(vtpm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
