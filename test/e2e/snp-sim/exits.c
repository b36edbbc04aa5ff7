/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "exits.h"

#include "ghcb_host.h"
#include "inject.h"
#include "insn_rmp.h"
#include "insn_tlb.h"
#include "interrupts.h"
#include "lies.h"
#include "npf.h"
#include "report.h"
#include "schedule.h"
#include "vectors.h"

#define SEV_STATUS_VALUE (SEV_STATUS_SEV | SEV_STATUS_ES | SEV_STATUS_SNP)
#define VMGEXIT_LENGTH 4u
#define MSR_LENGTH 2u
#define HLT_LENGTH 1u
#define MOV_CR8_LENGTH 4u

/* The GHCB MSR and SEV_STATUS are the processor's own; every other intercepted MSR is the guest's business by #VC. */
static void msr(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	struct vmcb *vmcb = level->vmcb;
	uint32_t number = (uint32_t)level->regs.rcx;
	bool write = vmcb->exit_info_1 != 0;
	uint64_t value = SEV_STATUS_VALUE;

	if (number == MSR_GHCB && write) {
		level->ghcb_msr = level->regs.rdx << 32 | (uint32_t)vmcb->rax;
	} else if ((number == MSR_GHCB || number == MSR_SEV_STATUS) && !write) {
		if (number == MSR_GHCB)
			value = level->ghcb_msr;
		vmcb->rax = (uint32_t)value;
		level->regs.rdx = value >> 32;
	} else if (number == MSR_SEV_STATUS) {
		vcpu_inject(vcpu, 13, true, 0);
		return;
	} else {
		inject_vc(vcpu, SVM_EXIT_MSR);
		return;
	}
	vmcb->rip += MSR_LENGTH;
}

static void vmmcall(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint8_t prefix;

	if (!vcpu_fetch(vcpu, &prefix, 1) || (prefix != 0xf3 && prefix != 0xf2)) {
		inject_vc(vcpu, SVM_EXIT_VMMCALL);
		return;
	}
	if (vmcb->cpl != 0) {
		vcpu_inject(vcpu, 6, false, 0); /* VMGEXIT outside CPL 0: #UD */
		return;
	}
	vmcb->rip += VMGEXIT_LENGTH;
	ghcb_host_vmgexit(vcpu);
}

static void nested_fault(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint64_t event = vmcb->exit_int_info;
	bool delivering = (event & EVENT_VALID) != 0;

	/* An event whose delivery faulted is delivered again after the repair */
	if (npf_handle(vcpu, delivering) && delivering)
		vmcb->event_injection = event;
}

/* MOV CR8, register: the priority class of the level's local APIC, if it has one */
static void write_cr8(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	const struct guest_registers *regs = &level->regs;
	struct vmcb *vmcb = level->vmcb;
	const uint64_t values[] = {vmcb->rax, regs->rcx, regs->rdx, regs->rbx, vmcb->rsp, regs->rbp,
				   regs->rsi, regs->rdi, regs->r8,  regs->r9,  regs->r10, regs->r11,
				   regs->r12, regs->r13, regs->r14, regs->r15};
	uint8_t bytes[MOV_CR8_LENGTH]; /* REX, 0F, 22, ModRM */
	uint64_t value;

	if (!vcpu_fetch(vcpu, bytes, sizeof(bytes)) || bytes[1] != 0x0f || bytes[2] != 0x22)
		npf_violation(vcpu, "unmodelled-exit", vmcb->rip, "a form of MOV CR8 the simulator has no model for");
	value = values[(bytes[3] & 7) | (bytes[0] & 1) << 3];
	if (value > 15) {
		vcpu_inject(vcpu, 13, true, 0);
		return;
	}
	level->apic.priority = (uint32_t)value << 4;
	vmcb->rip += MOV_CR8_LENGTH;
}

static void handle(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	switch (vmcb->exit_code) {
	case EXIT_INTR:
	case EXIT_NMI:
		if ((vmcb->exit_int_info & EVENT_VALID) != 0)
			vmcb->event_injection = vmcb->exit_int_info;
		inject_take_interrupts();
		break;
	case EXIT_CPUID:
		inject_vc(vcpu, SVM_EXIT_CPUID);
		break;
	case EXIT_IOIO:
		inject_vc(vcpu, SVM_EXIT_IOIO);
		break;
	case EXIT_MSR:
		msr(vcpu);
		break;
	case EXIT_HLT:
		vmcb->rip += HLT_LENGTH;
		vmcb->interrupt_shadow = 0; /* of the STI before it */
		vcpu_current(vcpu)->halted = true;
		break;
	case EXIT_VMMCALL:
		vmmcall(vcpu);
		break;
	case EXIT_EXCEPTION + 6:
		if (!insn_rmp_handle(vcpu) && !insn_tlb_handle(vcpu))
			vcpu_inject(vcpu, 6, false, 0);
		break;
	case EXIT_NPF:
		nested_fault(vcpu);
		break;
	case EXIT_WRITE_CR8:
		write_cr8(vcpu);
		break;
	case EXIT_SHUTDOWN:
		npf_violation(vcpu, "shutdown", 0, "triple fault");
	default:
		npf_violation(vcpu, "unmodelled-exit", vmcb->exit_code, "an exit the simulator has no model for");
	}
}

_Noreturn void exits_loop(struct vcpu *vcpu)
{
	for (;;) {
		schedule_next(vcpu);
		lies_pages(vcpu);
		lies_vmpl(vcpu);
		interrupts_offer(vcpu);
		vectors_before(vcpu);
		vcpu_enter(vcpu);
		if (report_trace)
			report_log("cpu %u exit %lx vmpl %u rip %lx info %lx %lx\n", vcpu->apic_id,
				   vcpu_current(vcpu)->vmcb->exit_code, vcpu->vmpl, vcpu_current(vcpu)->vmcb->rip,
				   vcpu_current(vcpu)->vmcb->exit_info_1, vcpu_current(vcpu)->vmcb->exit_info_2);
		if (!vectors_after(vcpu))
			handle(vcpu);
	}
}
