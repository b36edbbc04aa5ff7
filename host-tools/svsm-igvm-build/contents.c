/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "contents.h"

#include "abi/snp.h"

#include <string.h>

const uint8_t *contents_page(const struct igvm_file *file, uint64_t gpa)
{
	for (size_t i = 0; i < file->record_count; i++) {
		struct igvm_page_data page;

		if (file->record[i].type != IGVM_VHT_PAGE_DATA)
			continue;
		igvm_record_read(file, &file->record[i], &page, sizeof(page));
		if (page.gpa == gpa && (page.compatibility_mask & igvm_file_snp_mask(file)))
			return igvm_file_data(file, page.file_offset);
	}
	return NULL;
}

/* RSI of VP 0's VMSA names the boot info page in the images this project builds. */
bool contents_boot_info(const struct igvm_file *file, struct boot_info *info)
{
	for (size_t i = 0; i < file->record_count; i++) {
		struct igvm_vp_context context;
		const uint8_t *data;
		struct snp_vmsa vmsa;

		if (file->record[i].type != IGVM_VHT_VP_CONTEXT)
			continue;
		igvm_record_read(file, &file->record[i], &context, sizeof(context));
		data = igvm_file_data(file, context.file_offset);
		if (!data || context.vp_index != 0 || context.compatibility_mask != igvm_file_snp_mask(file))
			continue;
		memcpy(&vmsa, data, sizeof(vmsa));
		data = contents_page(file, vmsa.rsi);
		if (!data)
			return false;
		memcpy(info, data, sizeof(*info));
		return info->magic == BOOT_INFO_MAGIC && info->version == BOOT_INFO_VERSION &&
		       info->module_count <= BOOT_MODULE_MAX && info->guest.range_count <= BOOT_GUEST_RANGE_MAX;
	}
	return false;
}

static bool in(uint64_t gpa, uint64_t start, uint64_t size)
{
	return gpa >= start && gpa - start < size;
}

const char *contents_place(const struct boot_info *info, uint64_t gpa)
{
	static const char *const modules[] = {"module", "module vtpm", "module attest", "module key-templates"};

	if (!info)
		return NULL;
	if (in(gpa, info->cpuid_page, SNP_PAGE_SIZE))
		return "CPUID page";
	if (in(gpa, info->secrets_page, SNP_PAGE_SIZE))
		return "secrets page";
	if (in(gpa, info->memory_map, SNP_PAGE_SIZE))
		return "memory map";
	for (uint32_t i = 0; i < info->module_count; i++) {
		const struct boot_module *module = &info->module[i];

		/* A module's last page is filled up with zeros. */
		if (in(gpa, module->gpa, (module->size + SNP_PAGE_SIZE - 1) & ~(uint64_t)(SNP_PAGE_SIZE - 1)))
			return modules[module->kind <= BOOT_MODULE_KEY_TEMPLATES ? module->kind : 0];
	}
	if (gpa >= FW_BASE && gpa < info->kernel_end)
		return "firmware";
	if (in(gpa, info->kernel_end, SNP_PAGE_SIZE))
		return "boot info page";
	if (in(gpa, info->guest.acpi, info->guest.acpi_size))
		return "ACPI tables";
	for (uint32_t i = 0; i < info->guest.range_count; i++) {
		if (in(gpa, info->guest.range[i].gpa, info->guest.range[i].size))
			return "guest";
	}
	return NULL;
}
