/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vtpm_client.h"

#include "service_io.h"

#include <string.h>

static struct service_packet packet;

/* Sends the packet, which holds a request with payload. SERVICE_OK: the packet holds the reply. */
static enum service_status ask(uint32_t op, uint32_t size)
{
	packet.header = (struct service_message){.op = op, .size = size};
	if (!service_io_send(SERVICE_FD_VTPM, &packet) || !service_io_receive(SERVICE_FD_VTPM, &packet) ||
	    packet.header.op != op)
		return SERVICE_INTERNAL;
	return packet.header.status;
}

static enum service_status take(uint8_t *to, uint32_t capacity, uint32_t *size)
{
	if (packet.header.size > capacity)
		return SERVICE_INTERNAL;
	memcpy(to, packet.payload, packet.header.size);
	*size = packet.header.size;
	return SERVICE_OK;
}

enum service_status vtpm_client_manifest(uint32_t version, uint8_t *to, uint32_t capacity, uint32_t *size)
{
	enum service_status status;

	memcpy(packet.payload, &version, sizeof(version));
	status = ask(VTPM_OP_MANIFEST, sizeof(version));
	if (status == SERVICE_OK)
		return take(to, capacity, size);
	return status == SERVICE_UNKNOWN_VERSION ? SERVICE_UNKNOWN_VERSION : SERVICE_INTERNAL;
}

enum service_status vtpm_client_select(const uint8_t *selector, uint32_t selector_size, uint8_t *to, uint32_t capacity,
				       uint32_t *size, uint32_t *tpm_code)
{
	enum service_status status;

	memcpy(packet.payload, selector, selector_size);
	status = ask(VTPM_OP_SELECT, selector_size);
	if (status == SERVICE_OK)
		return take(to, capacity, size);
	if (status == SERVICE_TPM_REFUSED && packet.header.size == sizeof(*tpm_code)) {
		memcpy(tpm_code, packet.payload, sizeof(*tpm_code));
		return SERVICE_TPM_REFUSED;
	}
	return status == SERVICE_BAD_SELECTOR ? SERVICE_BAD_SELECTOR : SERVICE_INTERNAL;
}
