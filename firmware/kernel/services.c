/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "services.h"

#include "console.h"
#include "elf_image.h"
#include "paging.h"

#define MEMORY_STEP_PAGES 16u
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

void services_tell_memory(void)
{
	for (unsigned int i = 0; i < SERVICE_COUNT; i++) {
		const struct address_space *space = &services[i].space;

		if (space->most_pages < services[i].told_pages + MEMORY_STEP_PAGES)
			continue;
		services[i].told_pages = space->most_pages;
		console_printf("SVSM: memory %s: %lu of %lu pages used\n", services[i].name, space->most_pages,
			       space->page_limit);
	}
}

void services_end(struct service *service, const char *reason)
{
	console_printf("SVSM: service %s ended: %s (rip %lx)\n", service->name, reason, service->context.regs.rip);
	service->wait = WAIT_NEVER;
	service->port.state = PORT_DEAD;
}
