/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The vTPM service: a TPM 2.0 in a ring-3 process at VMPL0. Its messages: include/svsm/service.h */
#include "abi/svsm.h"
#include "guest_command.h"
#include "key_list.h"
#include "key_maker.h"
#include "selected_key.h"
#include "service_io.h"
#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer_key(struct service_packet *packet, const struct primary_key *key)
{
	if (key == NULL) {
		service_io_refuse(packet, SERVICE_INTERNAL);
		return;
	}
	memcpy(packet->payload, key->public_area, key->size);
	packet->header.size = key->size;
}

static void manifest(struct service_packet *packet)
{
	uint32_t version;

	if (packet->header.size != sizeof(version)) {
		service_io_refuse(packet, SERVICE_MALFORMED);
		return;
	}
	memcpy(&version, packet->payload, sizeof(version));
	switch (version) {
	case SVSM_VTPM_MANIFEST_KEY:
		answer_key(packet, key_list_default());
		break;
	case SVSM_VTPM_MANIFEST_LIST:
		packet->header.size = key_list_manifest(packet->payload, sizeof(packet->payload));
		if (packet->header.size == 0)
			service_io_refuse(packet, SERVICE_INTERNAL);
		break;
	default:
		service_io_refuse(packet, SERVICE_UNKNOWN_VERSION);
	}
}

static void selected(struct service_packet *packet)
{
	const struct primary_key *key;
	uint32_t code = 0;
	enum service_status status = selected_key_get(packet->payload, packet->header.size, &key, &code);

	if (status == SERVICE_OK) {
		answer_key(packet, key);
		return;
	}
	service_io_refuse(packet, status);
	if (status == SERVICE_TPM_REFUSED) {
		memcpy(packet->payload, &code, sizeof(code));
		packet->header.size = sizeof(code);
	}
}

static void handle(struct service_packet *packet)
{
	switch (packet->header.op) {
	case VTPM_OP_COMMAND:
		guest_command_run(packet);
		break;
	case VTPM_OP_MANIFEST:
		manifest(packet);
		break;
	case VTPM_OP_SELECT:
		selected(packet);
		break;
	default:
		service_io_refuse(packet, SERVICE_MALFORMED);
	}
}

static bool start(void)
{
	const char *why;

	if (!key_list_load(&why)) {
		printf("the key-template manifest %s\n", why);
		return false;
	}
	if (!tpm_engine_power_on(&why)) {
		printf("the TPM cannot start: %s\n", why);
		return false;
	}
	if (!key_maker_start() || key_list_default() == NULL) {
		printf("the default endorsement key cannot be made\n");
		return false;
	}
	printf("TPM 2.0 ready, endorsement key RSA-2048 made\n");
	return fflush(stdout) == 0;
}

int main(void)
{
	bool background = true;

	if (!start())
		return EXIT_FAILURE;
	do {
		/* Keys of the list are made while nobody waits for anything else. */
		while (background && key_list_unfinished() && !service_io_request_waits())
			background = key_list_make_next();
		background = true;
	} while (service_io_serve_one(handle));
	return EXIT_SUCCESS;
}
