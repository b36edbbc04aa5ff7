/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "port.h"

#include "freestanding_string.h"

bool port_request(struct port *port, const void *client, uint32_t op, const void *payload, uint32_t size)
{
	if (port->state != PORT_IDLE || size > sizeof(port->message) - sizeof(port->header))
		return false;
	port->header = (struct service_message){.op = op, .size = size};
	memcpy(port->message + sizeof(port->header), payload, size);
	port->size = (uint32_t)sizeof(port->header) + size;
	port->client = client;
	port->state = PORT_REQUESTED;
	return true;
}

bool port_take_reply(struct port *port, const void *client, uint32_t *status, const uint8_t **payload, uint32_t *size)
{
	*status = SERVICE_INTERNAL;
	if (port->state != PORT_REPLIED || port->client != client)
		return false;
	port->state = PORT_IDLE;
	if (port->size < sizeof(port->header) || port->header.size != port->size - sizeof(port->header))
		return false;
	*status = port->header.status;
	*payload = port->message + sizeof(port->header);
	*size = port->header.size;
	return true;
}
