/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Virtual machine monitors that launch a bare OVMF image under SEV-SNP: register state at reset and page types, as
 * data. Where other measuring tools disagree, `disagreement` says so.
 */
#ifndef IGVM_BUILD_VMM_H
#define IGVM_BUILD_VMM_H

#include "abi/snp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmm {
	const char *name;
	const char *summary;
	const char *source;
	uint16_t cs_bsp, cs_ap, ss, tr; /* segment attributes; the other segments are the same everywhere */
	uint64_t pat;
	uint32_t mxcsr;
	uint16_t fcw;
	bool rdx_is_signature; /* RDX holds CPUID 1 EAX, else `rdx` */
	uint64_t rdx;
	enum snp_page_type sec_mem; /* type of SEC_MEM sections */
	bool vmsa_gpa_by_cpu;	    /* VMSAs are measured at the highest page of the CPU's address width */
	bool cpuid_last;	    /* CPUID pages come behind all other sections */
	const char *disagreement;   /* NULL: none */
	uint64_t other_rdx;	    /* the other tools' value, with `disagreement` */
};

extern const struct vmm vmm_qemu;

/*
 * Where VMSAs are measured on a CPU with this CPUID 1 EAX; 0: no source says so for this VMM and CPU.
 */
uint64_t vmm_vmsa_gpa(const struct vmm *vmm, uint32_t cpu_signature);

/* Any case; NULL: unknown. */
const struct vmm *vmm_find(const char *name);
/* Number `index`, NULL behind the last. */
const struct vmm *vmm_at(size_t index);

#endif
