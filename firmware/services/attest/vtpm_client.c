/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vtpm_client.h"

#include "service_io.h"

#include <string.h>

enum service_status vtpm_client_manifest(uint32_t version, uint8_t *to, uint32_t capacity, uint32_t *size)
{
	static struct service_packet packet;

	packet.header = (struct service_message){.op = VTPM_OP_MANIFEST, .size = sizeof(version)};
	memcpy(packet.payload, &version, sizeof(version));
	if (!service_io_send(SERVICE_FD_VTPM, &packet) || !service_io_receive(SERVICE_FD_VTPM, &packet) ||
	    packet.header.op != VTPM_OP_MANIFEST)
		return SERVICE_INTERNAL;
	if (packet.header.status == SERVICE_UNKNOWN_VERSION)
		return SERVICE_UNKNOWN_VERSION;
	if (packet.header.status != SERVICE_OK || packet.header.size > capacity)
		return SERVICE_INTERNAL;
	memcpy(to, packet.payload, packet.header.size);
	*size = packet.header.size;
	return SERVICE_OK;
}
