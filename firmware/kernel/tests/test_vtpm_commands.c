/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* TPM commands that outlast a call: executed once, answered with their own response, in a bounded number of tries. */
#include "../attest_vtpm.h"
#include "../budget.h"
#include "../vtpm_budgets.h"
#include "../vtpm_commands.h"
#include "fake_guest.h"
#include "fake_services.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define LINUX_TRIES 8u
#define LONG_US 45000u /* four budgets and a half */

static const uint8_t retry_response[] = {0x80, 0x01, 0, 0, 0, 10, 0, 0, 0x09, 0x22};
static struct vtpm_response response;

/* One call of the guest, made after it slept a little. */
static enum vtpm_commands_result send_sized(const char *command, uint32_t size)
{
	fake_now += 1000;
	memset(&response, 0xee, sizeof(response));
	return vtpm_commands_run((const uint8_t *)command, size, fake_now, &response);
}

static enum vtpm_commands_result send(const char *command)
{
	return send_sized(command, (uint32_t)strlen(command));
}

static void expect_retry(const char *command)
{
	assert_int_equal(send(command), VTPM_COMMANDS_RETRY);
	assert_int_equal(response.size, sizeof(retry_response));
	assert_memory_equal(response.data, retry_response, sizeof(retry_response));
}

static void expect_own(const char *command)
{
	assert_int_equal(response.size, 6);
	assert_memory_equal(response.data, "done ", 5);
	assert_int_equal(response.data[5], command[0]);
}

static void expect_done(const char *command)
{
	assert_int_equal(send(command), VTPM_COMMANDS_DONE);
	expect_own(command);
}

/* Sends @command until it is answered; gives the number of tries. */
static unsigned int send_until_done(const char *command)
{
	for (unsigned int tries = 1; tries < 100; tries++) {
		enum vtpm_commands_result result = send(command);

		if (result == VTPM_COMMANDS_DONE) {
			expect_own(command);
			return tries;
		}
		assert_int_equal(result, VTPM_COMMANDS_RETRY);
	}
	return 100;
}

static int setup(void **state)
{
	(void)state;
	fake_services_reset();
	/* the next try of whatever command is a first one */
	for (const char *name = "1234"; *name != 0; name++)
		vtpm_budgets_grow((const uint8_t *)name, 1);
	for (const char *name = "1234"; *name != 0; name++)
		vtpm_budgets_forget((const uint8_t *)name, 1);
	return 0;
}

static void expect_executed(const char *order)
{
	assert_int_equal(fake_services.executed, strlen(order));
	assert_memory_equal(fake_services.log, order, strlen(order));
}

static void short_command(void **state)
{
	(void)state;
	fake_services.work_us = CALL_BUDGET_US - 1;
	expect_done("a");
	expect_done("a");
	expect_executed("aa");
}

static void long_command_goes_on(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	expect_retry("a1");
	expect_retry("a1");
	expect_done("a1"); /* 10 + 30 + 90 ms */
	expect_executed("a");
	/* Delivered: the same bytes are a new command now */
	fake_services.work_us = 1;
	expect_done("a1");
	expect_executed("aa");
}

static void no_call_outlasts_its_budget(void **state)
{
	uint64_t budget = CALL_BUDGET_US;

	(void)state;
	fake_services.work_us = 100000000;
	for (unsigned int i = 0; i < 12; i++) {
		uint64_t start = fake_now + 1000;

		expect_retry("a");
		assert_int_equal(fake_now - start, budget);
		budget *= CALL_BUDGET_GROWTH;
		if (budget > CALL_BUDGET_MOST_US)
			budget = CALL_BUDGET_MOST_US;
	}
	fake_services.work_us = 0;
	services[SERVICE_VTPM].port.state = PORT_DEAD;
	assert_int_equal(send("a"), VTPM_COMMANDS_FAILED);
}

