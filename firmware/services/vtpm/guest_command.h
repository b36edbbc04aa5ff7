/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A TPM command of the guest, and what it means for keys that were made before it. */
#ifndef VTPM_GUEST_COMMAND_H
#define VTPM_GUEST_COMMAND_H

#include "service_io.h"

/* Turns the packet with the command into one with the response. */
void guest_command_run(struct service_packet *packet);

#endif
