/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "attest_requests.h"

#include "budget.h"
#include "clock.h"
#include "freestanding_string.h"
#include "scheduler.h"

#define KEPT_COUNT 4u
#define KEPT_US 1000000u /* a guest that was told BUSY asks again at once */

struct request {
	uint32_t op;
	uint32_t size;
	uint8_t bytes[ATTEST_REQUEST_MAX];
};

/* The answer to a request that others have overtaken */
struct kept {
	bool used;
	uint64_t until;
	struct request request;
	uint32_t status, size;
	uint8_t payload[ATTEST_REQUEST_MAX];
};

/* With the service, or answered and not fetched, while its port names it as client */
static struct request in_flight;
static struct kept kept[KEPT_COUNT];

static bool is_same(const struct request *one, uint32_t op, const void *request, uint32_t size)
{
	return one->op == op && one->size == size && memcmp(one->bytes, request, size) == 0;
}

/* A free place, or that of the answer which has waited longest */
static struct kept *place(void)
{
	struct kept *oldest = &kept[0];

	for (unsigned int i = 0; i < KEPT_COUNT; i++) {
		if (!kept[i].used)
			return &kept[i];
		if (kept[i].until < oldest->until)
			oldest = &kept[i];
	}
	return oldest;
}

/* Takes the reply to the request in flight from the port, for whoever asks for it again. */
static void keep(struct port *port, uint64_t start)
{
	struct kept *to = place();
	const uint8_t *payload;

	to->used = port_take_reply(port, &in_flight, &to->status, &payload, &to->size);
	if (!to->used)
		return;
	to->until = clock_add(start, KEPT_US);
	to->request = in_flight;
	memcpy(to->payload, payload, to->size);
}

static bool take_kept(uint32_t op, const void *request, uint32_t size, struct attest_answer *answer)
{
	for (unsigned int i = 0; i < KEPT_COUNT; i++) {
		if (kept[i].used && clock_passed(kept[i].until))
			kept[i].used = false;
		if (!kept[i].used || !is_same(&kept[i].request, op, request, size))
			continue;
		kept[i].used = false;
		*answer = (struct attest_answer){kept[i].status, kept[i].size, kept[i].payload};
		return true;
	}
	return false;
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
	if (take_kept(op, request, size, answer))
		return ATTEST_REQUESTS_DONE;
	if (port->state != PORT_IDLE && !is_same(&in_flight, op, request, size)) {
		result = finish(port, deadline);
		if (result != ATTEST_REQUESTS_DONE)
			return result;
		keep(port, start);
	}
	if (port->state == PORT_IDLE && !submit(port, op, request, size))
		return ATTEST_REQUESTS_FAILED;
	result = finish(port, deadline);
	if (result == ATTEST_REQUESTS_DONE &&
	    !port_take_reply(port, &in_flight, &answer->status, &answer->payload, &answer->size))
		return ATTEST_REQUESTS_FAILED;
	return result;
}
