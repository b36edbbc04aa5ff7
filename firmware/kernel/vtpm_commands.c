/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vtpm_commands.h"

#include "abi/tpm.h"
#include "clock.h"
#include "freestanding_string.h"
#include "scheduler.h"
#include "vtpm_budgets.h"

#define ANSWER_COUNT 5u /* four to keep, and that of the command being answered */

struct command {
	uint32_t size; /* 0: none */
	uint8_t bytes[SVSM_VTPM_REQUEST_MAX];
};

/* A finished command whose sender has not come back yet */
struct answer {
	struct command command;
	uint64_t number; /* in order of completion; the oldest gives way */
	bool failed;
	struct vtpm_response response;
};

static struct command in_flight; /* with the service while its port names it as client */
static struct answer answers[ANSWER_COUNT];

static bool is_in_flight(const struct port *port)
{
	return port->client == &in_flight && port->state != PORT_IDLE && port->state != PORT_DEAD;
}

static bool same(const struct command *command, const uint8_t *bytes, uint32_t size)
{
	return command->size == size && memcmp(command->bytes, bytes, size) == 0;
}

static struct answer *find(const uint8_t *bytes, uint32_t size)
{
	for (unsigned int i = 0; i < ANSWER_COUNT; i++) {
		if (same(&answers[i].command, bytes, size))
			return &answers[i];
	}
	return NULL;
}

/* A free place, or the oldest answer's: its sender has given up. */
static struct answer *place(void)
{
	struct answer *oldest = &answers[0];

	for (unsigned int i = 0; i < ANSWER_COUNT; i++) {
		if (answers[i].command.size == 0)
			return &answers[i];
		if (answers[i].number < oldest->number)
			oldest = &answers[i];
	}
	return oldest;
}

void vtpm_commands_collect(void)
{
	static uint64_t completed;
	struct port *port = &services[SERVICE_VTPM].port;
	const uint8_t *payload;
	struct answer *answer;
	uint32_t status, size;

	if (port->state != PORT_REPLIED || port->client != &in_flight)
		return;
	answer = place();
	answer->command = in_flight;
	answer->number = ++completed;
	answer->failed = !port_take_reply(port, &in_flight, &status, &payload, &size) || status != SERVICE_OK ||
			 size > sizeof(answer->response.data);
	answer->response.size = answer->failed ? 0 : size;
	if (!answer->failed)
		memcpy(answer->response.data, payload, size);
}

static enum vtpm_commands_result deliver(struct answer *answer, struct vtpm_response *response)
{
	enum vtpm_commands_result result = answer->failed ? VTPM_COMMANDS_FAILED : VTPM_COMMANDS_DONE;

	response->size = answer->response.size;
	memcpy(response->data, answer->response.data, answer->response.size);
	vtpm_budgets_forget(answer->command.bytes, answer->command.size);
	string_cleanse(answer, sizeof(*answer));
	return result;
}

static enum vtpm_commands_result retry(const uint8_t *command, uint32_t size, struct vtpm_response *response)
{
	const struct tpm_response_header header = {
		.tag = __builtin_bswap16(TPM_ST_NO_SESSIONS),
		.size = __builtin_bswap32(sizeof(header)),
		.code = __builtin_bswap32(TPM_RC_RETRY),
	};

	vtpm_budgets_grow(command, size);
	response->size = sizeof(header);
	memcpy(response->data, &header, sizeof(header));
	return VTPM_COMMANDS_RETRY;
}

enum vtpm_commands_result vtpm_commands_run(const uint8_t *command, uint32_t size, uint64_t start,
					    struct vtpm_response *response)
{
	struct port *port = &services[SERVICE_VTPM].port;
	uint64_t deadline = clock_add(start, vtpm_budgets_get(command, size));

	vtpm_commands_collect();
	for (;;) {
		struct answer *answer = find(command, size);
		enum scheduler_result turn;

		if (answer != NULL)
			return deliver(answer, response);
		if (port->state == PORT_DEAD)
			break;
		if (!is_in_flight(port) && port_request(port, &in_flight, VTPM_OP_COMMAND, command, size)) {
			in_flight.size = size;
			memcpy(in_flight.bytes, command, size);
		}
		turn = scheduler_turn(&services[SERVICE_VTPM], deadline);
		if (turn == SCHEDULER_TIME_OVER)
			return retry(command, size, response);
		if (turn == SCHEDULER_STUCK)
			break;
	}
	vtpm_budgets_forget(command, size);
	return VTPM_COMMANDS_FAILED;
}
