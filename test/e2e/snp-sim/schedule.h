/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Which level of a virtual CPU runs. A level runs until it asks for another (RUN_VMPL), waits (HLT, AP reset hold) or
 * is destroyed. When the current one waits, a level that AP creation has started takes over; else the processor sleeps
 * until an interrupt is due. KVM would leave the current level at any instruction for a created one; a host may do
 * either.
 */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include "vcpu.h"

/* Between two turns: carries out what was requested of @vcpu and returns when it has a level to run, attached. Ends the
 * run when nothing will ever run again. */
void schedule_next(struct vcpu *vcpu);

/* Asks @vcpu to create (with @vmsa_gpa) or destroy a level. @by does not go on before that is done. */
void schedule_request(struct vcpu *by, struct vcpu *vcpu, unsigned int vmpl, enum vcpu_request request,
		      uint64_t vmsa_gpa);

/* An INIT arrives at the level: it is created if AP creation was asked to wait for that. */
void schedule_init(struct vcpu *vcpu, unsigned int vmpl);

#endif
