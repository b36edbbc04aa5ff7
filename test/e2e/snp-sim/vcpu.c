/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpu.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "ghcb_host.h"
#include "interrupts.h"
#include "lock.h"
#include "memory.h"
#include "npf.h"
#include "npt.h"
#include "report.h"
#include "residency.h"
#include "rmp.h"
#include "vcpu_fpu.h"
#include "vcpus.h"

#define MSRPM_PAGES 2u
#define IOPM_PAGES 3u
#define CR0_PG (1ull << 31)
#define EFER_LMA (1ull << 10)
#define PTE_PRESENT 1ull
#define PTE_LARGE 0x80ull
#define PTE_ADDRESS 0x000ffffffffff000ull

uint64_t vcpu_sev_features;

extern const uint8_t svm_left[]; /* boot.S: behind VMRUN */

static uint8_t *msrpm, *iopm;

/* MSRs an SNP guest reaches without the hypervisor (APM 2, 15.36.7; what KVM passes through) */
static const uint32_t passed_msrs[] = {0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084,
				       0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103, 0x174,
				       0x175,	   0x176,      0x277};

static void pass_msr(uint32_t msr)
{
	uint32_t bit = msr < 0x2000 ? msr * 2 : (0x2000 + msr - 0xc0000000) * 2;

	msrpm[bit / 8] = (uint8_t)(msrpm[bit / 8] & ~(3u << (bit % 8)));
}

static void init_permission_maps(void)
{
	msrpm = memory_alloc_pages(MSRPM_PAGES);
	iopm = memory_alloc_pages(IOPM_PAGES);
	memset(msrpm, 0xff, MSRPM_PAGES * PAGE_SIZE);
	memset(iopm, 0xff, IOPM_PAGES * PAGE_SIZE);
	for (unsigned int i = 0; i < sizeof(passed_msrs) / sizeof(passed_msrs[0]); i++)
		pass_msr(passed_msrs[i]);
}

static void init_vmcb(struct vmcb *vmcb, unsigned int vmpl)
{
	vmcb->intercept_cr = INTERCEPT_CR8_WRITE; /* TCG aborts on a CR8 write with a virtual interrupt pending */
	vmcb->intercept_exceptions = 1u << 6;	  /* PVALIDATE and RMPADJUST are undefined instructions to TCG */
	vmcb->intercept_1 = INTERCEPT_1_INTR | INTERCEPT_1_NMI | INTERCEPT_1_CPUID | INTERCEPT_1_HLT |
			    INTERCEPT_1_IOIO | INTERCEPT_1_MSR | INTERCEPT_1_SHUTDOWN;
	vmcb->intercept_2 = INTERCEPT_2_ALL_SVM;
	vmcb->iopm = (uint64_t)iopm;
	vmcb->msrpm = (uint64_t)msrpm;
	vmcb->asid = 1 + vmpl;
	vmcb->v_intr = V_INTR_MASKING;
	vmcb->np_enable = 1;
}

void vcpu_init(struct vcpu *vcpu, uint32_t apic_id)
{
	if (msrpm == 0)
		init_permission_maps();
	vcpu->apic_id = apic_id;
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		vcpu->level[i].vmcb = memory_alloc_pages(1);
		init_vmcb(vcpu->level[i].vmcb, i);
		vcpu->level[i].ghcb_msr = GHCB_HOST_RESET;
	}
}

static void load_segment(struct vmcb_segment *to, const struct vmsa_segment *from)
{
	*to = (struct vmcb_segment){from->selector, from->attributes, from->limit, from->base};
}

static void store_segment(struct vmsa_segment *to, const struct vmcb_segment *from)
{
	*to = (struct vmsa_segment){from->selector, from->attributes, from->limit, from->base};
}

#define FOR_EACH_SEGMENT(X) X(es) X(cs) X(ss) X(ds) X(fs) X(gs) X(gdtr) X(ldtr) X(idtr) X(tr)
/* clang-format off */
#define FOR_EACH_VMCB_REGISTER(X) \
	X(efer) X(cr4) X(cr3) X(cr0) X(dr7) X(dr6) X(rflags) X(rip) X(rsp) X(rax) X(star) X(lstar) X(cstar) \
	X(sfmask) X(kernel_gs_base) X(sysenter_cs) X(sysenter_esp) X(sysenter_eip) X(cr2) X(g_pat)
