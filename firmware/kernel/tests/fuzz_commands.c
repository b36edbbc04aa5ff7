/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Clients that send TPM commands of any length of work in any order, come back or do not. Input: two bytes a call,
 * which command and how long its work would take. A command is its number and a tail that no other has. What must hold:
 * no call outlasts its budget; an answer is the command's own; every execution is answered at most once, and only one
 * command is executed at a time and in the order in which it was taken.
 */
#include "../budget.h"
#include "../vtpm_commands.h"
#include "fake_guest.h"
#include "fake_services.h"

#include <stdlib.h>
#include <string.h>

#define CLIENTS 8u
#define WORK_UNIT_US 700u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void call(uint8_t client, uint64_t work, size_t delivered[CLIENTS])
{
	static struct vtpm_response response;
	uint8_t command[4] = {client, 'c', 'm', 'd'};
	uint64_t start = ++fake_now;
	enum vtpm_commands_result result;

	fake_services.work_us = work;
	result = vtpm_commands_run(command, 1u + client % sizeof(command), start, &response);
	require(fake_now - start <= CALL_BUDGET_MOST_US);
	if (result == VTPM_COMMANDS_DONE) {
		require(response.size == 6 && response.data[5] == client);
		delivered[client]++;
	} else {
		require(result == VTPM_COMMANDS_RETRY && response.size == 10);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t delivered[CLIENTS] = {0}, executed[CLIENTS] = {0};

	/* What an earlier input left behind is fetched or pushed out */
	fake_services_reset();
	for (uint8_t i = 0; i < 2 * CLIENTS; i++)
		call(i % CLIENTS, 0, delivered);
	memset(delivered, 0, sizeof(delivered));
	fake_services.executed = 0;
	for (size_t i = 0; i + 1 < size && fake_services.executed + 2 < FAKE_LOG_MAX; i += 2)
		call(data[i] % CLIENTS, data[i + 1] * (uint64_t)WORK_UNIT_US, delivered);
	for (size_t i = 0; i < fake_services.executed; i++)
		executed[fake_services.log[i]]++;
	for (size_t i = 0; i < CLIENTS; i++)
		require(delivered[i] <= executed[i]);
	return 0;
}
