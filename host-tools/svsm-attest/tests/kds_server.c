/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "kds_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

struct request {
	char path[512];
	size_t length;
};

static enum MHD_Result add_argument(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct request *request = context;
	int length;

	(void)kind;
	length = snprintf(request->path + request->length, sizeof(request->path) - request->length, "%c%s=%s",
			  strchr(request->path, '?') ? '&' : '?', key, value ? value : "");
	if (length > 0)
		request->length += (size_t)length;
	return MHD_YES;
}

static ssize_t endless(void *context, uint64_t at, char *buffer, size_t max)
{
	(void)context;
	(void)at;
	memset(buffer, 'x', max);
	return (ssize_t)max;
}

static struct MHD_Response *body(const struct kds_server *server, const char *path, unsigned int *status)
{
	*status = MHD_HTTP_OK;
	if (server->endless)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, endless, NULL, NULL);
	for (size_t i = 0; i < server->files; i++) {
		if (strcmp(server->file[i].path, path) == 0)
			return MHD_create_response_from_buffer(server->file[i].body.size, server->file[i].body.data,
							       MHD_RESPMEM_MUST_COPY);
	}
	*status = MHD_HTTP_NOT_FOUND;
	return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
			      const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct kds_server *server = context;
	struct request request;
	struct MHD_Response *response;
	enum MHD_Result result;
	unsigned int status;

	(void)method;
	(void)version;
	(void)upload;
	(void)upload_size;
	(void)state;
	request.length = (size_t)snprintf(request.path, sizeof(request.path), "%s", url);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &request);
	__atomic_add_fetch(&server->requests, 1, __ATOMIC_SEQ_CST);
	response = body(server, request.path, &status);
	if (server->fail_next > 0) {
		server->fail_next--;
		status = server->fail_status;
		if (server->retry_after)
			MHD_add_response_header(response, "Retry-After", server->retry_after);
	}
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

bool kds_server_start(struct kds_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const union MHD_DaemonInfo *info;

	server->daemon = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, server,
					  MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
	info = server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info || info->port == 0)
		return false;
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u", info->port);
	return true;
}

void kds_server_stop(struct kds_server *server)
{
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
}

void kds_server_add(struct kds_server *server, const char *path, const struct blob *bytes)
{
	snprintf(server->file[server->files].path, sizeof(server->file[server->files].path), "%s", path);
	server->file[server->files++].body = *bytes;
}