/* clang-format on */
#define FOR_EACH_REGISTER(X)                                                                                           \
	X(rbx) X(rcx) X(rdx) X(rsi) X(rdi) X(rbp) X(r8) X(r9) X(r10) X(r11) X(r12) X(r13) X(r14) X(r15)

const char *vcpu_vmsa_fault(const struct snp_vmsa *vmsa, uint64_t gpa, unsigned int vmpl)
{
	if (gpa != VCPU_LAUNCH_VMSA && (!rmp_at(gpa)->assigned || !rmp_at(gpa)->validated || !rmp_at(gpa)->vmsa))
		return "the page is not a VMSA in the RMP";
	if ((vmsa->efer & EFER_SVME) == 0)
		return "EFER.SVME is 0";
	if (vmsa->sev_features != vcpu_sev_features || (vmsa->sev_features & SEV_FEATURE_SNP) == 0)
		return "SEV_FEATURES is not the guest's";
	if (vmsa->vmpl != vmpl)
		return "the VMPL in it is another";
	return 0;
}

static void load_vmsa(struct vcpu_level *level)
{
	const struct snp_vmsa *vmsa = level->vmsa;
	struct vmcb *vmcb = level->vmcb;

#define LOAD_SEGMENT(name) load_segment(&vmcb->name, &vmsa->name);
	FOR_EACH_SEGMENT(LOAD_SEGMENT)
#define LOAD_VMCB(name) vmcb->name = vmsa->name;
	FOR_EACH_VMCB_REGISTER(LOAD_VMCB)
#define LOAD_REGISTER(name) level->regs.name = vmsa->name;
	FOR_EACH_REGISTER(LOAD_REGISTER)
	vmcb->cpl = vmsa->cpl;
	vcpu_fpu_load(level->fpu, vmsa);
}

static void store_vmsa(const struct vcpu_level *level)
{
	struct snp_vmsa *vmsa = level->vmsa;
	const struct vmcb *vmcb = level->vmcb;

#define STORE_SEGMENT(name) store_segment(&vmsa->name, &vmcb->name);
	FOR_EACH_SEGMENT(STORE_SEGMENT)
#define STORE_VMCB(name) vmsa->name = vmcb->name;
	FOR_EACH_VMCB_REGISTER(STORE_VMCB)
#define STORE_REGISTER(name) vmsa->name = level->regs.name;
	FOR_EACH_REGISTER(STORE_REGISTER)
	vmsa->cpl = vmcb->cpl;
	vcpu_fpu_store(vmsa, level->fpu);
}

/* With one virtual CPU nothing else runs that could reach the page. */
static void mark_in_use(const struct vcpu_level *level, bool in_use)
{
	if (level->vmsa_gpa == VCPU_LAUNCH_VMSA || vcpus_count == 1)
		return;
	if (in_use)
		rmp_changed(level->vmsa_gpa);
	rmp_at(level->vmsa_gpa)->in_use = in_use;
}

void vcpu_attach(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	const char *fault;

	if (vcpu->attached)
		return;
	fault = vcpu_vmsa_fault(level->vmsa, level->vmsa_gpa, vcpu->vmpl);
	if (fault != 0)
		npf_violation(vcpu, "vmrun", level->vmsa_gpa, fault);
	load_vmsa(level);
	__asm__ volatile("fxrstor64 %0" : : "m"(level->fpu));
	__asm__ volatile("vmload %0" : : "a"(level->vmcb) : "memory");
	mark_in_use(level, true);
	vcpu->attached = true;
}

void vcpu_detach(struct vcpu *vcpu, uint64_t exit_code)
{
	struct vcpu_level *level = vcpu_current(vcpu);

	if (!vcpu->attached)
		return;
	__asm__ volatile("vmsave %0" : : "a"(level->vmcb) : "memory");
	__asm__ volatile("fxsave64 %0" : "=m"(level->fpu));
	store_vmsa(level);
	level->vmsa->guest_exit_code = exit_code;
	mark_in_use(level, false);
	vcpu->attached = false;
}

