/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "machine.h"

#include "abi/ghcb.h"
#include "abi/snp.h"

#define GHCB_GPA 0x1001000ull /* one after the other, one for each processor */

extern uint8_t image_start[], image_end[], pml4[], level2_start[], level2_stack_end[];

struct ghcb *const machine_ghcb = (struct ghcb *)(GHCB_GPA + SHARED_ALIAS);
uint8_t machine_vmsa[PAGE] __attribute__((aligned(4096)));
uint64_t machine_expected_vc;
static uint8_t machine_scratch[32] __attribute__((aligned(8)));

static uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

uint64_t machine_ghcb_msr(uint64_t request)
{
	write_msr(MSR_GHCB, request);
	__asm__ volatile("rep; vmmcall" : : : "memory");
	return read_msr(MSR_GHCB);
}

_Noreturn void machine_end(uint8_t reason)
{
	for (;;)
		machine_ghcb_msr((uint64_t)reason << 16 | 1u << 12 | GHCB_MSR_TERMINATE_REQ);
}

_Noreturn void machine_expect(bool good)
{
	machine_end(good ? END_GOOD : END_BAD);
}

_Noreturn void handle_vc(uint64_t code)
{
	machine_expect(code == machine_expected_vc);
}

struct machine_result machine_pvalidate(uint64_t va, bool large, bool validate)
{
	struct machine_result result;

	__asm__ volatile(".byte 0xf2, 0x0f, 0x01, 0xff"
			 : "=a"(result.code), "=@ccc"(result.carry)
			 : "a"(va), "c"((uint64_t)large), "d"((uint64_t)validate)
			 : "memory");
	return result;
}

uint32_t machine_rmpadjust(uint64_t va, bool large, uint64_t attributes)
{
	uint64_t rax = va;

	__asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xfe"
			 : "+a"(rax)
			 : "c"((uint64_t)large), "d"(attributes)
			 : "memory", "cc");
	return (uint32_t)rax;
}

void machine_make_shared(uint64_t gpa)
{
	machine_ghcb_msr((uint64_t)GHCB_PSC_SHARED << GHCB_PSC_ENTRY_OP_SHIFT | gpa | GHCB_MSR_PSC_REQ);
}

void machine_make_private(uint64_t gpa)
{
	machine_ghcb_msr((uint64_t)GHCB_PSC_PRIVATE << GHCB_PSC_ENTRY_OP_SHIFT | gpa | GHCB_MSR_PSC_REQ);
}

static void mark_valid(struct ghcb *ghcb, uint64_t offset)
{
	ghcb->valid_bitmap[offset / 64] |= (uint8_t)(1u << (offset / 8 % 8));
}

struct ghcb *machine_use_ghcb(unsigned int cpu)
{
	uint64_t gpa = GHCB_GPA + cpu * PAGE;

	machine_make_shared(gpa);
	machine_ghcb_msr(gpa | GHCB_MSR_REGISTER_GPA_REQ);
	return (struct ghcb *)(gpa + SHARED_ALIAS);
}

static uint32_t call(struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2)
{
	ghcb->protocol_version = 2;
	ghcb->exit_code = code;
	ghcb->exit_info_1 = info_1;
	ghcb->exit_info_2 = info_2;
	mark_valid(ghcb, offsetof(struct ghcb, exit_code));
	mark_valid(ghcb, offsetof(struct ghcb, exit_info_1));
	mark_valid(ghcb, offsetof(struct ghcb, exit_info_2));
	machine_ghcb_msr((uint64_t)ghcb - SHARED_ALIAS);
	return (uint32_t)ghcb->exit_info_1;
}

uint32_t machine_call_without_rax(struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2)
{
	uint64_t bit = offsetof(struct ghcb, rax) / 8;

	ghcb->valid_bitmap[bit / 8] &= (uint8_t) ~(1u << bit % 8);
	return call(ghcb, code, info_1, info_2);
}

uint32_t machine_call(struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2, uint64_t rax)
{
	ghcb->rax = rax;
	mark_valid(ghcb, offsetof(struct ghcb, rax));
	return call(ghcb, code, info_1, info_2);
}

