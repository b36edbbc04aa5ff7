/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * #VC. TCG pushes no error code for vector 29, so it is injected as vector 17 (which has one) with the IDT register
 * moved by twelve gates: gate 17 of the moved table is gate 29. A self-interrupt sent before makes the guest exit again
 * before its handler's first instruction, and the IDT register is put back. QEMU's own logic thus handles IST, TSS and
 * privilege change.
 */
#ifndef SIM_INJECT_H
#define SIM_INJECT_H

#include "vcpu.h"

/* Delivers #VC with @error (an SVM exit code) at the current RIP. */
void inject_vc(struct vcpu *vcpu, uint64_t error);

/* Delivers @event (EVENTINJ) at the current RIP; the level has then not executed the first instruction of its handler.
 */
void inject_event(struct vcpu *vcpu, uint64_t event);

/* Takes pending physical interrupts; called after EXIT_INTR. */
void inject_take_interrupts(void);

/* The host's interrupt table, and the PICs masked: once. */
void inject_init(void);

/* The same table on this processor, its local APIC on, global interrupts off. */
void inject_init_cpu(void);

#endif
