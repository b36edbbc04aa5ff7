/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "svsm_call.h"

#include "abi/snp.h"
#include "budget.h"
#include "clock.h"
#include "guest_memory.h"
#include "percpu.h"
#include "scheduler.h"
#include "stack_marks.h"
#include "timer.h"

static uint32_t dispatch(struct svsm_call *call)
{
	switch (call->protocol) {
	case SVSM_PROTOCOL_CORE:
		return protocol_core(call);
	case SVSM_PROTOCOL_ATTEST:
		return protocol_attest(call);
	case SVSM_PROTOCOL_VTPM:
		return protocol_vtpm(call);
	default:
		return SVSM_ERR_UNSUPPORTED_PROTOCOL;
	}
}

/* What services do for themselves goes on after the call, as the guest gives them no other time. */
static void run_background(const struct svsm_call *call, uint32_t result)
{
	if (!spinlock_try_acquire(&services_lock))
		return;
	scheduler_background(result == SVSM_ERR_BUSY, clock_add(call->start, CALL_BUDGET_US));
	services_tell_memory();
	spinlock_release(&services_lock);
}

void svsm_call_serve(void)
{
	struct percpu *cpu = percpu_this();
	struct snp_vmsa *vmsa = cpu->guest_vmsa;
	/* The area the call was made with: CORE_REMAP_CA moves it, but the flag is cleared in the old one. */
	struct gpa pending = cpu->calling_area;
	struct svsm_call call;
	uint32_t result;
	uint8_t flag;

	/* The host may resume VMPL0 at will. A call is one only when the guest executed VMGEXIT and set the flag. */
	if (vmsa->guest_exit_code != SVM_EXIT_VMGEXIT || !guest_memory_read(&flag, pending, sizeof(flag)) || flag == 0)
		return;
	call = (struct svsm_call){
		.protocol = (uint32_t)(vmsa->rax >> 32),
		.number = (uint32_t)vmsa->rax,
		.rcx = vmsa->rcx,
		.rdx = vmsa->rdx,
		.r8 = vmsa->r8,
		.r9 = vmsa->r9,
		.start = clock_now(),
	};
	result = dispatch(&call);
	run_background(&call, result);
	result = busy_limit_apply(&cpu->busy_limit, call.protocol, result, clock_since(call.start));
	timer_disarm();
	vmsa->rax = result;
	vmsa->rcx = call.rcx;
	vmsa->rdx = call.rdx;
	vmsa->r8 = call.r8;
	vmsa->r9 = call.r9;
	stack_marks_update();
	(void)guest_memory_exchange(pending, 0, &flag);
}
