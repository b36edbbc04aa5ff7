/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Lets TPM tools talk to the vtpm service on the build host.
 *   tpm-socket serve VTPM SOCKET MANIFEST [KEYS]
 *                                           runs the service with a compiled key-template manifest, writes its manifest
 *                                           (version 0) to a file, listens
 *   tpm-socket pipe SOCKET                  carries commands from stdin to it: TCTI "cmd:tpm-socket pipe SOCKET"
 *   tpm-socket ask SOCKET manifest VERSION  prints the manifest that the service gives the attest service
 *   tpm-socket ask SOCKET select FILE       prints the key of a compiled manifest selector
 * A request that is not the guest's has the form of a TPM command with tag 0 and the operation as its code; the answer
 * has the service's status as its code.
 */
#include "service_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TPM_HEADER 10u

static bool read_all(int fd, uint8_t *to, size_t size)
{
	while (size != 0) {
		ssize_t got = read(fd, to, size);

		if (got <= 0)
			return false;
		to += got;
		size -= (size_t)got;
	}
	return true;
}

static bool write_all(int fd, const uint8_t *from, size_t size)
{
	while (size != 0) {
		ssize_t put = write(fd, from, size);

		if (put <= 0)
			return false;
		from += put;
		size -= (size_t)put;
	}
	return true;
}

/* Reads one TPM command or response by the size in its header. */
static bool read_tpm(int fd, uint8_t *to, uint32_t capacity, uint32_t *size)
{
	if (!read_all(fd, to, TPM_HEADER))
		return false;
	*size = (uint32_t)to[2] << 24 | (uint32_t)to[3] << 16 | (uint32_t)to[4] << 8 | to[5];
	return *size >= TPM_HEADER && *size <= capacity && read_all(fd, to + TPM_HEADER, *size - TPM_HEADER);
}

static bool address_of(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return false;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return true;
}

/* Descriptor, or -1 with a message */
static int connect_to(const char *path)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd >= 0 && address_of(path, &address) && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	perror(path);
	return -1;
}