/* Linux sends a command eight times. On its only CPU the vTPM runs in those calls alone. */
static void done_within_the_tries_of_linux(void **state)
{
	(void)state;
	fake_services.work_us = 8500000;
	assert_in_range(send_until_done("a"), 2, LINUX_TRIES);
	/* and the next command begins with the short budget again */
	fake_services.work_us = CALL_BUDGET_US + 1;
	expect_retry("b");
	expect_done("b");
}

static void other_command_in_between(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	expect_retry("a1");
	/* b waits for a, is not queued, and runs when a is done */
	expect_retry("b");
	fake_services.work_us = 5;
	expect_done("b");
	expect_executed("ab");
	expect_done("c");
	/* the first client comes back, late */
	expect_done("a1");
	expect_executed("abc");
	expect_done("a1");
	expect_executed("abca");
}

static void expect_retry_of(const char *command, uint64_t budget)
{
	uint64_t start = fake_now + 1000;

	expect_retry(command);
	assert_int_equal(fake_now - start, budget);
}

/* Two CPUs send commands in turns: what the one waits for does not make the other's calls longer. */
static void budgets_of_two_senders(void **state)
{
	(void)state;
	fake_services.work_us = 100000000;
	expect_retry_of("a", CALL_BUDGET_US);
	expect_retry_of("a", CALL_BUDGET_US * CALL_BUDGET_GROWTH);
	expect_retry_of("b", CALL_BUDGET_US);
	expect_retry_of("a", CALL_BUDGET_US * CALL_BUDGET_GROWTH * CALL_BUDGET_GROWTH);
	expect_retry_of("b", CALL_BUDGET_US * CALL_BUDGET_GROWTH);
	fake_services.work_us = 0;
	services[SERVICE_VTPM].port.state = PORT_DEAD;
	assert_int_equal(send("a"), VTPM_COMMANDS_FAILED);
}

/* More senders than places: each is still served, with budgets that begin anew, and none grows without bound. */
static void budgets_of_many_senders(void **state)
{
	static const char *const names[] = {"p", "q", "r", "s", "t", "u"};
	unsigned int left = 6;
	bool done[6] = {false};

	(void)state;
	for (unsigned int round = 0; left > 0; round++) {
		assert_in_range(round, 0, 40);
		for (size_t i = 0; i < 6; i++) {
			uint64_t start = fake_now;

			fake_services.work_us = LONG_US;
			if (done[i] || send(names[i]) == VTPM_COMMANDS_RETRY) {
				assert_in_range(fake_now - start, 0, CALL_BUDGET_MOST_US + 1000);
				continue;
			}
			expect_own(names[i]);
			done[i] = true;
			left--;
		}
	}
	assert_int_equal(fake_services.executed, 6);
}

static void two_long_commands(void **state)
{
	unsigned int tries_a = 0, tries_b = 0;
	bool a = false, b = false;

	(void)state;
	fake_services.work_us = LONG_US;
	while (!a || !b) {
		assert_in_range(tries_a + tries_b, 0, 20);
		if (!a && ++tries_a != 0 && send("a") == VTPM_COMMANDS_DONE) {
			expect_own("a");
			a = true;
		}
		if (!b && ++tries_b != 0 && send("b") == VTPM_COMMANDS_DONE) {
			expect_own("b");
			b = true;
		}
	}
	expect_executed("ab");
	assert_in_range(tries_a, 1, LINUX_TRIES);
	assert_in_range(tries_b, 1, LINUX_TRIES);
}

static void only_the_same_bytes(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	expect_retry("abcd");
	fake_services.work_us = 1;
	assert_int_equal(send_until_done("abc"), 2); /* a prefix */
	assert_int_equal(send_until_done("abcde"), 1);
	assert_int_equal(send_until_done("abce"), 1);
	assert_int_equal(send_sized("abcd\0", 5), VTPM_COMMANDS_DONE);
	assert_int_equal(fake_services.executed, 5);
	expect_done("abcd");
	assert_int_equal(fake_services.executed, 5);
}

