/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "inspect_header.h"

#include "abi/snp.h"
#include "bit_names.h"
#include "commands.h"
#include "contents.h"
#include "id_block.h"
#include "vmsa_fields.h"

#include <stdlib.h>
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

/* The names of set bits; those without a name as one number. */
static json_t *bits_json(const struct bit_name *table, uint64_t value)
{
	json_t *bits = json_array();

	for (; table->name; table++) {
		if (value & table->bit)
			json_array_append_new(bits, json_string(table->name));
		value &= ~table->bit;
	}
	if (value)
		json_array_append_new(bits, command_json_hex(value));
	return bits;
}

static json_t *policy_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_guest_policy policy;
	uint64_t bits;

	igvm_record_read(file, record, &policy, sizeof(policy));
	bits = policy.policy & ~(uint64_t)(SNP_POLICY_RESERVED_MBO | 0xffff); /* without the ABI version */
	return json_pack("{s:o, s:I, s:I, s:o, s:o}", "policy", command_json_hex(policy.policy), "abi_major",
			 (json_int_t)(policy.policy >> 8 & 0xff), "abi_minor", (json_int_t)(policy.policy & 0xff),
			 "bits", bits_json(bit_names_guest_policy, bits), "mask",
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

static json_t *bytes_json(const uint8_t *bytes, size_t size)
{
	char *hex = malloc(2 * size + 1);
	json_t *text = NULL;

	if (hex) {
		command_hex(bytes, size, hex);
		text = json_string(hex);
	}
	free(hex);
	return text;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && bytes[at] == 0)
		at++;
	return at == size;
}

/* Every register by name; fields that are only bytes where they are not zero. */
static json_t *vmsa_json(const uint8_t *data)
{
	json_t *result = json_object();
	const struct vmsa_field *field;

	for (size_t i = 0; (field = vmsa_field_at(i)); i++) {
		struct vmsa_segment segment;

		if (field->kind == VMSA_FIELD_SEGMENT) {
			memcpy(&segment, data + field->offset, sizeof(segment));
			json_object_set_new(result, field->name, segment_json(&segment));
		} else if (field->kind == VMSA_FIELD_NUMBER) {
			json_object_set_new(result, field->name, command_json_hex(vmsa_field_number(field, data)));
		} else if (!all_zero(data + field->offset, field->size)) {
			json_object_set_new(result, field->name, bytes_json(data + field->offset, field->size));
		}
	}
	return result;
}

/* CPUID page that an image brings along: the host fills in the results, the AMD-SP checks them. */
static json_t *cpuid_json(const uint8_t *data)
{
	struct snp_cpuid_page page;
	json_t *list = json_array();

	memcpy(&page, data, sizeof(page));
	for (uint32_t i = 0; i < page.count && i < SNP_CPUID_COUNT_MAX; i++) {
		const struct snp_cpuid_entry *entry = &page.entry[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "eax_in", command_json_hex(entry->eax_in),
				  "ecx_in", command_json_hex(entry->ecx_in), "xcr0_in",
				  command_json_hex(entry->xcr0_in), "xss_in", command_json_hex(entry->xss_in), "eax",
				  command_json_hex(entry->eax), "ebx", command_json_hex(entry->ebx), "ecx",
				  command_json_hex(entry->ecx), "edx", command_json_hex(entry->edx)));
	}
	return list;
}

static json_t *id_block_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_snp_id_block block;
	struct id_block_verdict verdict;
	struct id_block *id = malloc(sizeof(*id));
	struct error error;
	json_t *result = NULL;
	uint64_t policy = 0;

	igvm_record_read(file, record, &block, sizeof(block));
	if (id) {
		(void)id_block_policy(file, &policy);
		id_block_from_igvm(&block, policy, id);
		if (id_block_verify(id, &verdict, &error))
			result = json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:b, s:o, s:o, s:b, s:s?}", "mask",
					   command_json_hex(block.compatibility_mask), "launch_digest",
					   bytes_json(block.ld, sizeof(block.ld)), "family_id",
					   bytes_json(block.family_id, sizeof(block.family_id)), "image_id",
					   bytes_json(block.image_id, sizeof(block.image_id)), "version",
					   (json_int_t)block.version, "guest_svn", (json_int_t)block.guest_svn,
					   "author_key_enabled", block.author_key_enabled, "id_key_digest",
					   bytes_json(verdict.id_key_digest, SNP_DIGEST_SIZE), "author_key_digest",
					   verdict.has_author ? bytes_json(verdict.author_key_digest, SNP_DIGEST_SIZE)
							      : json_null(),
					   "signatures_valid", verdict.valid, "reason", verdict.reason);
	}
	free(id);
	return result ? result : json_object();
}

static json_t *relocatable_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_relocatable_region region;

	igvm_record_read(file, record, &region, sizeof(region));
	return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "mask",
			 command_json_hex(region.compatibility_mask), "vp_index", (json_int_t)region.vp_index, "vtl",
			 (json_int_t)region.vtl, "flags", (json_int_t)region.flags, "alignment",
			 command_json_hex(region.alignment), "gpa", command_json_hex(region.gpa), "size",
			 command_json_hex(region.size), "minimum_gpa", command_json_hex(region.minimum_gpa),
			 "maximum_gpa", command_json_hex(region.maximum_gpa));
}

