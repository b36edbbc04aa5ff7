/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SVSM calls (AMD 58019): the guest puts arguments in the registers of its VMSA and sets call_pending in its calling
 * area. A protocol handler decodes, checks and then commits; it works on a copy of the registers.
 */
#ifndef KERNEL_SVSM_CALL_H
#define KERNEL_SVSM_CALL_H

#include "abi/svsm.h"
#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

/* The registers a call may read and change. */
struct svsm_call {
	uint32_t protocol;
	uint32_t number;
	uint64_t rcx, rdx, r8, r9;
	uint64_t start; /* clock.h: when VMPL0 took the CPU for it */
};

/* Serves the pending call of the current CPU's guest, if there is one. */
void svsm_call_serve(void);

/* Protocol handlers: the result code for RAX; *call holds the outputs. */
uint32_t protocol_core(struct svsm_call *call);
uint32_t protocol_attest(struct svsm_call *call);
uint32_t protocol_vtpm(struct svsm_call *call);

#endif