/* A client that never comes back costs a place, and the oldest gives way. */
static void abandoned_commands(void **state)
{
	const char *names[] = {"p", "q", "r", "s", "t", "u"};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		fake_services.work_us = CALL_BUDGET_US + 1;
		expect_retry(names[i]);
		fake_services.work_us = 1;
		expect_done("x"); /* lets it finish */
	}
	assert_int_equal(fake_services.executed, 12);
	for (size_t i = 5; i >= 2; i--)
		expect_done(names[i]);
	assert_int_equal(fake_services.executed, 12);
	expect_done("p"); /* its response was dropped: a new command */
	assert_int_equal(fake_services.executed, 13);
}

/* What the service answers to one command does not touch another. */
static void bad_answers(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	fake_services.malformed = true;
	expect_retry("a");
	expect_retry("b");
	fake_services.work_us = 1;
	fake_now += 1000;
	assert_int_equal(send("a"), VTPM_COMMANDS_FAILED);
	fake_services.malformed = false;
	expect_done("b");
	fake_services.answer_status = SERVICE_INTERNAL;
	assert_int_equal(send("c"), VTPM_COMMANDS_FAILED);
	fake_services.answer_status = SERVICE_OK;
	expect_done("c");
	fake_services.dies = true;
	assert_int_equal(send("d"), VTPM_COMMANDS_FAILED);
	assert_int_equal(send("d"), VTPM_COMMANDS_FAILED);
}

static void service_ends_with_a_command(void **state)
{
	(void)state;
	fake_services.work_us = LONG_US;
	expect_retry("a");
	fake_services.dies = true;
	assert_int_equal(send("a"), VTPM_COMMANDS_FAILED);
	assert_int_equal(send("b"), VTPM_COMMANDS_FAILED);
}

static int64_t attest_writes(uint32_t op, const char *payload, uint64_t size)
{
	struct {
		struct service_message header;
		uint8_t payload[SERVICE_MESSAGE_MAX];
	} message = {.header = {.op = op, .size = (uint32_t)strlen(payload)}};

	strcpy((char *)message.payload, payload);
	services[SERVICE_ATTEST].wait = WAIT_NOTHING;
	return attest_vtpm_write(&services[SERVICE_ATTEST], (struct uva){(uint64_t)&message}, size);
}

static int64_t attest_asks(const char *payload)
{
	return attest_writes(VTPM_OP_MANIFEST, payload, sizeof(struct service_message) + strlen(payload));
}

static int64_t attest_reads(uint8_t *to, uint64_t size)
{
	services[SERVICE_ATTEST].wait = WAIT_NOTHING;
	return attest_vtpm_read(&services[SERVICE_ATTEST], (struct uva){(uint64_t)to}, size);
}

/* The attest service's request is at the port: it is served first, and its reply waits for it elsewhere. */
static void behind_the_attest_service(void **state)
{
	uint8_t message[SERVICE_MESSAGE_MAX];

	(void)state;
	fake_services.work_us = LONG_US;
	assert_int_equal(attest_asks("m"), 17);
	assert_int_equal(attest_reads(message, sizeof(message)), 0);
	assert_int_equal(services[SERVICE_ATTEST].wait, WAIT_VTPM_REPLY);
	expect_retry("a");
	fake_services.work_us = 1;
	assert_int_equal(send_until_done("a"), 2);
	expect_executed("ma");
	assert_true(attest_vtpm_has_reply());
	assert_int_equal(attest_reads(message, 21), -EMSGSIZE);
	assert_int_equal(attest_reads(NULL, sizeof(message)), -EFAULT);
	assert_int_equal(attest_reads(message, 22), 22);
	assert_memory_equal(message + 16, "done m", 6);
	assert_int_equal(attest_reads(message, sizeof(message)), -EINVAL);
}

