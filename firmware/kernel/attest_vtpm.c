/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "attest_vtpm.h"

#include "freestanding_string.h"
#include "user_memory.h"

#include <errno.h>

static struct {
	uint32_t size; /* 0: none */
	uint8_t message[SERVICE_MESSAGE_MAX];
} reply;

int64_t attest_vtpm_write(struct service *service, struct uva from, uint64_t size)
{
	struct port *port = &services[SERVICE_VTPM].port;

	if (port->state == PORT_DEAD)
		return -EPIPE;
	if (size < sizeof(port->header) || size > sizeof(port->message))
		return -EMSGSIZE;
	if (port->state != PORT_IDLE) {
		service->wait = WAIT_VTPM_IDLE;
		return 0;
	}
	if (!user_memory_read(port->message, from, size))
		return -EFAULT;
	reply.size = 0;
	port->size = (uint32_t)size;
	port->client = service;
	port->state = PORT_REQUESTED;
	return (int64_t)size;
}

int64_t attest_vtpm_read(struct service *service, struct uva to, uint64_t size)
{
	const struct port *port = &services[SERVICE_VTPM].port;
	uint32_t got = reply.size;

	if (got == 0) {
		if (port->state == PORT_DEAD)
			return 0;
		if (port->client != service || port->state == PORT_IDLE)
			return -EINVAL; /* it has asked for nothing */
		service->wait = WAIT_VTPM_REPLY;
		return 0;
	}
	if (size < got)
		return -EMSGSIZE;
	if (!user_memory_write(to, reply.message, got))
		return -EFAULT;
	reply.size = 0;
	return got;
}

bool attest_vtpm_has_reply(void)
{
	return reply.size != 0;
}

void attest_vtpm_collect(void)
{
	struct port *port = &services[SERVICE_VTPM].port;

	if (port->state != PORT_REPLIED || port->client != &services[SERVICE_ATTEST])
		return;
	reply.size = port->size;
	memcpy(reply.message, port->message, port->size);
	port->state = PORT_IDLE;
}
