/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Interrupts of QEMU's devices. The guest programs the machine's real PICs; what they raise ends the guest's turn
 * (EXIT_INTR), is queued here and delivered to the guest as a virtual interrupt. The guest's end-of-interrupt reaches
 * the real PIC too. Only the guest at VMPL1..3 gets device interrupts: while VMPL0 runs they wait.
 */
#ifndef SIM_INTERRUPTS_H
#define SIM_INTERRUPTS_H

#include "vcpu.h"

/* A physical interrupt with @vector arrived. Called with interrupts off. */
void interrupts_queue(uint8_t vector);

/* Before the current level is entered: offers it the oldest waiting interrupt. */
void interrupts_offer(struct vcpu *vcpu);

/* The current level executed HLT (already skipped): returns when an interrupt waits for it. */
void interrupts_halt(struct vcpu *vcpu);

#endif
