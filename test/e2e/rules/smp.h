/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What rules about several processors need: levels on them, and waits that end. Numbers of processors are APIC ids. */
#ifndef RULES_SMP_H
#define RULES_SMP_H

#include "machine.h"

#include "abi/ghcb.h"
#include "abi/snp.h"

#define SMP_PAGES 8u

/* Pages for VMSAs. */
extern uint8_t smp_page[SMP_PAGES][PAGE];

/* Page @i becomes the VMSA of @vmpl, which begins at @start. */
struct snp_vmsa *smp_vmsa(unsigned int i, unsigned int vmpl, void (*start)(void));

/* AP creation, with the first processor's GHCB; EXITINFO1's low half. */
uint32_t smp_ap_creation(unsigned int cpu, unsigned int vmpl, unsigned int request, const void *vmsa);

/* Both, for VMPL0 of @cpu; ends the run badly when the host refuses it. */
struct snp_vmsa *smp_start(unsigned int i, unsigned int cpu, void (*start)(void));

/* Spins until *@what is at least @least, or gives up after some seconds; @what is written by another processor. */
bool smp_wait(const volatile uint64_t *what, uint64_t least);
void smp_wait_or_end(const volatile uint64_t *what, uint64_t least);

/* For some milliseconds, in which another processor would do much. */
void smp_delay(void);

/* The processor that asks, by its stack: smp_start()'s @i, which has to be its number, or 0. */
unsigned int smp_cpu(void);

/* Takes interrupt or NMI @vector by a call of machine_interrupt_hook(). */
void smp_set_gate(unsigned int vector);
extern void (*machine_interrupt_hook)(void);
extern void (*machine_vc_hook)(void);

/* HLT, with interrupts on or off. */
static inline void smp_halt(bool interrupts)
{
	if (interrupts)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
	else
		__asm__ volatile("hlt" : : : "memory");
}

static inline void smp_run_vmpl(unsigned int vmpl)
{
	machine_ghcb_msr((uint64_t)vmpl << 32 | GHCB_MSR_RUN_VMPL_REQ);
}

#endif
