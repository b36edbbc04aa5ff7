/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "attest_requests.h"

#include "budget.h"
#include "clock.h"
#include "freestanding_string.h"
#include "scheduler.h"

/* With the service, or answered and not fetched, while its port names it as client */
static struct {
	uint32_t op;
	uint32_t size;
	uint8_t bytes[ATTEST_REQUEST_MAX];
} in_flight;

static bool is_same(uint32_t op, const void *request, uint32_t size)
{
	return in_flight.op == op && in_flight.size == size && memcmp(in_flight.bytes, request, size) == 0;
}

static bool submit(struct port *port, uint32_t op, const void *request, uint32_t size)
{
	if (!port_request(port, &in_flight, op, request, size))
		return false;
	in_flight.op = op;
	in_flight.size = size;
	memcpy(in_flight.bytes, request, size);
	return true;
}

/* Lets the request at the port finish. */
static enum attest_requests_result finish(const struct port *port, uint64_t deadline)
{
	while (port->state != PORT_REPLIED) {
		enum scheduler_result turn;

		if (port->state == PORT_DEAD)
			return ATTEST_REQUESTS_FAILED;
		turn = scheduler_turn(&services[SERVICE_ATTEST], deadline);
		if (turn != SCHEDULER_RAN)
			return turn == SCHEDULER_TIME_OVER ? ATTEST_REQUESTS_BUSY : ATTEST_REQUESTS_FAILED;
	}
	return ATTEST_REQUESTS_DONE;
}

enum attest_requests_result attest_requests_run(uint32_t op, const void *request, uint32_t size, uint64_t start,
						struct attest_answer *answer)
{
	struct port *port = &services[SERVICE_ATTEST].port;
	uint64_t deadline = clock_add(start, CALL_BUDGET_US);
	enum attest_requests_result result;

	*answer = (struct attest_answer){.status = SERVICE_INTERNAL};
	if (port->state == PORT_DEAD)
		return ATTEST_REQUESTS_FAILED;
	if (port->state != PORT_IDLE && !is_same(op, request, size)) {
		result = finish(port, deadline);
		if (result != ATTEST_REQUESTS_DONE)
			return result;
		(void)port_take_reply(port, &in_flight, &answer->status, &answer->payload, &answer->size);
	}
	if (port->state == PORT_IDLE && !submit(port, op, request, size))
		return ATTEST_REQUESTS_FAILED;
	result = finish(port, deadline);
	if (result == ATTEST_REQUESTS_DONE &&
	    !port_take_reply(port, &in_flight, &answer->status, &answer->payload, &answer->size))
		return ATTEST_REQUESTS_FAILED;
	return result;
}
