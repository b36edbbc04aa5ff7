/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The attest service as a process between a client, a vTPM and an AMD-SP of the test. */
#include "fake_peers.h"

#include "abi/svsm.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ATTEST_PROGRAM "build/test/attest-sanitized"

static struct service_process attest;
static struct fake_peers peers;
static struct service_packet packet;

static int setup(void **state)
{
	static const struct fake_peers fresh = {.manifest_size = 314};

	(void)state;
	peers = fresh;
	for (uint32_t i = 0; i < peers.manifest_size; i++)
		peers.manifest[i] = (uint8_t)(i * 7);
	if (!service_process_start(&attest, ATTEST_PROGRAM, SERVICE_FD_VMPCK))
		return -1;
	return write(attest.end[SERVICE_FD_VMPCK], fake_peers_vmpck, SNP_VMPCK_SIZE) == SNP_VMPCK_SIZE ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return service_process_stop(&attest); /* sanitizers report by the exit status */
}

static struct attest_request request_of(uint8_t nonce, bool single)
{
	static const uint8_t vtpm[16] = SVSM_GUID_VTPM;
	struct attest_request request = {.report_capacity = 4096, .manifest_capacity = 4096};

	memset(request.nonce, nonce, sizeof(request.nonce));
	if (single)
		memcpy(request.guid, vtpm, sizeof(request.guid));
	return request;
}

/* What lies behind a request for SINGLE_SERVICE_EX */
static uint8_t selector[ATTEST_SELECTOR_MAX + 1];

static uint32_t call(uint32_t op, const struct attest_request *request)
{
	uint32_t extra = request->selector_size <= sizeof(selector) ? request->selector_size : 0;

	packet.header = (struct service_message){.op = op, .size = (uint32_t)sizeof(*request) + extra};
	memcpy(packet.payload, request, sizeof(*request));
	memcpy(packet.payload + sizeof(*request), selector, extra);
	assert_true(fake_peers_call(&peers, &attest, &packet));
	assert_int_equal(packet.header.op, op);
	return packet.header.status;
}

static uint32_t call_single(uint8_t nonce)
{
	struct attest_request request = request_of(nonce, true);

	return call(ATTEST_OP_SINGLE_SERVICE, &request);
}

/* The reply in the packet: sizes, a report over nonce, context and manifest, the manifest. */
static void check_reply_in(uint8_t nonce, const uint8_t *context, uint32_t context_size, const uint8_t *manifest,
			   uint32_t manifest_size)
{
	struct attest_reply reply;
	struct snp_report report;
	uint8_t data[64], nonces[64];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	memcpy(&reply, packet.payload, sizeof(reply));
	assert_int_equal(reply.report_size, SNP_REPORT_SIZE);
	assert_int_equal(reply.manifest_size, manifest_size);
	assert_int_equal(packet.header.size, sizeof(reply) + SNP_REPORT_SIZE + manifest_size);
	memcpy(&report, packet.payload + sizeof(reply), sizeof(report));
	assert_memory_equal(packet.payload + sizeof(reply) + sizeof(report), manifest, manifest_size);
	memset(nonces, nonce, sizeof(nonces));
	assert_true(EVP_DigestInit_ex2(ctx, EVP_sha512(), NULL) == 1 && EVP_DigestUpdate(ctx, nonces, 64) == 1 &&
		    EVP_DigestUpdate(ctx, context, context_size) == 1 &&
		    EVP_DigestUpdate(ctx, manifest, manifest_size) == 1 && EVP_DigestFinal_ex(ctx, data, NULL) == 1);
	EVP_MD_CTX_free(ctx);
	assert_memory_equal(report.report_data, data, sizeof(data));
	assert_int_equal(report.vmpl, 0);
}

static void check_reply(uint8_t nonce, const uint8_t *manifest, uint32_t manifest_size)
{
	check_reply_in(nonce, manifest, 0, manifest, manifest_size);
}

