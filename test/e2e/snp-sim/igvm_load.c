/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_load.h"

#include "abi/igvm.h"
#include "freestanding_string.h"
#include "igvm_checksum.h"
#include "launch.h"
#include "lies.h"
#include "memory.h"
#include "report.h"
#include "vcpus.h"

#define AREA_MAX 16u
#define AREA_SIZE_MAX (16 * PAGE_SIZE)
#define HEADER_SIZE sizeof(struct igvm_variable_header)

struct area {
	bool declared, inserted;
	uint64_t size;
	uint8_t *data;
};

struct loader {
	struct vcpu *vcpu;
	const uint8_t *file;
	uint64_t size;
	uint32_t mask; /* compatibility mask of the SNP platform; 0 = none seen */
	struct area areas[AREA_MAX];
	bool have_vmsa;
	struct launch_finish finish;
};

static _Noreturn void refuse(const char *why, uint64_t offset)
{
	report_log("snp-sim: image refused: %s at offset %lx\n", why, offset);
	report_exit(EXIT_VALUE_REFUSED);
}

/* A page of file data; NULL for offset 0, which means zeros. */
static const uint8_t *file_page(const struct loader *loader, uint32_t offset, uint64_t at)
{
	if (offset == 0)
		return 0;
	if (offset > loader->size || loader->size - offset < PAGE_SIZE)
		refuse("page data out of bounds", at);
	return loader->file + offset;
}

static void page_data(struct loader *loader, const uint8_t *payload, uint64_t at)
{
	struct igvm_page_data page;
	const uint8_t *data;

	memcpy(&page, payload, sizeof(page));
	if ((page.compatibility_mask & loader->mask) == 0)
		return;
	if ((page.gpa & (PAGE_SIZE - 1)) != 0 || !memory_has(page.gpa, PAGE_SIZE))
		refuse("page outside RAM", at);
	data = file_page(loader, page.file_offset, at);
	switch (page.data_type) {
	case IGVM_PAGE_DATA_NORMAL:
		launch_page(page.gpa, (page.flags & IGVM_PAGE_UNMEASURED) != 0 ? SNP_PAGE_UNMEASURED : SNP_PAGE_NORMAL,
			    data);
		break;
	case IGVM_PAGE_DATA_SECRETS:
		launch_page(page.gpa, SNP_PAGE_SECRETS, 0);
		break;
	case IGVM_PAGE_DATA_CPUID:
		launch_cpuid_page(loader->vcpu, page.gpa);
		break;
	default:
		refuse("page type", at);
	}
}

static struct area *area_at(struct loader *loader, uint32_t index, uint64_t at)
{
	if (index >= AREA_MAX || !loader->areas[index].declared || loader->areas[index].inserted)
		refuse("parameter area index", at);
	return &loader->areas[index];
}

static void parameter_area(struct loader *loader, const uint8_t *payload, uint64_t at)
{
	struct igvm_parameter_area area;

	memcpy(&area, payload, sizeof(area));
	if (area.parameter_area_index >= AREA_MAX || loader->areas[area.parameter_area_index].declared ||
	    area.number_of_bytes == 0 || area.number_of_bytes > AREA_SIZE_MAX ||
	    (area.number_of_bytes & (PAGE_SIZE - 1)) != 0)
		refuse("parameter area", at);
	loader->areas[area.parameter_area_index] = (struct area){
		.declared = true,
		.size = area.number_of_bytes,
		.data = memory_alloc_pages(area.number_of_bytes / PAGE_SIZE),
	};
}

static void parameter_insert(struct loader *loader, const uint8_t *payload, uint64_t at)
{
	struct igvm_parameter_insert insert;
	struct area *area;

	memcpy(&insert, payload, sizeof(insert));
	if ((insert.compatibility_mask & loader->mask) == 0)
		return;
	area = area_at(loader, insert.parameter_area_index, at);
	if ((insert.gpa & (PAGE_SIZE - 1)) != 0 || !memory_has(insert.gpa, area->size))
		refuse("parameter area outside RAM", at);
	for (uint64_t i = 0; i < area->size; i += PAGE_SIZE)
		launch_page(insert.gpa + i, SNP_PAGE_UNMEASURED, area->data + i);
	area->inserted = true;
}

/* The machine's RAM, one range. Like QEMU's loader this writes at the start of the area. */
static void memory_map(struct loader *loader, const uint8_t *payload, uint64_t at)
{
	struct igvm_parameter parameter;
	struct igvm_memory_map_entry entry = {.page_count = memory_guest_size / PAGE_SIZE, .type = IGVM_MEMORY_RAM};

	struct area *area;

	memcpy(&parameter, payload, sizeof(parameter));
	area = area_at(loader, parameter.parameter_area_index, at);
	memcpy(area->data, &entry, sizeof(entry));
	lies_map((struct igvm_memory_map_entry *)area->data, area->size);
}

static void small_parameter(struct loader *loader, const uint8_t *payload, uint64_t at, uint32_t value)
{
	struct igvm_parameter parameter;
	struct area *area;

	memcpy(&parameter, payload, sizeof(parameter));
	area = area_at(loader, parameter.parameter_area_index, at);
	if (parameter.byte_offset > area->size - sizeof(value))
		refuse("parameter outside its area", at);
	memcpy(area->data + parameter.byte_offset, &value, sizeof(value));
}

