/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A host that injects what it likes into VMPL0 (EVENTINJ, APM 2, 15.20): without restricted injection any vector, at
 * any instruction, whether interrupts are on or not. Two ways to do so:
 * - "storm": all that mean nothing to VMPL0 (interrupts 32 to 255, NMI, #HV) at random moments, the whole run long. In
 *   bursts VMPL0 is single-stepped, so that moments are between any two instructions, and events nest.
 * - "vector=V place=P": one event, in the boot of the firmware. P: 1 kernel, 2 first instructions after a service's
 *   system call, 3 the instruction that returns to a service, 4 a service, 5 a copy of its memory. "coded" gives it an
 *   error code.
 */
#ifndef SIM_VECTORS_H
#define SIM_VECTORS_H

#include "vcpu.h"

enum vectors_place {
	VECTORS_NOWHERE,
	VECTORS_KERNEL,
	VECTORS_ENTRY,
	VECTORS_RETURN,
	VECTORS_SERVICE,
	VECTORS_COPY,
};

/* Options of the run. @seed makes storms differ. */
void vectors_storm(uint64_t seed);
void vectors_one(unsigned int vector, enum vectors_place place, bool coded);

/* Around each turn of a level. True when the exit was of the host's own making and needs no other handling. */
void vectors_before(struct vcpu *vcpu);
bool vectors_after(struct vcpu *vcpu);

/* What was injected, at the end of a run. */
void vectors_report(void);

#endif
