/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "busy_limit.h"

#include "abi/svsm.h"
#include "budget.h"

uint32_t busy_limit_apply(struct busy_limit *limit, uint32_t protocol, uint32_t result, uint64_t took_us)
{
	if (protocol != SVSM_PROTOCOL_ATTEST || result != SVSM_ERR_BUSY) {
		limit->spent_us = 0;
		return result;
	}
	if (took_us < BUSY_MOST_US && limit->spent_us + took_us < BUSY_MOST_US) {
		limit->spent_us += took_us;
		return result;
	}
	limit->spent_us = 0;
	return SVSM_ERR_ATTEST_LATER;
}