bool vcpu_switch(struct vcpu *vcpu, unsigned int vmpl, uint64_t exit_code)
{
	struct vcpu_level *target = &vcpu->level[vmpl];

	if (!target->present || vcpu_vmsa_fault(target->vmsa, target->vmsa_gpa, vmpl) != 0)
		return false;
	vcpu_detach(vcpu, exit_code);
	if (vmpl == 0)
		residency_start(vcpu, vcpu_current(vcpu)->vmcb->rax);
	else if (vcpu->vmpl == 0)
		residency_end(vcpu, target->vmsa->rax, target->vmsa->rcx);
	vcpu->vmpl = vmpl;
	target->halted = target->held = target->starts = false;
	vcpu_attach(vcpu);
	return true;
}

/*
 * Seldom, with several processors, QEMU saves the registers it has just loaded for the host as those of the guest. What
 * the guest had is lost then, and nothing more can be said about it.
 */
static void check_saved(const struct vmcb *vmcb)
{
	if (vmcb->rip == (uint64_t)svm_left && vmcb->cr3 == cpu_read_cr3())
		report_internal("the emulator mixed up host and guest at an exit", vmcb->exit_code);
}

void vcpu_enter(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);

	level->vmcb->n_cr3 = npt_root(vcpu->vmpl, (level->vmcb->cr0 & CR0_PG) != 0);
	__atomic_store_n(&vcpu->in_guest, true, __ATOMIC_RELAXED);
	lock_release();
	svm_enter((uint64_t)level->vmcb, &level->regs);
	__atomic_store_n(&vcpu->in_guest, false, __ATOMIC_RELEASE);
	lock_take();
	check_saved(level->vmcb);
	level->vmcb->event_injection = 0;
	interrupts_after(vcpu);
}

void vcpu_inject(struct vcpu *vcpu, unsigned int vector, bool has_error, uint32_t error)
{
	vcpu_current(vcpu)->vmcb->event_injection =
		(uint64_t)error << 32 | EVENT_VALID | EVENT_EXCEPTION | (has_error ? EVENT_ERROR_CODE : 0) | vector;
}

static bool read_entry(uint64_t table, unsigned int index, uint64_t *entry)
{
	uint64_t gpa = (table & PTE_ADDRESS & ~C_BIT) + index * 8ull;

	if (!memory_has(gpa, 8))
		return false;
	memcpy(entry, memory_guest(gpa), 8);
	return (*entry & PTE_PRESENT) != 0;
}

bool vcpu_translate(struct vcpu *vcpu, uint64_t va, uint64_t *gpa, bool *c_bit)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint64_t entry = vmcb->cr3;

	if ((vmcb->cr0 & CR0_PG) == 0) {
		*gpa = (uint32_t)va;
		*c_bit = true;
		return true;
	}
	if ((vmcb->efer & EFER_LMA) == 0)
		report_internal("guest uses 32-bit paging", vmcb->rip);
	for (unsigned int level = 4; level-- > 0;) {
		uint64_t offset = (1ull << (12 + 9 * level)) - 1;

		if (!read_entry(entry, (unsigned int)(va >> (12 + 9 * level)) & 511, &entry))
			return false;
		if (level == 0 || (level < 3 && (entry & PTE_LARGE) != 0)) {
			*c_bit = (entry & C_BIT) != 0;
			*gpa = (entry & PTE_ADDRESS & ~C_BIT & ~offset) | (va & offset);
			return true;
		}
	}
	return false;
}

bool vcpu_fetch(struct vcpu *vcpu, uint8_t *bytes, unsigned int size)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	for (unsigned int i = 0; i < size; i++) {
		uint64_t va = vmcb->rip + i + ((vmcb->efer & EFER_LMA) != 0 ? 0 : vmcb->cs.base);
		uint64_t gpa;
		bool c_bit;

		if (!vcpu_translate(vcpu, va, &gpa, &c_bit) || !memory_has(gpa, 1))
			return false;
		bytes[i] = *memory_guest(gpa);
	}
	return true;
}
