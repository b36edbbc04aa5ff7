/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The guest's requests to the attest service. One that is not finished within the call's budget goes on when the guest
 * makes it again. A different one first lets it finish; its result is then kept for a second, so that two CPUs which
 * ask in turns get on. Nothing depends on a result that is dropped. Under services_lock.
 */
#ifndef KERNEL_ATTEST_REQUESTS_H
#define KERNEL_ATTEST_REQUESTS_H

#include "svsm/service.h"

#include <stdint.h>

#define ATTEST_REQUEST_MAX (SERVICE_MESSAGE_MAX - sizeof(struct service_message))

enum attest_requests_result {
	ATTEST_REQUESTS_DONE,	/* status and payload are the service's answer to exactly this request */
	ATTEST_REQUESTS_BUSY,	/* call again with the same request */
	ATTEST_REQUESTS_FAILED, /* the service has ended, or its answer is malformed */
};

struct attest_answer {
	uint32_t status; /* enum service_status */
	uint32_t size;
	const uint8_t *payload; /* until the next request */
};

/* Asks for @op with @size bytes (at most ATTEST_REQUEST_MAX), for a call of the guest that began at @start (clock.h).
 */
enum attest_requests_result attest_requests_run(uint32_t op, const void *request, uint32_t size, uint64_t start,
						struct attest_answer *answer);

#endif
