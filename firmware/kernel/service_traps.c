/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "service_traps.h"

#include "abi/snp.h"
#include "console.h"
#include "cpu.h"
#include "cpuid.h"
#include "services.h"
#include "syscalls.h"
#include "timer.h"
#include "user_memory.h"

#define CPUID_OPCODE 0xa20fu /* 0F A2 */
#define CPUID_LENGTH 2u

static bool at_instruction(const struct service *service, uint16_t opcode)
{
	uint16_t bytes;

	return user_memory_read(&bytes, (struct uva){service->context.regs.rip}, sizeof(bytes)) && bytes == opcode;
}

/* CPUID is answered from the CPUID page. */
static void cpuid(struct service *service)
{
	struct trap_frame *regs = &service->context.regs;
	struct cpuid_result result = cpuid_lookup((uint32_t)regs->rax, (uint32_t)regs->rcx);

	regs->rax = result.eax;
	regs->rbx = result.ebx;
	regs->rcx = result.ecx;
	regs->rdx = result.edx;
	regs->rip += CPUID_LENGTH;
	service->cpuid_traps++;
}

void service_traps_handle(struct service *service, uint32_t vector)
{
	const struct trap_frame *regs = &service->context.regs;

	if (vector >= VECTOR_FIRST_INTERRUPT) {
		timer_interrupted(vector);
		return;
	}
	if (vector == VECTOR_NMI || vector == VECTOR_HV)
		return;
	if (vector == VECTOR_UD && at_instruction(service, SYSCALL_OPCODE)) {
		syscalls_handle(service);
		return;
	}
	if (vector == VECTOR_VC && regs->error == SVM_EXIT_CPUID && at_instruction(service, CPUID_OPCODE)) {
		cpuid(service);
		return;
	}
	console_printf("SVSM: service %s: exception %u error %lx at %lx address %lx\n", service->name, vector,
		       regs->error, regs->rip, service->context.fault_address);
	services_end(service, "exception");
}
