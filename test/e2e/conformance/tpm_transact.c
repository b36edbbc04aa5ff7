/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_transact.h"

#include "abi.h"
#include "freestanding_string.h"
#include "vtpm.h"

#define COMMAND_MAX 2048u

static uint8_t buffer[COMMAND_MAX];
struct tpm_writer tpm_out;
struct tpm_reader tpm_in;

void tpm_begin(uint16_t tag, uint32_t code)
{
	tpm_command(&tpm_out, buffer, sizeof(buffer), tag, code);
}

uint32_t tpm_transact(uint16_t tag)
{
	const uint8_t *response;
	uint32_t code;
	size_t size;

	if (!tpm_command_end(&tpm_out) || vtpm_send(buffer, tpm_out.size, &response, &size) != R_SUCCESS ||
	    !tpm_response(&tpm_in, response, size, tag, &code))
		return TPM_FAILED;
	return code;
}

uint32_t tpm_read_result(void)
{
	return tpm_in.failed ? TPM_FAILED : TPM_RC_SUCCESS;
}

void tpm_take_blob(struct tpm_blob *blob, struct tpm_reader data)
{
	blob->size = 0;
	if (data.failed || data.left > sizeof(blob->data)) {
		tpm_in.failed = true;
		return;
	}
	blob->size = data.left;
	memcpy(blob->data, data.at, data.left);
}

void tpm_put_session(uint32_t handle)
{
	tpm_put(&tpm_out, 4, handle);
	tpm_put_2b(&tpm_out, NULL, 0);
	tpm_put(&tpm_out, 1, 0);
	tpm_put_2b(&tpm_out, NULL, 0);
}

void tpm_put_password(void)
{
	size_t area = tpm_open(&tpm_out, 4);

	tpm_put_session(TPM_RS_PW);
	tpm_close(&tpm_out, area, 4);
}
