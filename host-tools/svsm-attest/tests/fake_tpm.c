/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fake_tpm.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct {
	char folder[64], tcti[160];
	pid_t pid;
} tpm;

const char *fake_tpm_tcti(void)
{
	return tpm.tcti;
}

int fake_tpm_start(void **unused)
{
	char state[128], server[160], control[160], socket[128];
	char *const arguments[] = {(char *)"swtpm",
				   (char *)"socket",
				   (char *)"--tpm2",
				   (char *)"--tpmstate",
				   state,
				   (char *)"--server",
				   server,
				   (char *)"--ctrl",
				   control,
				   (char *)"--flags",
				   (char *)"not-need-init,startup-clear",
				   NULL};

	(void)unused;
	snprintf(tpm.folder, sizeof(tpm.folder), "/tmp/svsm-attest-tpm.XXXXXX");
	if (!mkdtemp(tpm.folder))
		return -1;
	snprintf(state, sizeof(state), "dir=%s", tpm.folder);
	snprintf(socket, sizeof(socket), "%s/socket", tpm.folder);
	snprintf(server, sizeof(server), "type=unixio,path=%s", socket);
	snprintf(control, sizeof(control), "type=unixio,path=%s.ctrl", socket);
	snprintf(tpm.tcti, sizeof(tpm.tcti), "swtpm:path=%s", socket);
	if (posix_spawnp(&tpm.pid, "swtpm", NULL, NULL, arguments, environ) != 0)
		return -1;
	for (int i = 0; i < 500 && access(socket, F_OK) != 0; i++)
		usleep(20000);
	return access(socket, F_OK);
}

int fake_tpm_stop(void **unused)
{
	static const char *const names[] = {"socket", "socket.ctrl", "tpm2-00.permall", "tpm2-00.volatilestate",
					    ".lock"};
	char path[128];
	int status;

	(void)unused;
	kill(tpm.pid, SIGTERM);
	waitpid(tpm.pid, &status, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", tpm.folder, names[i]);
		unlink(path);
	}
	return rmdir(tpm.folder);
}
