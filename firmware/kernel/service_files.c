/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "service_files.h"

#include "amd_sp.h"
#include "attest_vtpm.h"
#include "console.h"
#include "freestanding_string.h"
#include "secrets.h"
#include "services.h"
#include "user_memory.h"

#include <asm/poll.h>
#include <errno.h>

#define FD_STDIN 0
#define FD_STDOUT 1
#define FD_STDERR 2
#define LOG_CHUNK 128u
#define STAT_SIZE 144u
#define STAT_MODE 24u /* offset of st_mode in Linux's struct stat */
#define MODE_CHARACTER 0020600u
#define POLL_AT_ONCE 0
#define POLL_FOR_EVER (-1)

static int64_t write_log(struct service *service, struct uva from, uint64_t size)
{
	char text[LOG_CHUNK];
	uint64_t chunk = size < sizeof(text) ? size : sizeof(text);

	if (!user_memory_read(text, from, chunk))
		return -EFAULT;
	for (uint64_t i = 0; i < chunk; i++) {
		if (!service->log_mid_line)
			console_printf("[%s] ", service->name);
		if (text[i] == '\r') /* would put a service's text over the prefix */
			text[i] = '?';
		console_write(&text[i], 1);
		service->log_mid_line = text[i] != '\n';
	}
	return (int64_t)chunk;
}

/* A service that asks again without an answer gives the old request up; the client must not wait for ever. */
static void give_up_request(struct port *port)
{
	if (port->state != PORT_SERVING)
		return;
	port->header = (struct service_message){.op = port->header.op, .status = SERVICE_INTERNAL};
	port->size = sizeof(port->header);
	port->state = PORT_REPLIED;
}

/* The first question for a request says that the service is ready. */
static void note_start(struct service *service)
{
	if (!service->started)
		service->yields = true;
	service->started = true;
}

static int64_t read_request(struct service *service, struct uva to, uint64_t size)
{
	struct port *port = &service->port;

	note_start(service);
	give_up_request(port);
	if (port->state != PORT_REQUESTED) {
		service->wait = WAIT_REQUEST;
		return 0;
	}
	if (size < port->size)
		return -EMSGSIZE;
	if (!user_memory_write(to, port->message, port->size))
		return -EFAULT;
	port->state = PORT_SERVING;
	return port->size;
}

static int64_t write_reply(struct service *service, struct uva from, uint64_t size)
{
	struct port *port = &service->port;

	if (port->state != PORT_SERVING)
		return -EPIPE;
	if (size < sizeof(port->header) || size > sizeof(port->message))
		return -EMSGSIZE;
	if (!user_memory_read(port->message, from, size))
		return -EFAULT;
	port->size = (uint32_t)size;
	port->state = PORT_REPLIED;
	service->yields = true;
	return (int64_t)size;
}

int64_t service_files_poll(struct service *service, struct uva at, uint64_t count, uint64_t timeout)
{
	struct pollfd fd;

	if (count != 1 || ((int)timeout != POLL_AT_ONCE && (int)timeout != POLL_FOR_EVER))
		return -EINVAL;
	if (!user_memory_read(&fd, at, sizeof(fd)))
		return -EFAULT;
	if (fd.fd != SERVICE_FD_REQUEST) {
		fd.revents = POLLNVAL;
	} else {
		note_start(service);
		if ((int)timeout == POLL_FOR_EVER)
			give_up_request(&service->port);
		fd.revents = service->port.state == PORT_REQUESTED ? (short)(fd.events & POLLIN) : 0;
		if (fd.revents == 0 && (int)timeout == POLL_FOR_EVER) {
			service->wait = WAIT_REQUEST;
			return 0;
		}
	}
	if (!user_memory_write(at, &fd, sizeof(fd)))
		return -EFAULT;
	return fd.revents != 0;
}

static int64_t read_vmpck(struct uva to, uint64_t size)
{
	uint8_t key[SNP_VMPCK_SIZE];
	int64_t result = sizeof(key);

	if (size < sizeof(key))
		return -EINVAL;
	if (!secrets_take_vmpck0(key))
		return 0;
	if (!user_memory_write(to, key, sizeof(key)))
		result = -EFAULT;
	string_cleanse(key, sizeof(key));
	return result;
}

/* The module of the image, front to back; a service without one finds the end at once. */
static int64_t read_key_templates(struct service *service, struct uva to, uint64_t size)
{
	uint64_t chunk = size < service->key_templates_left ? size : service->key_templates_left;

	if (chunk != 0 && !user_memory_write(to, service->key_templates, chunk))
		return -EFAULT;
	service->key_templates += chunk;
	service->key_templates_left -= chunk;
	return (int64_t)chunk;
}

int64_t service_files_read(struct service *service, uint64_t fd, struct uva to, uint64_t size)
{
	bool attest = service->id == SERVICE_ATTEST;

	switch (fd) {
	case FD_STDIN:
		return 0;
	case SERVICE_FD_REQUEST:
		return read_request(service, to, size);
	case SERVICE_FD_VTPM:
		return attest ? attest_vtpm_read(service, to, size) : -EBADF;
	case SERVICE_FD_AMD_SP:
		return attest ? amd_sp_read(to, size) : -EBADF;
	case SERVICE_FD_VMPCK:
		return attest ? read_vmpck(to, size) : -EBADF;
	case SERVICE_FD_KEY_TEMPLATES:
		return attest ? -EBADF : read_key_templates(service, to, size);
	default:
		return -EBADF;
	}
}

int64_t service_files_write(struct service *service, uint64_t fd, struct uva from, uint64_t size)
{
	bool attest = service->id == SERVICE_ATTEST;

	switch (fd) {
	case FD_STDOUT:
	case FD_STDERR:
		return write_log(service, from, size);
	case SERVICE_FD_REQUEST:
		return write_reply(service, from, size);
	case SERVICE_FD_VTPM:
		return attest ? attest_vtpm_write(service, from, size) : -EBADF;
	case SERVICE_FD_AMD_SP:
		return attest ? amd_sp_write(from, size) : -EBADF;
	default:
		return -EBADF;
	}
}

int64_t service_files_stat(struct service *service, uint64_t fd, struct uva to)
{
	uint8_t stat[STAT_SIZE] = {0};
	const uint32_t mode = MODE_CHARACTER;

	(void)service;
	if (fd > SERVICE_FD_KEY_TEMPLATES)
		return -EBADF;
	memcpy(stat + STAT_MODE, &mode, sizeof(mode));
	return user_memory_write(to, stat, sizeof(stat)) ? 0 : -EFAULT;
}
