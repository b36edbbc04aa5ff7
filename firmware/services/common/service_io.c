/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "service_io.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static ssize_t read_once(int fd, void *to, size_t size)
{
	ssize_t got;

	do {
		got = read(fd, to, size);
	} while (got < 0 && errno == EINTR);
	return got;
}

bool service_io_receive(int fd, struct service_packet *packet)
{
	ssize_t got = read_once(fd, packet, sizeof(*packet));

	return got >= (ssize_t)sizeof(packet->header) && packet->header.reserved == 0 &&
	       packet->header.size == (size_t)got - sizeof(packet->header);
}

bool service_io_send(int fd, const struct service_packet *packet)
{
	size_t size = sizeof(packet->header) + packet->header.size;
	ssize_t put;

	do {
		put = write(fd, packet, size);
	} while (put < 0 && errno == EINTR);
	return put == (ssize_t)size;
}

void service_io_refuse(struct service_packet *packet, enum service_status status)
{
	packet->header.status = status;
	packet->header.size = 0;
}

bool service_io_serve_one(void (*handle)(struct service_packet *packet))
{
	static struct service_packet packet;
	ssize_t got = read_once(SERVICE_FD_REQUEST, &packet, sizeof(packet));

	if (got < (ssize_t)sizeof(packet.header))
		return false;
	if (packet.header.reserved != 0 || packet.header.status != 0 ||
	    packet.header.size != (size_t)got - sizeof(packet.header)) {
		packet.header.reserved = 0;
		service_io_refuse(&packet, SERVICE_MALFORMED);
	} else {
		handle(&packet);
	}
	return service_io_send(SERVICE_FD_REQUEST, &packet);
}

bool service_io_request_waits(void)
{
	struct pollfd request = {.fd = SERVICE_FD_REQUEST, .events = POLLIN};

	/* Without poll() the next read tells. */
	return poll(&request, 1, 0) != 0;
}
