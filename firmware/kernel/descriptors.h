/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* GDT, TSS and IDT (APM 2, chapters 4, 8 and 12). Each CPU has its own GDT and TSS, all share the IDT. */
#ifndef KERNEL_DESCRIPTORS_H
#define KERNEL_DESCRIPTORS_H

#include "layout.h"

#include <assert.h>
#include <stdint.h>

struct __attribute__((packed)) tss {
	uint32_t reserved_0;
	uint64_t rsp[3];
	uint64_t reserved_1c;
	uint64_t ist[7];
	uint64_t reserved_5c;
	uint16_t reserved_64;
	uint16_t io_map; /* beyond the limit: ring 3 may use no port */
};
static_assert(sizeof(struct tss) == 104, "TSS");

struct segment_table {
	uint64_t entry[7];
};

struct percpu;

struct snp_vmsa;

/* Fills the GDT and TSS of the current CPU, loads them, the IDT and GS. Stacks must be set in cpu->tss. */
void descriptors_load(struct percpu *cpu);

/* The same for a CPU that begins with the registers @vmsa: any exception finds its way from the first instruction on.
 */
void descriptors_preset(struct percpu *cpu, struct snp_vmsa *vmsa);

/* Once, before the first descriptors_load(). */
void descriptors_init_idt(void);

#endif