static void single_service(void **state)
{
	(void)state;
	for (uint8_t i = 1; i < 4; i++) {
		assert_int_equal(call_single(i), SERVICE_OK);
		check_reply(i, peers.manifest, peers.manifest_size);
		assert_int_equal(peers.message[i - 1].msg_seqno, 2 * i - 1);
	}
}

static void services(void **state)
{
	static const uint8_t list[16] = SVSM_GUID_SERVICES_MANIFEST, vtpm[16] = SVSM_GUID_VTPM;
	struct attest_request request = request_of(9, false);
	uint8_t manifest[1024] = {0};
	const uint32_t size = 48 + peers.manifest_size, count = 1, offset = 48;

	(void)state;
	memcpy(manifest, list, 16);
	memcpy(manifest + 16, &size, 4);
	memcpy(manifest + 20, &count, 4);
	memcpy(manifest + 24, vtpm, 16);
	memcpy(manifest + 40, &offset, 4);
	memcpy(manifest + 44, &peers.manifest_size, 4);
	memcpy(manifest + 48, peers.manifest, peers.manifest_size);
	assert_int_equal(call(ATTEST_OP_SERVICES, &request), SERVICE_OK);
	check_reply(9, manifest, size);
}

static void sizes_cost_no_request(void **state)
{
	struct attest_request request = request_of(1, true);
	struct attest_reply reply;

	(void)state;
	for (int i = 0; i < 2; i++) {
		request.report_capacity = i == 0 ? SNP_REPORT_SIZE - 1 : SNP_REPORT_SIZE;
		request.manifest_capacity = i == 0 ? 4096 : peers.manifest_size - 1;
		assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_TOO_SMALL);
		memcpy(&reply, packet.payload, sizeof(reply));
		assert_int_equal(packet.header.size, sizeof(reply));
		assert_int_equal(reply.report_size, SNP_REPORT_SIZE);
		assert_int_equal(reply.manifest_size, peers.manifest_size);
	}
	assert_int_equal(peers.messages, 0);
	request.report_capacity = SNP_REPORT_SIZE;
	request.manifest_capacity = peers.manifest_size;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_OK);
}

static void refused_requests(void **state)
{
	struct attest_request request = request_of(1, true);

	(void)state;
	request.guid[15] ^= 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_UNKNOWN_GUID);
	request = request_of(1, true);
	request.manifest_version = 2;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_UNKNOWN_VERSION);
	request.manifest_version = 0;
	assert_int_equal(call(ATTEST_OP_SERVICES, &request), SERVICE_MALFORMED); /* a GUID where none belongs */
	request.selector_size = 1;						 /* a selector where none belongs */
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_MALFORMED);
	assert_int_equal(call(99, &request), SERVICE_MALFORMED);
	packet.header = (struct service_message){.op = ATTEST_OP_SERVICES, .size = sizeof(request) - 1};
	assert_true(fake_peers_call(&peers, &attest, &packet));
	assert_int_equal(packet.header.status, SERVICE_MALFORMED);
	peers.manifest_status = SERVICE_INTERNAL;
	assert_int_equal(call_single(1), SERVICE_INTERNAL);
	assert_int_equal(peers.messages, 0);
}

static void list_of_keys(void **state)
{
	struct attest_request request = request_of(7, true);
	uint8_t list[4096];

	(void)state;
	memset(list, 0x5a, sizeof(list));
	request.manifest_version = 1;
	peers.list_size = 3000;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_OK);
	check_reply(7, list, peers.list_size);
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_OK);
	check_reply(7, list, peers.list_size);
	/* Never a part of it */
	request.manifest_capacity = peers.list_size - 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_TOO_SMALL);
	peers.manifest_status = SERVICE_INTERNAL;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_INTERNAL);
	peers.manifest_status = SERVICE_OK;
	peers.list_size = 9000; /* more than this service delivers */
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_INTERNAL);
}

