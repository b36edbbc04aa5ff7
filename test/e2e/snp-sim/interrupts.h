/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What interrupts the guest. QEMU's devices: the guest programs the machine's real PICs; what they raise ends the turn
 * of the boot processor's guest (EXIT_INTR) and is queued here. The guest's end-of-interrupt reaches the real PIC too.
 * Only the guest at VMPL1..3 of the boot processor gets device interrupts: while VMPL0 runs they wait. Local APICs:
 * x2apic.h. A level that has interrupts enabled gets them by event injection, others as virtual interrupts (V_IRQ),
 * which it takes when it enables them.
 */
#ifndef SIM_INTERRUPTS_H
#define SIM_INTERRUPTS_H

#include "vcpu.h"

/* A physical interrupt with @vector arrived at the boot processor. Called with interrupts off. */
void interrupts_queue(uint8_t vector);

/* Around a turn of the current level: what it is offered, and whether it was taken. */
void interrupts_offer(struct vcpu *vcpu);
void interrupts_after(struct vcpu *vcpu);

/* The current level executed HLT: whether something ends that now, and whether anything ever may without another
 * virtual CPU's doing. */
bool interrupts_wake(const struct vcpu *vcpu);
bool interrupts_may_wake(const struct vcpu *vcpu);

#endif
