/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "service_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAFE_FD 64 /* away from the descriptors the service gets */

static _Noreturn void child(const char *program, const int *theirs, int last)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = 3; fd <= last; fd++) {
		if (dup2(theirs[fd], fd) != fd)
			_exit(126);
	}
	execl(program, program, (char *)NULL);
	_exit(127);
}

bool service_process_start(struct service_process *process, const char *program, int last)
{
	int theirs[SERVICE_PROCESS_FDS], pair[2];

	for (int fd = 0; fd < SERVICE_PROCESS_FDS; fd++) {
		process->end[fd] = theirs[fd] = -1;
		if (fd < 3 || fd > last)
			continue;
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
			return false;
		process->end[fd] = fcntl(pair[0], F_DUPFD_CLOEXEC, SAFE_FD);
		theirs[fd] = fcntl(pair[1], F_DUPFD_CLOEXEC, SAFE_FD);
		close(pair[0]);
		close(pair[1]);
		if (process->end[fd] < 0 || theirs[fd] < 0)
			return false;
	}
	process->pid = fork();
	if (process->pid == 0)
		child(program, theirs, last);
	for (int fd = 3; fd <= last; fd++)
		close(theirs[fd]);
	return process->pid > 0;
}

int service_process_stop(struct service_process *process)
{
	int status;

	for (int fd = 3; fd < SERVICE_PROCESS_FDS; fd++) {
		if (process->end[fd] >= 0)
			close(process->end[fd]);
	}
	if (waitpid(process->pid, &status, 0) != process->pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

bool service_process_refuses_headers(const struct service_process *process, uint32_t op, const void *payload,
				     uint32_t size)
{
	static struct service_packet packet;
	const struct service_message good = {.op = op, .size = size};
	struct service_message headers[] = {good, good, good, good, good};
	const int fd = process->end[SERVICE_FD_REQUEST];

	headers[0].op = 0;
	headers[1].status = 1;
	headers[2].size++;
	headers[3].size = UINT32_MAX;
	headers[4].reserved = 1;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		packet.header = headers[i];
		memcpy(packet.payload, payload, size);
		if (write(fd, &packet, sizeof(good) + size) != (ssize_t)(sizeof(good) + size) ||
		    !service_io_receive(fd, &packet) || packet.header.op != headers[i].op ||
		    packet.header.status != SERVICE_MALFORMED || packet.header.size != 0)
			return false;
	}
	return true;
}
