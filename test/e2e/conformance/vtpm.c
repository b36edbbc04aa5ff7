/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vtpm.h"

#include "abi.h"
#include "bytes.h"
#include "clock.h"
#include "freestanding_string.h"
#include "memory.h"
#include "svsm_call.h"
#include "tpm_wire.h"

#define PATIENCE_MS 60000u
#define TPM_RC_TESTING 0x90au
#define TPM_RC_RETRY 0x922u

static uint8_t *page;

bool vtpm_start(void)
{
	if (page == NULL)
		page = memory_pages(1);
	return page != NULL;
}

uint8_t *vtpm_page(void)
{
	return page;
}

void vtpm_request(uint8_t *at, uint32_t command, uint8_t locality, uint32_t size, const uint8_t *data, size_t data_size)
{
	bytes_put(at + VTPM_REQ_COMMAND, 4, command);
	at[VTPM_REQ_LOCALITY] = locality;
	bytes_put(at + VTPM_REQ_SIZE, 4, size);
	memcpy(at + VTPM_REQ_DATA, data, data_size);
}

uint64_t vtpm_call(uint64_t gpa)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_VTPM, VTPM_CMD), .rcx = gpa};

	return svsm_call(&call);
}

static bool asks_for_retry(const uint8_t *response, size_t size)
{
	struct tpm_reader reader;
	uint32_t code;

	return tpm_response(&reader, response, size, TPM_ST_NO_SESSIONS, &code) &&
	       (code == TPM_RC_RETRY || code == TPM_RC_TESTING);
}

uint64_t vtpm_send_at(uint8_t *at, uint32_t size, const uint8_t *command, size_t command_size)
{
	uint64_t deadline = clock_deadline(PATIENCE_MS), result;
	size_t response_size;

	do {
		vtpm_request(at, VTPM_SEND_COMMAND, 0, size, command, command_size);
		result = vtpm_call((uint64_t)at);
		response_size = bytes_get32(at + VTPM_RSP_SIZE);
	} while (result == R_SUCCESS && response_size <= VTPM_RSP_MAX &&
		 asks_for_retry(at + VTPM_RSP_DATA, response_size) && !clock_passed(deadline));
	return result;
}

uint64_t vtpm_send(const uint8_t *command, size_t size, const uint8_t **response, size_t *response_size)
{
	uint64_t result;

	if (size > VTPM_REQ_MAX)
		return R_TRANSPORT;
	result = vtpm_send_at(page, (uint32_t)size, command, size);
	if (result != R_SUCCESS)
		return result;
	*response_size = bytes_get32(page + VTPM_RSP_SIZE);
	*response = page + VTPM_RSP_DATA;
	return *response_size > VTPM_RSP_MAX ? R_TRANSPORT : result;
}