static void vp_context(struct loader *loader, const uint8_t *payload, uint64_t at)
{
	struct igvm_vp_context context;
	const struct snp_vmsa *vmsa;

	memcpy(&context, payload, sizeof(context));
	if ((context.compatibility_mask & loader->mask) == 0)
		return;
	if (context.vp_index != 0 || loader->have_vmsa || context.gpa != IGVM_SNP_VMSA_GPA_KVM)
		refuse("VP context", at);
	if (context.file_offset == 0)
		refuse("VP context without data", at);
	vmsa = (const struct snp_vmsa *)file_page(loader, context.file_offset, at);
	if (vmsa->sev_features & ~SEV_FEATURE_SNP)
		refuse("VP context with SEV features that are not simulated", at);
	launch_set_vmsa(vmsa);
	loader->have_vmsa = true;
}

static void guest_policy(struct loader *loader, const uint8_t *payload)
{
	struct igvm_guest_policy policy;

	memcpy(&policy, payload, sizeof(policy));
	if ((policy.compatibility_mask & loader->mask) != 0)
		loader->finish.policy = policy.policy;
}

static void id_block(struct loader *loader, const uint8_t *payload)
{
	memcpy(&loader->finish.id_block, payload, sizeof(loader->finish.id_block));
	loader->finish.have_id_block = true;
}

static void platform(struct loader *loader, const uint8_t *payload)
{
	struct igvm_supported_platform supported;

	memcpy(&supported, payload, sizeof(supported));
	if (supported.platform_type == IGVM_PLATFORM_SEV_SNP)
		loader->mask = supported.compatibility_mask;
}

static void directive(struct loader *loader, uint32_t type, const uint8_t *payload, uint64_t at)
{
	switch (type) {
	case IGVM_VHT_SUPPORTED_PLATFORM:
	case IGVM_VHT_GUEST_POLICY:
		break; /* first pass */
	case IGVM_VHT_PARAMETER_AREA:
		parameter_area(loader, payload, at);
		break;
	case IGVM_VHT_PAGE_DATA:
		page_data(loader, payload, at);
		break;
	case IGVM_VHT_PARAMETER_INSERT:
		parameter_insert(loader, payload, at);
		break;
	case IGVM_VHT_VP_CONTEXT:
		vp_context(loader, payload, at);
		break;
	case IGVM_VHT_REQUIRED_MEMORY:
		break; /* all RAM exists from the start */
	case IGVM_VHT_MEMORY_MAP:
		memory_map(loader, payload, at);
		break;
	case IGVM_VHT_VP_COUNT:
		small_parameter(loader, payload, at, vcpus_count);
		break;
	case IGVM_VHT_ENVIRONMENT_INFO:
		small_parameter(loader, payload, at, 0);
		break;
	case IGVM_VHT_SNP_ID_BLOCK:
		id_block(loader, payload);
		break;
	default:
		refuse("a directive QEMU does not accept", at);
	}
}

static uint32_t payload_size(uint32_t type)
{
	switch (type) {
	case IGVM_VHT_PAGE_DATA:
	case IGVM_VHT_REQUIRED_MEMORY:
		return 24;
	case IGVM_VHT_VP_CONTEXT:
		return sizeof(struct igvm_vp_context);
	case IGVM_VHT_SNP_ID_BLOCK:
		return sizeof(struct igvm_snp_id_block);
	case IGVM_VHT_SUPPORTED_PLATFORM:
	case IGVM_VHT_GUEST_POLICY:
	case IGVM_VHT_PARAMETER_AREA:
	case IGVM_VHT_PARAMETER_INSERT:
		return 16;
	default:
		return 8;
	}
}

enum pass {
	PASS_PLATFORM,
	PASS_DIRECTIVES,
};

static void walk(struct loader *loader, const struct igvm_fixed_header *fixed, enum pass pass)
{
	uint64_t at = fixed->variable_header_offset;
	uint64_t end = at + fixed->variable_header_size;

	while (at < end) {
		struct igvm_variable_header header;

		if (end - at < HEADER_SIZE)
			refuse("truncated header", at);
		memcpy(&header, loader->file + at, sizeof(header));
		if (header.length != payload_size(header.type) || header.length > end - at - HEADER_SIZE)
			refuse("header length", at);
		if (pass == PASS_DIRECTIVES)
			directive(loader, header.type, loader->file + at + HEADER_SIZE, at);
		else if (header.type == IGVM_VHT_SUPPORTED_PLATFORM)
			platform(loader, loader->file + at + HEADER_SIZE);
		else if (header.type == IGVM_VHT_GUEST_POLICY)
			guest_policy(loader, loader->file + at + HEADER_SIZE);
		at += HEADER_SIZE + ((header.length + 7u) & ~7u);
	}
}

void igvm_load(struct vcpu *vcpu, const uint8_t *file, uint64_t size)
{
	static struct loader loader;
	struct igvm_fixed_header fixed;

	loader = (struct loader){.vcpu = vcpu, .file = file, .size = size};
	if (size < sizeof(fixed))
		refuse("truncated file", 0);
	memcpy(&fixed, file, sizeof(fixed));
	if (fixed.magic != IGVM_MAGIC || fixed.format_version != IGVM_FORMAT_V1 || fixed.total_file_size != size ||
	    fixed.variable_header_offset < sizeof(fixed) || fixed.variable_header_offset > size ||
	    fixed.variable_header_size > size - fixed.variable_header_offset)
		refuse("fixed header", 0);
	if (igvm_checksum(file, &fixed) != fixed.checksum)
		refuse("checksum", 0);
	walk(&loader, &fixed, PASS_PLATFORM);
	if (loader.mask == 0)
		refuse("no SEV-SNP platform", 0);
	launch_start(loader.finish.policy);
	walk(&loader, &fixed, PASS_DIRECTIVES);
	if (!loader.have_vmsa)
		refuse("no VP context", 0);
	launch_finish(vcpu, &loader.finish);
}
