/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A guest that is told BUSY for too long is told so, once, and only by the protocol that makes it wait. */
#include "../busy_limit.h"

#include "../budget.h"
#include "abi/svsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CALLS (BUSY_MOST_US / CALL_BUDGET_US)

static uint32_t attest(struct busy_limit *limit, uint32_t result, uint64_t took_us)
{
	return busy_limit_apply(limit, SVSM_PROTOCOL_ATTEST, result, took_us);
}

static void ends(void **state)
{
	struct busy_limit limit = {0};

	(void)state;
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 1; i < CALLS; i++)
			assert_int_equal(attest(&limit, SVSM_ERR_BUSY, CALL_BUDGET_US), SVSM_ERR_BUSY);
		assert_int_equal(attest(&limit, SVSM_ERR_BUSY, CALL_BUDGET_US), SVSM_ERR_ATTEST_LATER);
	}
}

static void other_answers(void **state)
{
	static const uint32_t codes[] = {SVSM_SUCCESS, SVSM_ERR_INVALID_PARAMETER, SVSM_ERR_INCOMPLETE};
	struct busy_limit limit = {0};

	(void)state;
	for (size_t j = 0; j < sizeof(codes) / sizeof(codes[0]); j++) {
		for (unsigned int i = 1; i < CALLS; i++)
			assert_int_equal(attest(&limit, SVSM_ERR_BUSY, CALL_BUDGET_US), SVSM_ERR_BUSY);
		assert_int_equal(attest(&limit, codes[j], CALL_BUDGET_US), codes[j]);
	}
	assert_int_equal(attest(&limit, SVSM_ERR_BUSY, CALL_BUDGET_US), SVSM_ERR_BUSY);
}

static void other_protocols(void **state)
{
	static const uint32_t protocols[] = {SVSM_PROTOCOL_CORE, SVSM_PROTOCOL_VTPM, UINT32_MAX};
	struct busy_limit limit = {0};

	(void)state;
	for (size_t j = 0; j < sizeof(protocols) / sizeof(protocols[0]); j++) {
		for (unsigned int i = 0; i < 2 * CALLS; i++)
			assert_int_equal(busy_limit_apply(&limit, protocols[j], SVSM_ERR_BUSY, CALL_BUDGET_US),
					 SVSM_ERR_BUSY);
	}
}

/* A host that stops the CPU for long, or a clock that jumps */
static void long_calls(void **state)
{
	struct busy_limit limit = {0};

	(void)state;
	assert_int_equal(attest(&limit, SVSM_ERR_BUSY, BUSY_MOST_US), SVSM_ERR_ATTEST_LATER);
	assert_int_equal(attest(&limit, SVSM_ERR_BUSY, UINT64_MAX), SVSM_ERR_ATTEST_LATER);
	assert_int_equal(attest(&limit, SVSM_ERR_BUSY, 1), SVSM_ERR_BUSY);
	assert_int_equal(attest(&limit, SVSM_ERR_BUSY, UINT64_MAX), SVSM_ERR_ATTEST_LATER);
	assert_int_equal(attest(&limit, SVSM_SUCCESS, UINT64_MAX), SVSM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(other_answers),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(long_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