static void selected(void **state)
{
	struct attest_request request = request_of(8, true);
	uint8_t context[24 + 40] = {'S', 'S', 'M', '2'};

	(void)state;
	for (uint32_t i = 0; i < 40; i++)
		selector[i] = (uint8_t)(i + 1);
	memcpy(context + 4, request.guid, 16);
	memcpy(context + 24, selector, 40);
	request.selector_size = 40;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_OK);
	check_reply_in(8, context, sizeof(context), peers.manifest, peers.manifest_size);
	assert_int_equal(peers.selector_size, 40);
	assert_memory_equal(peers.selector, selector, 40);
	request.manifest_capacity = 3;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_TOO_SMALL);
	request = request_of(8, true);
	request.selector_size = ATTEST_SELECTOR_MAX;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_OK);
	/* No selector: as call 1 */
	request.selector_size = 0;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_OK);
	check_reply(8, peers.manifest, peers.manifest_size);
}

static void selected_refused(void **state)
{
	struct attest_request request = request_of(1, true);
	struct attest_reply reply;

	(void)state;
	request.selector_size = 40;
	request.guid[0] ^= 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_UNKNOWN_GUID);
	request = request_of(1, true);
	request.selector_size = 40;
	request.manifest_version = 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_UNKNOWN_VERSION);
	request.manifest_version = 0;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_MALFORMED);
	request.selector_size = ATTEST_SELECTOR_MAX + 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_MALFORMED);
	request.selector_size = UINT32_MAX;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_MALFORMED);
	request.selector_size = 40;
	peers.manifest_status = SERVICE_BAD_SELECTOR;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_BAD_SELECTOR);
	assert_int_equal(packet.header.size, 0);
	peers.manifest_status = SERVICE_TPM_REFUSED;
	peers.tpm_code = 0x2d5;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_TPM_REFUSED);
	assert_int_equal(packet.header.size, sizeof(reply));
	memcpy(&reply, packet.payload, sizeof(reply));
	assert_int_equal(reply.tpm_code, 0x2d5);
	assert_int_equal(peers.messages, 0);
}

/* A request whose header breaks the contract is answered as malformed, whatever is in it. */
static void message_header(void **state)
{
	const struct attest_request request = request_of(1, true);

	(void)state;
	assert_true(service_process_refuses_headers(&attest, ATTEST_OP_SINGLE_SERVICE, &request, sizeof(request)));
	assert_int_equal(call_single(1), SERVICE_OK);
}

/* What the vTPM answers is checked too. */
static void vtpm_misbehaves(void **state)
{
	struct attest_request request = request_of(1, true);

	(void)state;
	request.selector_size = 40;
	for (peers.vtpm = VTPM_WRONG_OP; peers.vtpm < VTPM_BEHAVIOURS; peers.vtpm++) {
		assert_int_equal(call_single(1), SERVICE_INTERNAL);
		assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE_EX, &request), SERVICE_INTERNAL);
		assert_int_equal(packet.header.size, 0);
	}
	assert_int_equal(peers.messages, 0);
	peers.vtpm = VTPM_HONEST;
	assert_int_equal(call_single(1), SERVICE_OK);
}

/* A sequence number is an IV: however the client behaves, one number goes with one ciphertext. */
static void assert_no_iv_twice(void)
{
	for (uint32_t i = 0; i < peers.messages; i++) {
		for (uint32_t j = 0; j < i; j++) {
			if (peers.message[i].msg_seqno == peers.message[j].msg_seqno)
				assert_memory_equal(&peers.message[i], &peers.message[j], SNP_PAGE_SIZE);
		}
	}
}

static void throttled(void **state)
{
	(void)state;
	peers.behaviour = SP_BUSY;
	assert_int_equal(call_single(1), SERVICE_BUSY);
	assert_int_equal(call_single(1), SERVICE_BUSY);
	assert_int_equal(call_single(2), SERVICE_BUSY); /* the client has changed its mind */
	assert_int_equal(peers.messages, 3);
	peers.behaviour = SP_HONEST;
	assert_int_equal(call_single(2), SERVICE_OK);
	check_reply(2, peers.manifest, peers.manifest_size);
	assert_int_equal(peers.messages, 5); /* the first request to its end, then the second */
	assert_int_equal(peers.last_seqno, 4);
	assert_no_iv_twice();
}

