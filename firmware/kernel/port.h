/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A port: where one service takes requests, one at a time. The client puts a request in, the service takes it, answers,
 * and the client takes the reply. Protected by the lock of services.h.
 */
#ifndef KERNEL_PORT_H
#define KERNEL_PORT_H

#include "svsm/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum port_state {
	PORT_IDLE,
	PORT_REQUESTED, /* a client's request waits */
	PORT_SERVING,	/* the service has taken it */
	PORT_REPLIED,	/* the reply waits for the client */
	PORT_DEAD,	/* the service has ended */
};

struct port {
	enum port_state state;
	const void *client; /* who asked; compared, never followed */
	uint32_t size;	    /* bytes of message, header included */
	union {
		struct service_message header;
		uint8_t message[SERVICE_MESSAGE_MAX];
	};
};

/* Starts a request: state IDLE -> REQUESTED. False when the port is not idle or the payload too large. */
bool port_request(struct port *port, const void *client, uint32_t op, const void *payload, uint32_t size);

/*
 * Takes the reply of @client: status and payload pointer, valid until the next request. False when there is none or it
 * is malformed (then the port is idle again and *status is SERVICE_INTERNAL).
 */
bool port_take_reply(struct port *port, const void *client, uint32_t *status, const uint8_t **payload, uint32_t *size);

#endif
