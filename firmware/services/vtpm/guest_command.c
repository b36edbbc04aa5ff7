/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_command.h"

#include "key_list.h"
#include "key_maker.h"
#include "selected_key.h"
#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TPM_HEADER 10u
#define TPM_CODE 6u /* of command and response, in their headers */

/* Commands that change who may create keys in the endorsement hierarchy, or its seed (TPM 2.0 Library, part 3, 24) */
#define CC_HIERARCHY_CONTROL 0x121u
#define CC_CHANGE_EPS 0x124u
#define CC_CHANGE_PPS 0x125u
#define CC_CLEAR 0x126u
#define CC_HIERARCHY_CHANGE_AUTH 0x129u

static uint32_t code_of(const uint8_t *message, uint32_t size)
{
	message += TPM_CODE;
	return size < TPM_HEADER ? 0
				 : (uint32_t)message[0] << 24 | (uint32_t)message[1] << 16 | (uint32_t)message[2] << 8 |
					   message[3];
}

/* Most TPMs that fail do so once; the guest asks on. */
static void note_failure(void)
{
	static bool told;

	if (told)
		return;
	told = true;
	printf("the guest's TPM has failed and answers TPM_RC_FAILURE\n");
	(void)fflush(stdout);
}

static void succeeded(uint32_t command)
{
	switch (command) {
	case CC_CHANGE_EPS:
		/* All keys are others now. Answering with one of the old seed would be a lie. */
		if (!key_maker_start()) {
			printf("no memory for the new endorsement seed\n");
			exit(EXIT_FAILURE);
		}
		key_list_forget();
		selected_key_forget();
		break;
	case CC_HIERARCHY_CONTROL:
	case CC_CHANGE_PPS:
	case CC_CLEAR:
	case CC_HIERARCHY_CHANGE_AUTH:
		selected_key_forget();
		break;
	default:
		break;
	}
}

void guest_command_run(struct service_packet *packet)
{
	uint32_t command = code_of(packet->payload, packet->header.size), code, size;
	const uint8_t *response;

	if (packet->header.size > TPM_ENGINE_BUFFER_MAX) {
		service_io_refuse(packet, SERVICE_MALFORMED);
		return;
	}
	if (!tpm_engine_run(packet->payload, packet->header.size, &response, &size) || size > sizeof(packet->payload)) {
		service_io_refuse(packet, SERVICE_INTERNAL);
		return;
	}
	memcpy(packet->payload, response, size);
	packet->header.size = size;
	if (size < TPM_HEADER)
		return;
	code = code_of(packet->payload, size);
	if (code == PRIMARY_KEY_RC_SUCCESS)
		succeeded(command);
	else if (code == PRIMARY_KEY_RC_FAILURE)
		note_failure();
}