static int pipe_to(const char *path)
{
	static uint8_t message[SERVICE_PAYLOAD_MAX];
	int fd = connect_to(path);
	uint32_t size;

	if (fd < 0)
		return EXIT_FAILURE;
	while (read_tpm(STDIN_FILENO, message, sizeof(message), &size)) {
		if (!write_all(fd, message, size) || !read_tpm(fd, message, sizeof(message), &size) ||
		    !write_all(STDOUT_FILENO, message, size))
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static bool ask(struct service_process *vtpm, struct service_packet *packet)
{
	return service_io_send(vtpm->end[SERVICE_FD_REQUEST], packet) &&
	       service_io_receive(vtpm->end[SERVICE_FD_REQUEST], packet) && packet->header.status == SERVICE_OK;
}

static bool save_manifest(struct service_process *vtpm, const char *path)
{
	static struct service_packet packet;
	FILE *file;
	bool ok;

	packet.header = (struct service_message){.op = VTPM_OP_MANIFEST, .size = sizeof(uint32_t)};
	if (!ask(vtpm, &packet))
		return false;
	file = fopen(path, "wb");
	ok = file != NULL && fwrite(packet.payload, 1, packet.header.size, file) == packet.header.size;
	return file != NULL && fclose(file) == 0 && ok;
}

static void put_be32(uint8_t *to, uint32_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		to[i] = (uint8_t)value;
}

/* A request that is not the guest's: payload and code are taken out of their wrapping, and put back into it. */
static bool serve_request(struct service_process *vtpm, struct service_packet *packet)
{
	packet->header.op = packet->payload[9];
	packet->header.size -= TPM_HEADER;
	memmove(packet->payload, packet->payload + TPM_HEADER, packet->header.size);
	if (!service_io_send(vtpm->end[SERVICE_FD_REQUEST], packet) ||
	    !service_io_receive(vtpm->end[SERVICE_FD_REQUEST], packet) ||
	    packet->header.size > sizeof(packet->payload) - TPM_HEADER)
		return false;
	memmove(packet->payload + TPM_HEADER, packet->payload, packet->header.size);
	memset(packet->payload, 0, TPM_HEADER);
	packet->header.size += TPM_HEADER;
	put_be32(packet->payload + 2, packet->header.size);
	put_be32(packet->payload + 6, packet->header.status);
	return true;
}

static bool serve_connection(struct service_process *vtpm, int fd)
{
	static struct service_packet packet;

	for (;;) {
		packet.header = (struct service_message){.op = VTPM_OP_COMMAND};
		if (!read_tpm(fd, packet.payload, sizeof(packet.payload), &packet.header.size))
			return true;
		if (packet.payload[0] == 0 ? !serve_request(vtpm, &packet) : !ask(vtpm, &packet))
			return false;
		if (!write_all(fd, packet.payload, packet.header.size))
			return true;
	}
}

static size_t read_file(const char *path, uint8_t *to, size_t capacity)
{
	FILE *file = fopen(path, "rb");
	size_t size = file != NULL ? fread(to, 1, capacity, file) : 0;

	if (file != NULL)
		(void)fclose(file);
	return size;
}

/* Gives the service its key templates: one message, then end of file. */
static bool give_keys(const struct service_process *vtpm, const char *path)
{
	static uint8_t keys[65536];
	size_t size = path != NULL ? read_file(path, keys, sizeof(keys)) : 0;

	return (size == 0 || write(vtpm->end[SERVICE_FD_KEY_TEMPLATES], keys, size) == (ssize_t)size) &&
	       shutdown(vtpm->end[SERVICE_FD_KEY_TEMPLATES], SHUT_WR) == 0;
}

static int serve(const char *program, const char *path, const char *manifest, const char *keys)
{
	struct service_process vtpm;
	struct sockaddr_un address;
	bool alive = true;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!service_process_start(&vtpm, program, SERVICE_FD_KEY_TEMPLATES) || !give_keys(&vtpm, keys) ||
	    !save_manifest(&vtpm, manifest)) {
		fprintf(stderr, "%s did not start\n", program);
		return EXIT_FAILURE;
	}
	if (listener < 0 || !address_of(path, &address) ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 4) != 0) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (alive) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			return errno == EINTR ? EXIT_SUCCESS : EXIT_FAILURE;
		alive = serve_connection(&vtpm, fd);
		close(fd);
	}
	fprintf(stderr, "%s gave no answer\n", program);
	return EXIT_FAILURE;
}

/* Exit status: 0, or the service's status plus 100 */
static int ask_service(const char *path, const char *what, const char *argument)
{
	static uint8_t message[SERVICE_PAYLOAD_MAX];
	bool manifest = strcmp(what, "manifest") == 0;
	uint32_t size = TPM_HEADER + 4, version = (uint32_t)strtoul(argument, NULL, 10);
	int fd = connect_to(path);

	if (fd < 0)
		return EXIT_FAILURE;
	if (manifest)
		memcpy(message + TPM_HEADER, &version, sizeof(version));
	else
		size = TPM_HEADER + (uint32_t)read_file(argument, message + TPM_HEADER, 4096);
	message[9] = manifest ? VTPM_OP_MANIFEST : VTPM_OP_SELECT;
	put_be32(message + 2, size);
	if (!write_all(fd, message, size) || !read_tpm(fd, message, sizeof(message), &size))
		return EXIT_FAILURE;
	if (message[9] != SERVICE_OK)
		return 100 + message[9];
	return write_all(STDOUT_FILENO, message + TPM_HEADER, size - TPM_HEADER) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if ((argc == 5 || argc == 6) && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], argv[3], argv[4], argc == 6 ? argv[5] : NULL);
	if (argc == 3 && strcmp(argv[1], "pipe") == 0)
		return pipe_to(argv[2]);
	if (argc == 5 && strcmp(argv[1], "ask") == 0)
		return ask_service(argv[2], argv[3], argv[4]);
	fprintf(stderr,
		"usage: %s serve VTPM SOCKET MANIFEST | pipe SOCKET | ask SOCKET {manifest VERSION|select FILE}\n",
		argv[0]);
	return 2;
}
