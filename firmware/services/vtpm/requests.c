/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "requests.h"

#include "abi/svsm.h"
#include "guest_command.h"
#include "key_list.h"
#include "selected_key.h"

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

void requests_handle(struct service_packet *packet)
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
