/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "inspect.h"

#include "abi/snp.h"
#include "commands.h"
#include "svsm/boot_info.h"

#include <stdio.h>
#include <string.h>

static json_t *platform_json(const struct igvm_file *file, const struct igvm_record *record)
{
	static const char *const types[] = {"native", "vsm-isolation", "sev-snp", "tdx", "sev", "sev-es", "cca"};
	struct igvm_supported_platform platform;

	igvm_record_read(file, record, &platform, sizeof(platform));
	return json_pack("{s:s, s:o, s:I, s:o}", "platform", types[platform.platform_type], "mask",
			 command_json_hex(platform.compatibility_mask), "highest_vtl", (json_int_t)platform.highest_vtl,
			 "shared_gpa_boundary", command_json_hex(platform.shared_gpa_boundary));
}

static json_t *policy_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_guest_policy policy;

	igvm_record_read(file, record, &policy, sizeof(policy));
	return json_pack("{s:o, s:o}", "policy", command_json_hex(policy.policy), "mask",
			 command_json_hex(policy.compatibility_mask));
}

static json_t *area_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_parameter_area area;

	igvm_record_read(file, record, &area, sizeof(area));
	return json_pack("{s:I, s:I}", "area", (json_int_t)area.parameter_area_index, "bytes",
			 (json_int_t)area.number_of_bytes);
}

static json_t *parameter_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_parameter parameter;

	igvm_record_read(file, record, &parameter, sizeof(parameter));
	return json_pack("{s:I, s:I}", "area", (json_int_t)parameter.parameter_area_index, "byte_offset",
			 (json_int_t)parameter.byte_offset);
}

static json_t *insert_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_parameter_insert insert;

	igvm_record_read(file, record, &insert, sizeof(insert));
	return json_pack("{s:I, s:o, s:o}", "area", (json_int_t)insert.parameter_area_index, "gpa",
			 command_json_hex(insert.gpa), "mask", command_json_hex(insert.compatibility_mask));
}

static json_t *segment_json(const struct vmsa_segment *segment)
{
	return json_sprintf("selector 0x%x attributes 0x%x limit 0x%x base 0x%llx", segment->selector,
			    segment->attributes, segment->limit, (unsigned long long)segment->base);
}

static json_t *vmsa_json(const uint8_t *data)
{
	struct snp_vmsa vmsa;
	const struct {
		const char *name;
		uint64_t value;
	} registers[] = {
		{"rip", offsetof(struct snp_vmsa, rip)},
		{"rsp", offsetof(struct snp_vmsa, rsp)},
		{"rax", offsetof(struct snp_vmsa, rax)},
		{"rdx", offsetof(struct snp_vmsa, rdx)},
		{"rsi", offsetof(struct snp_vmsa, rsi)},
		{"rdi", offsetof(struct snp_vmsa, rdi)},
		{"rflags", offsetof(struct snp_vmsa, rflags)},
		{"cr0", offsetof(struct snp_vmsa, cr0)},
		{"cr3", offsetof(struct snp_vmsa, cr3)},
		{"cr4", offsetof(struct snp_vmsa, cr4)},
		{"efer", offsetof(struct snp_vmsa, efer)},
		{"xcr0", offsetof(struct snp_vmsa, xcr0)},
		{"pat", offsetof(struct snp_vmsa, g_pat)},
		{"dr6", offsetof(struct snp_vmsa, dr6)},
		{"dr7", offsetof(struct snp_vmsa, dr7)},
		{"sev_features", offsetof(struct snp_vmsa, sev_features)},
	};
	json_t *result = json_object();

	memcpy(&vmsa, data, sizeof(vmsa));
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		uint64_t value;

		memcpy(&value, data + registers[i].value, sizeof(value));
		json_object_set_new(result, registers[i].name, command_json_hex(value));
	}
	json_object_set_new(result, "vmpl", json_integer(vmsa.vmpl));
	json_object_set_new(result, "cs", segment_json(&vmsa.cs));
	json_object_set_new(result, "ds", segment_json(&vmsa.ds));
	json_object_set_new(result, "ss", segment_json(&vmsa.ss));
	json_object_set_new(result, "tr", segment_json(&vmsa.tr));
	return result;
}

static json_t *context_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_vp_context context;
	const uint8_t *data;
	json_t *result;

	igvm_record_read(file, record, &context, sizeof(context));
	result = json_pack("{s:I, s:o, s:o}", "vp_index", (json_int_t)context.vp_index, "gpa",
			   command_json_hex(context.gpa), "mask", command_json_hex(context.compatibility_mask));
	data = igvm_file_data(file, context.file_offset);
	if (data && context.compatibility_mask == igvm_file_snp_mask(file))
		json_object_set_new(result, "vmsa", vmsa_json(data));
	return result;
}

static json_t *page_json(const struct igvm_page_data *page, uint64_t count)
{
	static const char *const types[] = {"normal", "secrets", "cpuid", "cpuid-xf"};
	const uint64_t size = page->flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;

	return json_pack("{s:o, s:o, s:I, s:s, s:b, s:b, s:b, s:o}", "gpa", command_json_hex(page->gpa), "end",
			 command_json_hex(page->gpa + count * size), "pages", (json_int_t)count, "data_type",
			 types[page->data_type], "data", page->file_offset != 0, "measured",
			 !(page->flags & IGVM_PAGE_UNMEASURED), "shared", (page->flags & IGVM_PAGE_SHARED) != 0, "mask",
			 command_json_hex(page->compatibility_mask));
}

