/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What a rule needs of the machine: the instructions of SNP, the GHCB MSR protocol, and a second level. A rule ends
 * with machine_end(); its reason is what the test expects, so that a rule that was not enforced is told from one that
 * was.
 */
#ifndef RULES_MACHINE_H
#define RULES_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096u
#define SHARED_ALIAS 0x40000000ull /* added to an address: the same memory, C-bit clear */
#define FREE_PAGE 0x1000000ull	   /* RAM that the image leaves out: unassigned, not validated */
#define FREE_LARGE 0x1200000ull
#define BEHIND_RAM 0x3f000000ull /* mapped, but there is no RAM */

#define END_NOT_ENFORCED 0xee /* the machine let it pass */
#define END_GOOD 0x60	      /* the rule answered as hardware does */
#define END_BAD 0xbd	      /* it answered otherwise */

struct machine_result {
	uint32_t code;
	bool carry;
};

_Noreturn void machine_end(uint8_t reason);
_Noreturn void machine_expect(bool good); /* END_GOOD or END_BAD */

struct machine_result machine_pvalidate(uint64_t va, bool large, bool validate);
uint32_t machine_rmpadjust(uint64_t va, bool large, uint64_t attributes);

/* VMGEXIT with @request in the GHCB MSR; returns the MSR's new value. */
uint64_t machine_ghcb_msr(uint64_t request);
void machine_make_shared(uint64_t gpa);
void machine_make_private(uint64_t gpa);

/* The GHCB of the processor (a number below 4), shared and registered for the level that asks. */
struct ghcb;
struct ghcb *machine_use_ghcb(unsigned int cpu);

/* Non-automatic exits; return EXITINFO1's low half. */
uint32_t machine_call(struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2, uint64_t rax);
uint32_t machine_call_without_rax(struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2);
bool machine_write_msr(struct ghcb *ghcb, uint32_t msr, uint64_t value); /* false: #GP */
uint64_t machine_read_msr(struct ghcb *ghcb, uint32_t msr);

/* The same with the first processor's GHCB, set up anew, and RAX as AP creation needs it. */
uint32_t machine_ghcb_call(uint64_t code, uint64_t info_1, uint64_t info_2);
extern struct ghcb *const machine_ghcb;

/* Registers of a level that begins at @start in the address space of the caller, interrupts off. */
struct snp_vmsa;
void machine_fill_vmsa(struct snp_vmsa *vmsa, unsigned int vmpl, const void *start, const void *stack_end);

/* All of the image becomes readable, writable and executable at VMPL2. */
void machine_grant_image(void);

/* Runs chosen_level2() at VMPL2: image readable, writable, executable there; its VMSA is @vmsa_page. */
_Noreturn void machine_run_level2(void);
extern uint8_t machine_vmsa[4096];

static inline uint8_t machine_read(uint64_t va)
{
	return *(volatile uint8_t *)va;
}

static inline void machine_write(uint64_t va, uint8_t value)
{
	*(volatile uint8_t *)va = value;
}

/* The error code a rule expects of #VC; any other ends the run badly. */
extern uint64_t machine_expected_vc;
_Noreturn void handle_vc(uint64_t code);

#endif
