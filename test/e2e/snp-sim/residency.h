/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * How long SVSM calls keep a guest's virtual CPU in VMPL0: from the VMGEXIT by which the guest asks for VMPL0 to the
 * one by which VMPL0 asks for the guest. The log gets a line for each call with its result (option "calls") and, at the
 * end of a run that the guest ends, one for each kind of call with the longest. In microseconds; the option "tsc-khz=N"
 * tells the time stamp counter's frequency when somebody knows it better than the host, which measures it for a
 * millisecond.
 */
#ifndef SIM_RESIDENCY_H
#define SIM_RESIDENCY_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

extern bool residency_log_calls;
extern uint64_t residency_tsc_khz;

/* The guest's level leaves for VMPL0 with @rax: protocol in the high half, call in the low one. */
void residency_start(struct vcpu *vcpu, uint64_t rax);
/* It goes on with these registers. */
void residency_end(struct vcpu *vcpu, uint64_t rax, uint64_t rcx);

/* Logs the summary. */
void residency_report(void);

#endif
