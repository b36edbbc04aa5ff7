/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The vTPM service: a TPM 2.0 in a ring-3 process at VMPL0. Its messages: include/svsm/service.h */
#include "endorsement_key.h"
#include "service_io.h"
#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct endorsement_key default_key;

static void command(struct service_packet *packet)
{
	const uint8_t *response;
	uint32_t size;

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
}

/* Version 0: the default key's TPMT_PUBLIC alone. */
static void manifest(struct service_packet *packet)
{
	uint32_t version;

	if (packet->header.size != sizeof(version)) {
		service_io_refuse(packet, SERVICE_MALFORMED);
		return;
	}
	memcpy(&version, packet->payload, sizeof(version));
	if (version != 0) {
		service_io_refuse(packet, SERVICE_UNKNOWN_VERSION);
		return;
	}
	memcpy(packet->payload, default_key.public_area, default_key.size);
	packet->header.size = default_key.size;
}

static void handle(struct service_packet *packet)
{
	switch (packet->header.op) {
	case VTPM_OP_COMMAND:
		command(packet);
		break;
	case VTPM_OP_MANIFEST:
		manifest(packet);
		break;
	default:
		service_io_refuse(packet, SERVICE_MALFORMED);
	}
}

int main(void)
{
	const char *why;

	if (!tpm_engine_power_on(&why) || !endorsement_key_make(&default_key, &why)) {
		printf("the TPM cannot start: %s\n", why);
		return EXIT_FAILURE;
	}
	printf("TPM 2.0 ready, endorsement key RSA-2048 made\n");
	if (fflush(stdout) != 0)
		return EXIT_FAILURE;
	service_io_serve(handle);
	return EXIT_SUCCESS;
}