/* Page data headers from `index` on that form one run; *count of them. */
static json_t *run_json(const struct igvm_file *file, size_t index, size_t *count)
{
	struct igvm_page_data first, last, next;

	igvm_record_read(file, &file->record[index], &first, sizeof(first));
	last = first;
	*count = 1;
	while (index + *count < file->record_count && file->record[index + *count].type == IGVM_VHT_PAGE_DATA) {
		const uint64_t size = last.flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;

		igvm_record_read(file, &file->record[index + *count], &next, sizeof(next));
		if (next.gpa != last.gpa + size || next.flags != first.flags || next.data_type != first.data_type ||
		    next.compatibility_mask != first.compatibility_mask ||
		    (next.file_offset == 0) != (first.file_offset == 0))
			break;
		last = next;
		++*count;
	}
	return page_json(&first, *count);
}

static json_t *record_json(const struct igvm_file *file, size_t index, size_t *count)
{
	const struct igvm_record *record = &file->record[index];

	*count = 1;
	switch (record->type) {
	case IGVM_VHT_SUPPORTED_PLATFORM:
		return platform_json(file, record);
	case IGVM_VHT_GUEST_POLICY:
		return policy_json(file, record);
	case IGVM_VHT_PARAMETER_AREA:
		return area_json(file, record);
	case IGVM_VHT_PARAMETER_INSERT:
		return insert_json(file, record);
	case IGVM_VHT_PAGE_DATA:
		return run_json(file, index, count);
	case IGVM_VHT_VP_CONTEXT:
		return context_json(file, record);
	default:
		return record->length == sizeof(struct igvm_parameter) ? parameter_json(file, record) : json_object();
	}
}

static const uint8_t *page_at(const struct igvm_file *file, uint64_t gpa)
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
static bool find_boot_info(const struct igvm_file *file, struct boot_info *info)
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
		data = page_at(file, vmsa.rsi);
		if (!data)
			return false;
		memcpy(info, data, sizeof(*info));
		return info->magic == BOOT_INFO_MAGIC && info->version == BOOT_INFO_VERSION &&
		       info->module_count <= BOOT_MODULE_MAX && info->guest.range_count <= BOOT_GUEST_RANGE_MAX;
	}
	return false;
}

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
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
			 guest->kind == BOOT_GUEST_FLAT64 ? "flat64" : "unknown", "entry",
			 command_json_hex(guest->entry), "stack_top", command_json_hex(guest->stack_top), "page_tables",
			 command_json_hex(guest->page_tables), "boot_params", command_json_hex(guest->boot_params),
			 "secrets", command_json_hex(guest->secrets), "cpuid", command_json_hex(guest->cpuid),
			 "calling_area", command_json_hex(guest->calling_area), "ranges", ranges);
}

static json_t *boot_info_json(const struct igvm_file *file)
{
	struct boot_info info;

	if (!find_boot_info(file, &info))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kernel_end", command_json_hex(info.kernel_end),
			 "image_end", command_json_hex(info.image_end), "cpuid_page", command_json_hex(info.cpuid_page),
			 "secrets_page", command_json_hex(info.secrets_page), "memory_map",
			 command_json_hex(info.memory_map), "modules", modules_json(&info), "guest",
			 info.guest.kind == BOOT_GUEST_NONE ? json_null() : guest_json(&info.guest));
}

json_t *inspect_json(const struct igvm_file *file)
{
	json_t *headers = json_array();
	size_t count;

	for (size_t i = 0; i < file->record_count; i += count) {
		json_t *details = record_json(file, i, &count);
		json_t *entry = json_pack("{s:s, s:I}", "header", igvm_type_name(file->record[i].type), "offset",
					  (json_int_t)file->record[i].offset);

		json_object_update(entry, details);
		json_decref(details);
		json_array_append_new(headers, entry);
	}
	return json_pack("{s:s, s:i, s:I, s:I, s:o, s:o, s:o}", "format", "svsm-igvm-inspection", "version", 1,
			 "igvm_version", (json_int_t)file->fixed.format_version, "file_size",
			 (json_int_t)file->fixed.total_file_size, "checksum", command_json_hex(file->fixed.checksum),
			 "headers", headers, "boot_info", boot_info_json(file));
}

static void print_value(const json_t *value)
{
	if (json_is_string(value))
		fputs(json_string_value(value), stdout);
	else if (json_is_integer(value))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "none", stdout);
}

/* Scalars of an object on one line; nested containers indented below. Depth is bounded by inspect_json. */
static void print_object(const json_t *object, int depth)
{
	json_t *value;
	const char *key;
	size_t index;

	printf("%*s", depth * 2, "");
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_object(value) || json_is_array(value))
			continue;
		if (strcmp(key, "header") == 0) {
			print_value(value);
			putchar(' ');
			continue;
		}
		printf("%s=", key);
		print_value(value);
		putchar(' ');
	}
	putchar('\n');
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		json_t *item;

		if (!json_is_object(value) && !json_is_array(value))
			continue;
		printf("%*s%s:\n", depth * 2, "", key);
		if (json_is_object(value)) {
			print_object(value, depth + 1);
			continue;
		}
		json_array_foreach(value, index, item) print_object(item, depth + 1);
	}
}

bool inspect_print(const json_t *summary)
{
	print_object(summary, 0);
	return fflush(stdout) == 0 && !ferror(stdout);
}