static json_t *page_table_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_page_table_relocation region;

	igvm_record_read(file, record, &region, sizeof(region));
	return json_pack("{s:o, s:I, s:I, s:o, s:o, s:o}", "mask", command_json_hex(region.compatibility_mask),
			 "vp_index", (json_int_t)region.vp_index, "vtl", (json_int_t)region.vtl, "gpa",
			 command_json_hex(region.gpa), "size", command_json_hex(region.size), "used_size",
			 command_json_hex(region.used_size));
}

static json_t *error_range_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_error_range range;

	igvm_record_read(file, record, &range, sizeof(range));
	return json_pack("{s:o, s:I, s:o}", "gpa", command_json_hex(range.gpa), "bytes", (json_int_t)range.size_bytes,
			 "mask", command_json_hex(range.compatibility_mask));
}

static json_t *corim_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_corim corim;

	igvm_record_read(file, record, &corim, sizeof(corim));
	return json_pack("{s:o, s:I, s:I}", "mask", command_json_hex(corim.compatibility_mask), "data_offset",
			 (json_int_t)corim.file_offset, "bytes", (json_int_t)corim.size_bytes);
}

static json_t *required_memory_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_required_memory memory;

	igvm_record_read(file, record, &memory, sizeof(memory));
	return json_pack("{s:o, s:I, s:b, s:o}", "gpa", command_json_hex(memory.gpa), "bytes",
			 (json_int_t)memory.number_of_bytes, "vtl2_protectable", memory.flags & 1, "mask",
			 command_json_hex(memory.compatibility_mask));
}

static json_t *context_json(const struct igvm_file *file, const struct igvm_record *record)
{
	struct igvm_vp_context context;
	struct snp_vmsa vmsa;
	const uint8_t *data;
	json_t *result;

	igvm_record_read(file, record, &context, sizeof(context));
	result = json_pack("{s:I, s:o, s:o}", "vp_index", (json_int_t)context.vp_index, "gpa",
			   command_json_hex(context.gpa), "mask", command_json_hex(context.compatibility_mask));
	data = igvm_file_data(file, context.file_offset);
	if (data && context.compatibility_mask == igvm_file_snp_mask(file)) {
		memcpy(&vmsa, data, sizeof(vmsa));
		json_object_set_new(result, "sev_features", bits_json(bit_names_sev_features, vmsa.sev_features));
		json_object_set_new(result, "vmsa", vmsa_json(data));
	}
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
static json_t *run_json(const struct igvm_file *file, size_t index, const struct boot_info *info, size_t *count)
{
	struct igvm_page_data first, last, next;
	const char *place;
	const uint8_t *data;
	json_t *result;

	igvm_record_read(file, &file->record[index], &first, sizeof(first));
	last = first;
	*count = 1;
	while (index + *count < file->record_count && file->record[index + *count].type == IGVM_VHT_PAGE_DATA) {
		const uint64_t size = last.flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;

		igvm_record_read(file, &file->record[index + *count], &next, sizeof(next));
		if (next.gpa != last.gpa + size || next.flags != first.flags || next.data_type != first.data_type ||
		    next.compatibility_mask != first.compatibility_mask ||
		    (next.file_offset == 0) != (first.file_offset == 0) ||
		    contents_place(info, next.gpa) != contents_place(info, first.gpa))
			break;
		last = next;
		++*count;
	}
	result = page_json(&first, *count);
	data = igvm_file_data(file, first.file_offset);
	if (data && (first.data_type == IGVM_PAGE_DATA_CPUID || first.data_type == IGVM_PAGE_DATA_CPUID_XF))
		json_object_set_new(result, "cpuid", cpuid_json(data));
	place = contents_place(info, first.gpa);
	if (place)
		json_object_set_new(result, "holds", json_string(place));
	return result;
}

json_t *inspect_header_json(const struct igvm_file *file, size_t index, const struct boot_info *info, size_t *count)
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
		return run_json(file, index, info, count);
	case IGVM_VHT_VP_CONTEXT:
		return context_json(file, record);
	case IGVM_VHT_SNP_ID_BLOCK:
		return id_block_json(file, record);
	case IGVM_VHT_REQUIRED_MEMORY:
		return required_memory_json(file, record);
	case IGVM_VHT_RELOCATABLE_REGION:
		return relocatable_json(file, record);
	case IGVM_VHT_PAGE_TABLE_RELOCATION:
		return page_table_json(file, record);
	case IGVM_VHT_ERROR_RANGE:
		return error_range_json(file, record);
	case IGVM_VHT_CORIM_DOCUMENT:
	case IGVM_VHT_CORIM_SIGNATURE:
		return corim_json(file, record);
	default:
		return record->length == sizeof(struct igvm_parameter) ? parameter_json(file, record) : json_object();
	}
}
