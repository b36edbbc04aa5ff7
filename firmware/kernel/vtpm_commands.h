/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The guest's TPM commands. One at a time is with the vtpm service. When it is not finished within the call's budget,
 * the guest is told to retry, and the response is kept for exactly the same command bytes. Every other command first
 * lets that one finish. So each command is executed once, and its response goes to whoever sends those bytes next.
 * Under services_lock.
 */
#ifndef KERNEL_VTPM_COMMANDS_H
#define KERNEL_VTPM_COMMANDS_H

#include "abi/svsm.h"

#include <assert.h>
#include <stdint.h>

enum vtpm_commands_result {
	VTPM_COMMANDS_DONE,   /* *response is the TPM's */
	VTPM_COMMANDS_RETRY,  /* not finished, or not begun: *response is TPM_RC_RETRY */
	VTPM_COMMANDS_FAILED, /* the service has ended, or gave no usable answer to this command */
};

struct vtpm_response { /* as it goes into the guest's page */
	uint32_t size;
	uint8_t data[SVSM_VTPM_RESPONSE_MAX];
};
static_assert(sizeof(struct vtpm_response) == 4096, "no padding");

/* Runs @command (1 .. SVSM_VTPM_REQUEST_MAX bytes) for a call of the guest that began at @start (clock.h). */
enum vtpm_commands_result vtpm_commands_run(const uint8_t *command, uint32_t size, uint64_t start,
					    struct vtpm_response *response);

/* Takes a finished response from the service's port, so that the port is free. Called after each turn of a service. */
void vtpm_commands_collect(void);

#endif
