/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Attestation requests that outlast a call: the same request goes on, a different one drops it. */
#include "../attest_requests.h"
#include "../budget.h"
#include "fake_guest.h"
#include "fake_services.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define LONG_US (CALL_BUDGET_US * 3 / 2)

static struct attest_answer answer;

/* What is kept is kept for a second. */
static void expire(void)
{
	fake_now += 1000001;
}

static int setup(void **state)
{
	(void)state;
	fake_services_reset();
	expire();
	return 0;
}

static enum attest_requests_result ask_op(uint32_t op, const char *request)
{
	fake_now += 10;
	return attest_requests_run(op, request, (uint32_t)strlen(request), fake_now, &answer);
}

static enum attest_requests_result ask(const char *request)
{
	return ask_op(ATTEST_OP_SERVICES, request);
}

static void expect_done(const char *request)
{
	assert_int_equal(ask(request), ATTEST_REQUESTS_DONE);
	assert_int_equal(answer.status, SERVICE_OK);
	assert_int_equal(answer.size, 6);
	assert_int_equal(answer.payload[5], request[0]);
	assert_int_equal(services[SERVICE_ATTEST].port.state, PORT_IDLE);
}

static void expect_executed(const char *order)
{
	assert_int_equal(fake_services.executed, strlen(order));
	assert_memory_equal(fake_services.log, order, strlen(order));
}

static void goes_on(void **state)
{
	uint64_t start;

	(void)state;
	fake_services.work_us = LONG_US;
	start = fake_now;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_BUSY);
	assert_int_equal(fake_now - start, CALL_BUDGET_US + 10);
	expect_done("a");
	expect_executed("a");
}

static void different_request_drops_it(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_BUSY);
	fake_services.work_us = 1;
	expect_done("b");
	expect_executed("ab");
	expire(); /* whoever asked for it does not come back */
	expect_done("a");
	expect_executed("aba");
	/* the same bytes for another function, and a prefix, are different requests */
	fake_services.work_us = LONG_US;
	assert_int_equal(ask("cc"), ATTEST_REQUESTS_BUSY);
	fake_services.work_us = 1;
	assert_int_equal(ask_op(ATTEST_OP_SINGLE_SERVICE, "cc"), ATTEST_REQUESTS_DONE);
	expect_executed("abacc");
	expect_done("c");
	expect_executed("abaccc");
}

/* Each asks again at once when it is told BUSY, and nothing is done twice. */
static void two_cpus_in_turns(void **state)
{
	static const char *const requests[] = {"a", "b"};
	bool done[2] = {false, false};
	unsigned int calls = 0;

	(void)state;
	fake_services.work_us = CALL_BUDGET_US * 3;
	while (!done[0] || !done[1]) {
		for (unsigned int i = 0; i < 2; i++) {
			if (done[i] || ask(requests[i]) == ATTEST_REQUESTS_BUSY)
				continue;
			done[i] = true;
			assert_int_equal(answer.status, SERVICE_OK);
			assert_int_equal(answer.payload[5], requests[i][0]);
		}
		assert_true(calls++ < 20);
	}
	expect_executed("ab");
}

/* As many as are kept; the one that has waited longest gives way, and each is delivered once. */
static void kept_results(void **state)
{
	(void)state;
	for (char letter = 'a'; letter < 'g'; letter++) {
		const char request[] = {letter, 0};

		fake_services.work_us = CALL_BUDGET_US + 1;
		assert_int_equal(ask(request), ATTEST_REQUESTS_BUSY);
		fake_now += 1;
	}
	fake_services.work_us = 1;
	expect_done("f");
	expect_executed("abcdef");
	expect_done("b");
	expect_done("e");
	expect_executed("abcdef");
	expect_done("b");
	expire();
	expect_done("c");
	expect_done("a");
	expect_executed("abcdefbca");
}

static void different_request_waits_too(void **state)
{
	(void)state;
	fake_services.work_us = CALL_BUDGET_US * 3;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_BUSY);
	assert_int_equal(ask("b"), ATTEST_REQUESTS_BUSY);
	assert_int_equal(ask("b"), ATTEST_REQUESTS_BUSY);
	fake_services.work_us = 1;
	expect_done("b");
	expect_executed("ab");
}

static void service_fails(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_BUSY);
	fake_services.malformed = true;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_FAILED);
	fake_services.malformed = false;
	fake_services.answer_status = SERVICE_BUSY;
	fake_services.work_us = 1;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_DONE);
	assert_int_equal(answer.status, SERVICE_BUSY);
	fake_services.work_us = LONG_US;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_BUSY);
	services[SERVICE_ATTEST].port.state = PORT_DEAD;
	assert_int_equal(ask("a"), ATTEST_REQUESTS_FAILED);
	assert_int_equal(ask("b"), ATTEST_REQUESTS_FAILED);
}

static void sizes(void **state)
{
	static uint8_t bytes[SERVICE_MESSAGE_MAX];

	(void)state;
	assert_int_equal(attest_requests_run(1, bytes, ATTEST_REQUEST_MAX, fake_now, &answer), ATTEST_REQUESTS_DONE);
	assert_int_equal(attest_requests_run(1, bytes, ATTEST_REQUEST_MAX + 1, fake_now, &answer),
			 ATTEST_REQUESTS_FAILED);
	assert_int_equal(services[SERVICE_ATTEST].port.state, PORT_IDLE);
	assert_int_equal(fake_services.executed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_on, setup),
		cmocka_unit_test_setup(different_request_drops_it, setup),
		cmocka_unit_test_setup(two_cpus_in_turns, setup),
		cmocka_unit_test_setup(kept_results, setup),
		cmocka_unit_test_setup(different_request_waits_too, setup),
		cmocka_unit_test_setup(service_fails, setup),
		cmocka_unit_test_setup(sizes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
