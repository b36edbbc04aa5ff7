/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How a service talks with its clients: one read is one request, one write its reply (docs/contracts.md section 2). */
#ifndef SERVICES_SERVICE_IO_H
#define SERVICES_SERVICE_IO_H

#include "svsm/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVICE_PAYLOAD_MAX (SERVICE_MESSAGE_MAX - (uint32_t)sizeof(struct service_message))

struct service_packet {
	struct service_message header;
	uint8_t payload[SERVICE_PAYLOAD_MAX];
};
static_assert(sizeof(struct service_packet) == SERVICE_MESSAGE_MAX, "a packet is the largest message");

/* Reads a packet from @fd. False: the other side is gone or broke the contract; header.size is then undefined. */
bool service_io_receive(int fd, struct service_packet *packet);

/* Writes header and header.size bytes of payload. */
bool service_io_send(int fd, const struct service_packet *packet);

/* Turns @packet into an answer without payload. */
void service_io_refuse(struct service_packet *packet, enum service_status status);

/*
 * Takes one request of SERVICE_FD_REQUEST and answers it by @handle, which turns it into its reply in place. False: the
 * client is gone.
 */
bool service_io_serve_one(void (*handle)(struct service_packet *packet));

/* A request waits, or it cannot be known. */
bool service_io_request_waits(void);

#endif
