/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A host that lies: option "lie=NAME" has it tell one lie in a run; the names are in the lies_*.c files. "at=N" says
 * when, as each file tells, "seed=N" makes random ones differ. Every hook below is a function of one of those files and
 * changes nothing when no lie of its is told. Lies about pages and levels are told to the first virtual CPU only.
 */
#ifndef SIM_LIES_H
#define SIM_LIES_H

#include "abi/ghcb.h"
#include "abi/igvm.h"
#include "abi/snp.h"
#include "vcpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the lie from the options of the run, and ends the run when there is none of that name. */
void lies_choose(const char *options, uint64_t at, uint64_t seed);

/* For the files of lies: the place of @name in @names from 1 on, 0 when it is not there. */
unsigned int lies_find(const char *name, const char *const names[], size_t count);
extern uint64_t lies_at;
uint64_t lies_random(void);
/* A lie was told: it is logged, the first few times. */
void lies_told(const char *what, uint64_t value);

/* lies_cpuid.c: the CPUID page before the AMD-SP sees it */
bool lies_cpuid_choose(const char *name);
void lies_cpuid(struct snp_cpuid_page *page);

/* lies_map.c: the memory map in a parameter area of @size bytes */
bool lies_map_choose(const char *name);
void lies_map(struct igvm_memory_map_entry *map, uint64_t size);

/* lies_msr.c: GHCB MSR protocol. True: the request is not done, though said to be. Else the answer the host gives. */
bool lies_msr_choose(const char *name);
bool lies_msr_skips(const struct vcpu *vcpu, uint64_t request);
uint64_t lies_msr(unsigned int vmpl, uint64_t request, uint64_t answer);

/* lies_nae.c: requests in a GHCB page. True: it is not done, and the answer is there. Else the answer may be changed.
 */
bool lies_nae_choose(const char *name);
bool lies_nae_skips(unsigned int vmpl, struct ghcb *ghcb, uint64_t code);
void lies_nae(unsigned int vmpl, struct ghcb *ghcb, uint64_t code);

/*
 * lies_sp.c: guest messages of the current level. True: the AMD-SP is not asked, and *info_1 and *info_2 are the
 * answer. Else the answer may be changed afterwards.
 */
bool lies_sp_choose(const char *name);
bool lies_sp_skips(struct vcpu *vcpu, struct snp_guest_message *request, uint64_t *info_1, uint64_t *info_2);
void lies_sp(unsigned int vmpl, const struct snp_guest_message *request, struct snp_guest_message *answer,
	     uint64_t *info_2);

/* lies_pages.c: before each turn of a level, and when VMPL0 validates a page */
bool lies_pages_choose(const char *name);
void lies_pages(struct vcpu *vcpu);
void lies_pages_validated(struct vcpu *vcpu, uint64_t gpa, uint64_t size);

/* lies_vmpl.c: before each turn of a level; another one may run instead. True: VMPL2 is not run, as VMPL0 wants. */
bool lies_vmpl_choose(const char *name);
void lies_vmpl(struct vcpu *vcpu);
bool lies_vmpl_skips(const struct vcpu *vcpu);

/*
 * lies_cpus.c: processors. AP creation for VMPL0 is refused, or said to be done; features offered, the list of @count
 * processors, and whether CPUID has INVLPGB may be changed.
 */
bool lies_cpus_choose(const char *name);
bool lies_cpus_refuse(unsigned int vmpl);
bool lies_cpus_skip(unsigned int vmpl);
uint64_t lies_cpus_features(uint64_t features);
void lies_cpus_list(struct ghcb_apic_ids *list, uint32_t count);
bool lies_cpus_hide_invlpgb(void);

#endif