uint32_t machine_ghcb_call(uint64_t code, uint64_t info_1, uint64_t info_2)
{
	return machine_call(machine_use_ghcb(0), code, info_1, info_2, SEV_FEATURE_SNP);
}

bool machine_write_msr(struct ghcb *ghcb, uint32_t msr, uint64_t value)
{
	ghcb->rcx = msr;
	ghcb->rdx = value >> 32;
	mark_valid(ghcb, offsetof(struct ghcb, rcx));
	mark_valid(ghcb, offsetof(struct ghcb, rdx));
	return machine_call(ghcb, SVM_EXIT_MSR, 1, 0, (uint32_t)value) == 0;
}

uint64_t machine_read_msr(struct ghcb *ghcb, uint32_t msr)
{
	ghcb->rcx = msr;
	mark_valid(ghcb, offsetof(struct ghcb, rcx));
	return machine_call(ghcb, SVM_EXIT_MSR, 0, 0, 0) == 0 ? ghcb->rdx << 32 | (uint32_t)ghcb->rax : ~0ull;
}

void machine_fill_vmsa(struct snp_vmsa *vmsa, unsigned int vmpl, const void *start, const void *stack_end)
{
	uint64_t cr0, cr4;

	__asm__("mov %%cr0, %0" : "=r"(cr0));
	__asm__("mov %%cr4, %0" : "=r"(cr4));
	vmsa->vmpl = (uint8_t)vmpl;
	vmsa->efer = read_msr(MSR_EFER);
	vmsa->cr0 = cr0;
	vmsa->cr3 = (uint64_t)pml4;
	vmsa->cr4 = cr4;
	vmsa->cs = (struct vmsa_segment){.selector = 8, .attributes = 0xa9b, .limit = 0xffffffff};
	vmsa->ss = vmsa->ds = vmsa->es =
		(struct vmsa_segment){.selector = 16, .attributes = 0xc93, .limit = 0xffffffff};
	vmsa->tr = (struct vmsa_segment){.attributes = 0x8b, .limit = 0xffff};
	__asm__ volatile("sgdt %0" : "=m"(*(char(*)[10])(machine_scratch + 6)));
	__asm__ volatile("sidt %0" : "=m"(*(char(*)[10])(machine_scratch + 22)));
	vmsa->gdtr.limit = *(uint16_t *)(machine_scratch + 6);
	vmsa->gdtr.base = *(uint64_t *)(machine_scratch + 8);
	vmsa->idtr.limit = *(uint16_t *)(machine_scratch + 22);
	vmsa->idtr.base = *(uint64_t *)(machine_scratch + 24);
	vmsa->rip = (uint64_t)start;
	vmsa->rsp = (uint64_t)stack_end;
	vmsa->rflags = 2;
	vmsa->dr6 = 0xffff0ff0;
	vmsa->dr7 = 0x400;
	vmsa->g_pat = 0x0007040600070406;
	vmsa->xcr0 = 1;
	vmsa->mxcsr = 0x1f80;
	vmsa->x87_ftw = 0xffff;
	vmsa->x87_fcw = 0x37f;
	vmsa->sev_features = SEV_FEATURE_SNP;
}

void machine_grant_image(void)
{
	static bool done; /* once, or it would take the VMSAs of started levels for ordinary pages */

	if (done)
		return;
	done = true;
	for (uint8_t *page = image_start; page != image_end; page += PAGE)
		machine_rmpadjust((uint64_t)page, false, RMP_PERM_RWX << RMPADJUST_PERM_SHIFT | 2);
}

_Noreturn void machine_run_level2(void)
{
	struct snp_vmsa *vmsa = (struct snp_vmsa *)machine_vmsa;

	machine_grant_image();
	machine_fill_vmsa(vmsa, 2, level2_start, level2_stack_end);
	if (machine_rmpadjust((uint64_t)machine_vmsa, false, RMPADJUST_VMSA | 2) != RMP_OK ||
	    machine_ghcb_call(GHCB_EXIT_AP_CREATION, 2ull << 16 | GHCB_AP_CREATE, (uint64_t)machine_vmsa) != 0)
		machine_end(END_BAD);
	machine_ghcb_msr(2ull << 32 | GHCB_MSR_RUN_VMPL_REQ);
	machine_end(END_BAD); /* VMPL2 does not come back */
}