/* After interference the channel stays closed, and the service lives. */
static void interference(void **state)
{
	static const enum sp_behaviour how[] = {SP_WRONG_TAG, SP_WRONG_SEQUENCE, SP_REPLAY, SP_REFUSE};

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		uint32_t seen;

		assert_int_equal(call_single(1), SERVICE_OK);
		peers.behaviour = how[i];
		assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
		seen = peers.messages;
		peers.behaviour = SP_HONEST;
		assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
		assert_int_equal(peers.messages, seen);
		assert_no_iv_twice();
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
	}
}

/*
 * Every field of an answer: changed on its way, its tag does not fit; from the AMD-SP itself, it is not what was asked
 * for. Reserved fields are the AMD-SP's to use.
 */
static void answer_fields(void **state)
{
#define FIELD(name, checked)                                                                                           \
	{                                                                                                              \
		offsetof(struct snp_guest_message, name), checked                                                      \
	}
	static const struct {
		size_t byte;
		bool checked;
	} fields[] = {FIELD(msg_seqno, true),	 FIELD(algo, true),	    FIELD(hdr_version, true),
		      FIELD(hdr_size, true),	 FIELD(msg_type, true),	    FIELD(msg_version, true),
		      FIELD(msg_size, true),	 FIELD(reserved_38, false), FIELD(msg_vmpck, true),
		      FIELD(reserved_3d, false), FIELD(payload, false)};
#undef FIELD

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (enum sp_behaviour how = SP_FLIP; how <= SP_SIGNED_FLIP; how++) {
			if (how == SP_SIGNED_FLIP && !fields[i].checked)
				continue;
			peers.behaviour = how;
			peers.flip_byte = fields[i].byte;
			assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
			peers.behaviour = SP_HONEST;
			assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
			assert_no_iv_twice();
			assert_int_equal(teardown(state), 0);
			assert_int_equal(setup(state), 0);
		}
	}
}

/* An authentic answer that says no, or is about something else, costs that request only. */
static void authentic_refusal(void **state)
{
	(void)state;
	peers.behaviour = SP_BAD_STATUS;
	assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
	peers.behaviour = SP_OTHER_REPORT;
	assert_int_equal(call_single(2), SERVICE_AMD_SP_FAILED);
	peers.behaviour = SP_REPORT_SIZE;
	assert_int_equal(call_single(2), SERVICE_AMD_SP_FAILED);
	peers.behaviour = SP_HONEST;
	assert_int_equal(call_single(3), SERVICE_OK);
	check_reply(3, peers.manifest, peers.manifest_size);
	assert_no_iv_twice();
}

static void no_key(void **state)
{
	struct service_process process;

	(void)state;
	assert_true(service_process_start(&process, ATTEST_PROGRAM, SERVICE_FD_VMPCK));
	assert_int_equal(write(process.end[SERVICE_FD_VMPCK], "short", 5), 5);
	assert_int_equal(service_process_stop(&process), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(single_service, setup, teardown),
		cmocka_unit_test_setup_teardown(services, setup, teardown),
		cmocka_unit_test_setup_teardown(sizes_cost_no_request, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(list_of_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(selected, setup, teardown),
		cmocka_unit_test_setup_teardown(selected_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(message_header, setup, teardown),
		cmocka_unit_test_setup_teardown(vtpm_misbehaves, setup, teardown),
		cmocka_unit_test_setup_teardown(throttled, setup, teardown),
		cmocka_unit_test_setup_teardown(interference, setup, teardown),
		cmocka_unit_test_setup_teardown(answer_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(authentic_refusal, setup, teardown),
		cmocka_unit_test(no_key),
	};

	return cmocka_run_group_tests_name("attest service", tests, NULL, NULL);
}
