/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "services.h"

#include "console.h"
#include "cpu.h"
#include "cpuid.h"
#include "elf_image.h"
#include "paging.h"
#include "syscalls.h"
#include "user_memory.h"

#define VECTOR_VC 29u
#define VECTOR_FIRST_INTERRUPT 32u
#define CPUID_OPCODE_0 0x0f
#define CPUID_OPCODE_1 0xa2
#define CPUID_LENGTH 2u
#define SERVICE_PAGE_LIMIT (12u * 1024 * 1024 / PAGE_SIZE)

struct service services[SERVICE_COUNT];
struct spinlock services_lock;

static bool load(struct service *service, const struct boot_info *info, uint32_t kind)
{
	for (uint32_t i = 0; i < info->module_count; i++) {
		const struct boot_module *module = &info->module[i];

		if (module->kind != kind)
			continue;
		if (!address_space_init(&service->space, SERVICE_PAGE_LIMIT) ||
		    !elf_image_load(service, paging_pointer(gpa_of(module->gpa)), module->size)) {
			console_printf("SVSM: cannot load service %s\n", service->name);
			return false;
		}
		return true;
	}
	console_printf("SVSM: the image has no service %s\n", service->name);
	return false;
}

static void find_key_templates(struct service *service, const struct boot_info *info)
{
	for (uint32_t i = 0; i < info->module_count; i++) {
		if (info->module[i].kind != BOOT_MODULE_KEY_TEMPLATES)
			continue;
		service->key_templates = paging_pointer(gpa_of(info->module[i].gpa));
		service->key_templates_left = info->module[i].size;
	}
}

bool services_load(const struct boot_info *info)
{
	services[SERVICE_VTPM].name = "vtpm";
	services[SERVICE_ATTEST].name = "attest";
	for (unsigned int i = 0; i < SERVICE_COUNT; i++)
		services[i].id = (enum service_id)i;
	find_key_templates(&services[SERVICE_VTPM], info);
	return load(&services[SERVICE_VTPM], info, BOOT_MODULE_VTPM) &&
	       load(&services[SERVICE_ATTEST], info, BOOT_MODULE_ATTEST);
}

void services_end(struct service *service, const char *reason)
{
	console_printf("SVSM: service %s ended: %s (rip %lx)\n", service->name, reason, service->context.regs.rip);
	service->wait = WAIT_NEVER;
	service->port.state = PORT_DEAD;
}

static bool can_run(const struct service *service)
{
	const struct port *vtpm = &services[SERVICE_VTPM].port;

	switch (service->wait) {
	case WAIT_NOTHING:
		return true;
	case WAIT_REQUEST:
		return service->port.state == PORT_REQUESTED;
	case WAIT_VTPM_IDLE:
		return vtpm->state == PORT_IDLE || vtpm->state == PORT_DEAD;
	case WAIT_VTPM_REPLY:
		return (vtpm->state == PORT_REPLIED && vtpm->client == service) || vtpm->state == PORT_DEAD;
	case WAIT_NEVER:
		return false;
	}
	return false;
}

/* #VC at CPL 3: CPUID is answered from the CPUID page, anything else ends the service. */
static void handle_vc(struct service *service)
{
	struct trap_frame *regs = &service->context.regs;
	struct cpuid_result result;
	uint8_t opcode[CPUID_LENGTH];

	if (regs->error != SVM_EXIT_CPUID || !user_memory_read(opcode, (struct uva){regs->rip}, sizeof(opcode)) ||
	    opcode[0] != CPUID_OPCODE_0 || opcode[1] != CPUID_OPCODE_1) {
		services_end(service, "#VC other than CPUID");
		return;
	}
	result = cpuid_lookup((uint32_t)regs->rax, (uint32_t)regs->rcx);
	regs->rax = result.eax;
	regs->rbx = result.ebx;
	regs->rcx = result.ecx;
	regs->rdx = result.edx;
	regs->rip += CPUID_LENGTH;
	service->cpuid_traps++;
}

static void handle_exception(struct service *service, uint32_t vector)
{
	struct trap_frame *regs = &service->context.regs;

	if (vector == VECTOR_VC) {
		handle_vc(service);
		return;
	}
	if (vector >= VECTOR_FIRST_INTERRUPT || vector == 2 || vector == 28)
		return;
	console_printf("SVSM: service %s: exception %u error %lx at %lx address %lx\n", service->name, vector,
		       regs->error, regs->rip, service->context.fault_address);
	services_end(service, "exception");
}

/* Runs @service until it has to wait. */
static void run(struct service *service)
{
	service->wait = WAIT_NOTHING;
	address_space_activate(&service->space);
	user_context_load(&service->context);
	while (service->wait == WAIT_NOTHING) {
		uint32_t why = user_enter(&service->context);

		if (why == USER_EXIT_SYSCALL)
			syscalls_handle(service);
		else
			handle_exception(service, why);
	}
	user_context_save(&service->context);
	cpu_write_cr3(paging_kernel_cr3());
}

/* Runs any one service that can run. */
static bool run_any(void)
{
	for (unsigned int i = 0; i < SERVICE_COUNT; i++) {
		if (can_run(&services[i])) {
			run(&services[i]);
			return true;
		}
	}
	return false;
}

bool services_start(void)
{
	while (run_any())
		continue;
	for (unsigned int i = 0; i < SERVICE_COUNT; i++) {
		if (services[i].wait != WAIT_REQUEST)
			return false;
	}
	return true;
}

bool services_run_for(struct port *port, const void *client)
{
	while (!(port->state == PORT_REPLIED && port->client == client)) {
		if (port->state == PORT_DEAD || !run_any())
			return false;
	}
	return true;
}
