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

static uint32_t call(uint32_t op, const struct attest_request *request)
{
	packet.header = (struct service_message){.op = op, .size = sizeof(*request)};
	memcpy(packet.payload, request, sizeof(*request));
	assert_true(fake_peers_call(&peers, &attest, &packet));
	assert_int_equal(packet.header.op, op);
	return packet.header.status;
}

static uint32_t call_single(uint8_t nonce)
{
	struct attest_request request = request_of(nonce, true);

	return call(ATTEST_OP_SINGLE_SERVICE, &request);
}

/* The reply in the packet: sizes, a report over nonce and manifest, the manifest. */
static void check_reply(uint8_t nonce, const uint8_t *manifest, uint32_t manifest_size)
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
		    EVP_DigestUpdate(ctx, manifest, manifest_size) == 1 && EVP_DigestFinal_ex(ctx, data, NULL) == 1);
	EVP_MD_CTX_free(ctx);
	assert_memory_equal(report.report_data, data, sizeof(data));
	assert_int_equal(report.vmpl, 0);
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
	request.reserved = 1;
	assert_int_equal(call(ATTEST_OP_SINGLE_SERVICE, &request), SERVICE_MALFORMED);
	assert_int_equal(call(99, &request), SERVICE_MALFORMED);
	packet.header = (struct service_message){.op = ATTEST_OP_SERVICES, .size = sizeof(request) - 1};
	assert_true(fake_peers_call(&peers, &attest, &packet));
	assert_int_equal(packet.header.status, SERVICE_MALFORMED);
	peers.manifest_status = SERVICE_INTERNAL;
	assert_int_equal(call_single(1), SERVICE_INTERNAL);
	assert_int_equal(peers.messages, 0);
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

/* An authentic answer that says no, or is about something else, costs that request only. */
static void authentic_refusal(void **state)
{
	(void)state;
	peers.behaviour = SP_BAD_STATUS;
	assert_int_equal(call_single(1), SERVICE_AMD_SP_FAILED);
	peers.behaviour = SP_OTHER_REPORT;
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
		cmocka_unit_test_setup_teardown(throttled, setup, teardown),
		cmocka_unit_test_setup_teardown(interference, setup, teardown),
		cmocka_unit_test_setup_teardown(authentic_refusal, setup, teardown),
		cmocka_unit_test(no_key),
	};

	return cmocka_run_group_tests_name("attest service", tests, NULL, NULL);
}
