/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "inspect.h"

#include "commands.h"
#include "contents.h"
#include "inspect_header.h"

static json_t *modules_json(const struct boot_info *info)
{
	static const char *const kinds[] = {"none", "vtpm", "attest", "key-templates"};
	json_t *modules = json_array();

	for (uint32_t i = 0; i < info->module_count; i++) {
		const struct boot_module *module = &info->module[i];

		json_array_append_new(
			modules,
			json_pack("{s:s, s:o, s:I}", "kind",
				  module->kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[module->kind] : "unknown",
				  "gpa", command_json_hex(module->gpa), "size", (json_int_t)module->size));
	}
	return modules;
}

static json_t *guest_json(const struct boot_guest *guest)
{
	json_t *ranges = json_array();

	for (uint32_t i = 0; i < guest->range_count; i++)
		json_array_append_new(ranges,
				      json_pack("{s:o, s:o}", "gpa", command_json_hex(guest->range[i].gpa), "end",
						command_json_hex(guest->range[i].gpa + guest->range[i].size)));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
			 guest->kind == BOOT_GUEST_FLAT64  ? "flat64"
			 : guest->kind == BOOT_GUEST_LINUX ? "linux"
			 : guest->kind == BOOT_GUEST_OVMF  ? "ovmf"
							   : "unknown",
			 "entry", command_json_hex(guest->entry), "stack_top", command_json_hex(guest->stack_top),
			 "page_tables", command_json_hex(guest->page_tables), "boot_params",
			 command_json_hex(guest->boot_params), "secrets", command_json_hex(guest->secrets), "cpuid",
			 command_json_hex(guest->cpuid), "calling_area", command_json_hex(guest->calling_area), "acpi",
			 command_json_hex(guest->acpi), "ranges", ranges);
}

static json_t *options_json(const struct boot_info *info)
{
	json_t *options = json_array();

	if (info->options & BOOT_OPTION_STACK_MARKS)
		json_array_append_new(options, json_string("stack-marks"));
	if (info->options & ~BOOT_OPTIONS)
		json_array_append_new(options, command_json_hex(info->options & ~BOOT_OPTIONS));
	return options;
}

json_t *inspect_boot_info_json(const struct igvm_file *file)
{
	struct boot_info info;

	if (!contents_boot_info(file, &info))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kernel_end", command_json_hex(info.kernel_end),
			 "image_end", command_json_hex(info.image_end), "cpuid_page", command_json_hex(info.cpuid_page),
			 "secrets_page", command_json_hex(info.secrets_page), "memory_map",
			 command_json_hex(info.memory_map), "options", options_json(&info), "modules",
			 modules_json(&info), "guest",
			 info.guest.kind == BOOT_GUEST_NONE ? json_null() : guest_json(&info.guest));
}

#define LISTED_MAX 4096u /* lines, or what takes as much memory; images have some dozens */
#define CONTEXT_COST 16u
#define CPUID_COST 64u

static size_t cost_of(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_page_data page;

	if (record->type == IGVM_VHT_VP_CONTEXT)
		return CONTEXT_COST;
	if (record->type != IGVM_VHT_PAGE_DATA)
		return 1;
	igvm_record_read(file, record, &page, sizeof(page));
	return page.data_type == IGVM_PAGE_DATA_CPUID ? CPUID_COST : 1;
}

json_t *inspect_json(const struct igvm_file *file)
{
	json_t *headers = json_array();
	struct boot_info info;
	const struct boot_info *known = contents_boot_info(file, &info) ? &info : NULL;
	size_t count, left = LISTED_MAX, not_listed = 0;

	for (size_t i = 0; i < file->record_count; i += count) {
		const size_t cost = cost_of(file, &file->record[i]);
		json_t *details = inspect_header_json(file, i, known, &count);
		json_t *entry = json_pack("{s:s, s:I}", "header", igvm_type_name(file->record[i].type), "offset",
					  (json_int_t)file->record[i].offset);

		if (left < cost) {
			not_listed += count;
			json_decref(details);
			json_decref(entry);
			continue;
		}
		left -= cost;
		json_object_update(entry, details);
		json_decref(details);
		json_array_append_new(headers, entry);
	}
	return json_pack("{s:s, s:i, s:I, s:I, s:o, s:o, s:I, s:o}", "format", "svsm-igvm-inspection", "version", 1,
			 "igvm_version", (json_int_t)file->fixed.format_version, "file_size",
			 (json_int_t)file->fixed.total_file_size, "checksum", command_json_hex(file->fixed.checksum),
			 "headers", headers, "not_listed", (json_int_t)not_listed, "boot_info",
			 inspect_boot_info_json(file));
}
