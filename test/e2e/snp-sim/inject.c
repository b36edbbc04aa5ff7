/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "inject.h"

#include "alarm.h"
#include "cpu.h"
#include "host_apic.h"
#include "interrupts.h"
#include "npf.h"
#include "report.h"

#define ALIAS_VECTOR 17u
#define VC_VECTOR 29u
#define EFER_LMA (1ull << 10)

struct __attribute__((packed)) gate {
	uint16_t offset_0, selector, attributes, offset_16;
	uint32_t offset_32, reserved;
};

extern const uint8_t interrupt_stubs[]; /* boot.S: 16 bytes each */
static struct gate idt[256] __attribute__((aligned(16)));

struct interrupt_frame {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
void interrupt_handle(const struct interrupt_frame *frame);

void interrupt_handle(const struct interrupt_frame *frame)
{
	if (frame->vector < 32 && frame->vector != 2) {
		report_log("snp-sim: internal: exception %lu error %lx at %lx\n", frame->vector, frame->error,
			   frame->rip);
		report_exit(EXIT_VALUE_INTERNAL);
	}
	if (frame->vector == ALARM_VECTOR)
		alarm_rang();
	if (frame->vector >= SELF_VECTOR && frame->vector <= KICK_VECTOR)
		host_apic_write(APIC_EOI, 0);
	else if (frame->vector != 2)
		interrupts_queue((uint8_t)frame->vector); /* acknowledged at the PIC by the guest */
}

void inject_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint64_t target = (uint64_t)interrupt_stubs + i * 16ull;

		idt[i] = (struct gate){(uint16_t)target,	 8, 0x8e00, (uint16_t)(target >> 16),
				       (uint32_t)(target >> 32), 0};
	}
	cpu_out(0x21, 1, 0xff);
	cpu_out(0xa1, 1, 0xff);
	alarm_measure();
}

void inject_init_cpu(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} idtr = {sizeof(idt) - 1, (uint64_t)idt};

	__asm__ volatile("lidt %0" : : "m"(idtr));
	host_apic_write(APIC_SPURIOUS, 0x1ff);
	alarm_init();
	__asm__ volatile("clgi");
}

void inject_take_interrupts(void)
{
	__asm__ volatile("stgi; sti; nop; nop; cli; clgi" : : : "memory");
}

void inject_event(struct vcpu *vcpu, uint64_t event)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint32_t exceptions = vmcb->intercept_exceptions;

	/* A fault while the frame is pushed must come here: it would find a moved table */
	vmcb->intercept_exceptions |= 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14;
	for (;;) {
		vmcb->event_injection = event;
		host_apic_write(APIC_ICR, APIC_ICR_SELF | SELF_VECTOR);
		vcpu_enter(vcpu);
		if (vmcb->exit_code == EXIT_INTR && (vmcb->exit_int_info & EVENT_VALID) == 0)
			break;
		if (vmcb->exit_code == EXIT_INTR) {
			/* Before the delivery was complete: once more, from the start */
			inject_take_interrupts();
			continue;
		}
		if (vmcb->exit_code == EXIT_NPF && npf_handle(vcpu, true))
			continue;
		report_log(
			"snp-sim: violation: rule=vc-delivery vmpl=%u rip=%lx gpa=%lx event %lx cannot be delivered, "
			"exit %lx\n",
			vcpu->vmpl, vmcb->rip, vmcb->exit_info_2, event, vmcb->exit_code);
		report_exit(EXIT_VALUE_VIOLATION);
	}
	vmcb->intercept_exceptions = exceptions;
	inject_take_interrupts();
}

void inject_vc(struct vcpu *vcpu, uint64_t error)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint64_t shift = (VC_VECTOR - ALIAS_VECTOR) * ((vmcb->efer & EFER_LMA) != 0 ? 16ull : 8ull);
	uint64_t base = vmcb->idtr.base;
	uint32_t limit = vmcb->idtr.limit;

	if (limit < VC_VECTOR * shift / (VC_VECTOR - ALIAS_VECTOR)) {
		report_log("snp-sim: violation: rule=vc-without-handler vmpl=%u rip=%lx gpa=0 #VC %lx with no IDT "
			   "entry for it\n",
			   vcpu->vmpl, vmcb->rip, error);
		report_exit(EXIT_VALUE_VIOLATION);
	}
	if (report_trace)
		report_log("#VC %lx at %lx vmpl %u\n", error, vmcb->rip, vcpu->vmpl);
	vmcb->idtr.base = base + shift;
	vmcb->idtr.limit = limit - (uint32_t)shift;
	inject_event(vcpu, error << 32 | EVENT_VALID | EVENT_ERROR_CODE | EVENT_EXCEPTION | ALIAS_VECTOR);
	vmcb->idtr.base = base;
	vmcb->idtr.limit = limit;
}