/* It asks again and again and never reads: the guest's commands go on, and it gets the newest reply. */
static void attest_service_never_reads(void **state)
{
	static const char *const questions[] = {"1", "2", "3", "4", "5"};
	uint8_t message[SERVICE_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		fake_services.work_us = LONG_US;
		assert_int_equal(attest_asks(questions[i]), 17);
		assert_int_equal(attest_asks(questions[i]), 0);
		assert_int_equal(services[SERVICE_ATTEST].wait, WAIT_VTPM_IDLE);
		expect_retry("a");
		fake_services.work_us = 1;
		assert_in_range(send_until_done("a"), 1, 2);
	}
	expect_executed("1a2a3a4a5a");
	assert_int_equal(attest_reads(message, sizeof(message)), 22);
	assert_int_equal(message[21], '5');
}

static void bad_requests_of_the_attest_service(void **state)
{
	uint8_t message[SERVICE_MESSAGE_MAX];

	(void)state;
	assert_int_equal(attest_reads(message, sizeof(message)), -EINVAL);
	assert_int_equal(attest_writes(VTPM_OP_SELECT, "", 15), -EMSGSIZE);
	assert_int_equal(attest_writes(VTPM_OP_SELECT, "", SERVICE_MESSAGE_MAX + 1), -EMSGSIZE);
	assert_int_equal(attest_vtpm_write(&services[SERVICE_ATTEST], (struct uva){0}, 16), -EFAULT);
	assert_int_equal(services[SERVICE_VTPM].port.state, PORT_IDLE);
	/* a request of the guest is with the vTPM */
	fake_services.work_us = LONG_US;
	expect_retry("a");
	assert_int_equal(attest_asks("m"), 0);
	assert_int_equal(services[SERVICE_ATTEST].wait, WAIT_VTPM_IDLE);
	assert_int_equal(attest_reads(message, sizeof(message)), -EINVAL);
	fake_services.dies = true;
	assert_int_equal(send("a"), VTPM_COMMANDS_FAILED);
	assert_int_equal(attest_asks("m"), -EPIPE);
	assert_int_equal(attest_reads(message, sizeof(message)), 0);
	assert_int_equal(services[SERVICE_ATTEST].wait, WAIT_NOTHING);
}

static void longest_command(void **state)
{
	static char bytes[SVSM_VTPM_REQUEST_MAX];

	(void)state;
	memset(bytes, 'l', sizeof(bytes));
	fake_services.work_us = CALL_BUDGET_US * 2 + 1;
	assert_int_equal(send_sized(bytes, sizeof(bytes)), VTPM_COMMANDS_RETRY);
	bytes[sizeof(bytes) - 1] = 'k';
	assert_int_equal(send_sized(bytes, sizeof(bytes)), VTPM_COMMANDS_RETRY);
	bytes[sizeof(bytes) - 1] = 'l';
	assert_int_equal(send_sized(bytes, sizeof(bytes)), VTPM_COMMANDS_DONE);
	expect_own("l");
	bytes[sizeof(bytes) - 1] = 'k';
	assert_int_equal(send_sized(bytes, sizeof(bytes)), VTPM_COMMANDS_DONE);
	expect_executed("ll");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(short_command, setup),
		cmocka_unit_test_setup(long_command_goes_on, setup),
		cmocka_unit_test_setup(no_call_outlasts_its_budget, setup),
		cmocka_unit_test_setup(done_within_the_tries_of_linux, setup),
		cmocka_unit_test_setup(other_command_in_between, setup),
		cmocka_unit_test_setup(budgets_of_two_senders, setup),
		cmocka_unit_test_setup(budgets_of_many_senders, setup),
		cmocka_unit_test_setup(two_long_commands, setup),
		cmocka_unit_test_setup(only_the_same_bytes, setup),
		cmocka_unit_test_setup(abandoned_commands, setup),
		cmocka_unit_test_setup(bad_answers, setup),
		cmocka_unit_test_setup(service_ends_with_a_command, setup),
		cmocka_unit_test_setup(behind_the_attest_service, setup),
		cmocka_unit_test_setup(attest_service_never_reads, setup),
		cmocka_unit_test_setup(bad_requests_of_the_attest_service, setup),
		cmocka_unit_test_setup(longest_command, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
