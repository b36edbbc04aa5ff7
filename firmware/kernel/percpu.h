/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What one virtual CPU owns. Reached through GS; no other CPU writes it once the CPU runs, but `state`. entry.S knows
 * the first fields through the generated asm_offsets.h.
 */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include "addr.h"
#include "busy_limit.h"
#include "descriptors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ghcb;
struct snp_vmsa;
struct user_context;

enum cpu_state {
	CPU_ABSENT,
	CPU_STARTING,
	CPU_RUNS,
	CPU_LOST, /* did not come up in time: it may run one day, and then does nothing */
};

struct percpu {
	struct percpu *self;
	uint64_t kernel_rsp;	   /* where user_enter() left the kernel stack; TSS.RSP0 while ring 3 runs */
	struct user_context *user; /* filled at the next entry from ring 3 */
	struct tss tss;

	uint32_t index;	      /* 0 .. CPU_MAX-1 */
	uint32_t state;	      /* enum cpu_state, atomic */
	uint32_t apic_id;     /* the host's word for it */
	uint64_t window;      /* VA of this CPU's windows, see window.h */
	uint64_t window_page; /* atomic: what the window shows, for other CPUs */
	struct ghcb *ghcb;    /* shared with the host: copy what is read, once */
	struct gpa ghcb_gpa;

	struct snp_vmsa *guest_vmsa; /* VMPL2's registers while this CPU has taken them (vcpus.h) */
	struct gpa calling_area;     /* page-aligned; of the call being served */
	uint64_t timer_rate;	     /* timer.c */
	uint64_t timer_deadline;
	bool timer_armed; /* and its interrupt has not come */
	struct busy_limit busy_limit;
	struct segment_table gdt;
};

extern struct percpu percpu_table[CPU_MAX];

static inline struct percpu *percpu_this(void)
{
	struct percpu *cpu;

	__asm__("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* The CPU that runs and has this APIC ID, or NULL. */
static inline struct percpu *percpu_find(uint32_t apic_id)
{
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		if (__atomic_load_n(&percpu_table[i].state, __ATOMIC_ACQUIRE) == CPU_RUNS &&
		    percpu_table[i].apic_id == apic_id)
			return &percpu_table[i];
	}
	return NULL;
}

#endif
