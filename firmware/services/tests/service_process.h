/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Runs a service as an ordinary process, its file descriptors tied to sockets of the test. */
#ifndef TESTS_SERVICE_PROCESS_H
#define TESTS_SERVICE_PROCESS_H

#include "service_io.h"

#include <sys/types.h>

#define SERVICE_PROCESS_FDS 8

struct service_process {
	pid_t pid;
	int end[SERVICE_PROCESS_FDS]; /* our end of the service's descriptor 3..7, else -1 */
};

/* Starts @program with sockets at descriptors 3 to @last. */
bool service_process_start(struct service_process *process, const char *program, int last);

/* Closes our ends, which ends a service, and waits. Returns the exit status, or -1 when a signal ended it. */
int service_process_stop(struct service_process *process);

/*
 * Sends @payload under headers of @op with one wrong field each. True when all of them are answered as malformed, with
 * nothing in the reply.
 */
bool service_process_refuses_headers(const struct service_process *process, uint32_t op, const void *payload,
				     uint32_t size);

#endif
