/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "accept.h"

#include "abi/snp.h"
#include "bit_names.h"
#include "id_block.h"
#include "vmsa_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CR0_PE (1ull << 0)
#define CR0_ET (1ull << 4)
#define CR0_PG (1ull << 31)
#define CR4_PAE (1ull << 5)
#define EFER_LONG (1ull << 8 | 1ull << 10 | 1ull << 11) /* LME, LMA, NXE */
#define SEGMENT_LONG (1u << 9)				/* of the attributes of a code segment */
#define SEGMENT_DPL (3u << 5)
#define SEGMENT_ATTRIBUTES 0xfffu
#define CR0_NW (1ull << 29)
#define CR0_CD (1ull << 30)
#define CR4_MCE (1ull << 6)
#define DR7_RESET 0x400ull

struct check {
	const struct igvm_file *file;
	const struct profile *profile;
	struct findings *findings;
	uint32_t mask;
	bool run_open; /* page data is in front of this header */
	bool policy_seen, vmsa_seen;
	uint32_t contexts;
};

static void add(const struct check *check, enum finding_severity severity, const char *rule, uint64_t offset,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
static void add(const struct check *check, enum finding_severity severity, const char *rule, uint64_t offset,
		const char *format, ...)
{
	char message[sizeof(check->findings->item[0].message)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	findings_add(check->findings, severity, check->profile->name, rule, offset, "%s", message);
}

static void page_data(struct check *check, const struct igvm_record *record)
{
	struct igvm_page_data page;

	igvm_record_read(check->file, record, &page, sizeof(page));
	if (!(page.compatibility_mask & check->mask))
		return;
	check->run_open = true;
	if ((page.flags & IGVM_PAGE_SHARED) && check->profile->shared_measured)
		add(check, FINDING_WARNING, "shared-flag", record->offset,
		    "page 0x%" PRIx64 ": the shared flag is ignored; the page becomes private and is measured",
		    page.gpa);
	if ((page.flags & IGVM_PAGE_2MB) && !check->profile->large_pages)
		add(check, FINDING_ERROR, "page-size", record->offset, "page 0x%" PRIx64 ": 2 MiB pages are not taken",
		    page.gpa);
	if (page.data_type == IGVM_PAGE_DATA_CPUID_XF && !check->profile->cpuid_xf)
		add(check, FINDING_ERROR, "page-type", record->offset, "page 0x%" PRIx64 ": type CPUID_XF is not taken",
		    page.gpa);
}

static void parameter_area(const struct check *check, const struct igvm_record *record)
{
	const struct profile *profile = check->profile;
	struct igvm_parameter_area area;

	igvm_record_read(check->file, record, &area, sizeof(area));
	if (area.file_offset && profile->area_data_ignored)
		add(check, FINDING_WARNING, "area-data", record->offset,
		    "initial data of parameter area %" PRIu32 " is not loaded", area.parameter_area_index);
	if ((profile->area_limit && area.parameter_area_index >= profile->area_limit) ||
	    (profile->area_bytes_limit && area.number_of_bytes > profile->area_bytes_limit))
		add(check, FINDING_ERROR, "area", record->offset,
		    "parameter area %" PRIu32 ", 0x%" PRIx64 " bytes: index must be below %" PRIu32
		    " and size at most 0x%" PRIx64,
		    area.parameter_area_index, area.number_of_bytes, profile->area_limit, profile->area_bytes_limit);
}

static void parameter(const struct check *check, const struct igvm_record *record)
{
	struct igvm_parameter parameter;

	igvm_record_read(check->file, record, &parameter, sizeof(parameter));
	if (record->type == IGVM_VHT_MEMORY_MAP && parameter.byte_offset && check->profile->map_at_zero)
		add(check, FINDING_WARNING, "memory-map-offset", record->offset,
		    "the memory map is written at offset 0 of its area, not at 0x%" PRIx32, parameter.byte_offset);
}

static void parameter_insert(const struct check *check, const struct igvm_record *record)
{
	struct igvm_parameter_insert insert;

	igvm_record_read(check->file, record, &insert, sizeof(insert));
	if (!(insert.compatibility_mask & check->mask))
		return;
	if (check->run_open && check->profile->insert_overtakes)
		add(check, FINDING_WARNING, "insert-order", record->offset,
		    "parameter insert at 0x%" PRIx64
		    " behind page data is measured before the page run in front of it; put inserts first",
		    insert.gpa);
}

static void vmsa_fields(const struct check *check, const struct igvm_record *record, const uint8_t *vmsa)
{
	static const uint8_t loads[] = {[PROFILE_VMSA_QEMU] = VMSA_LOADED_QEMU,
					[PROFILE_VMSA_WIDE] = VMSA_LOADED_WIDE,
					[PROFILE_VMSA_OPENVMM] = VMSA_LOADED_OPENVMM};
	const struct vmsa_field *field;

	if (check->profile->vmsa == PROFILE_VMSA_ALL)
		return;
	for (size_t i = 0; (field = vmsa_field_at(i)); i++) {
		uint16_t at = 0;

		if (field->loaded & loads[check->profile->vmsa])
			continue;
		while (at < field->size && vmsa[field->offset + at] == 0)
			at++;
		if (at < field->size)
			add(check, FINDING_ERROR, "vmsa-fields", record->offset,
			    "VMSA field %s (offset 0x%x) must be 0: it is not loaded", field->name, field->offset);
	}
}

/* A segment reaches KVM as a struct kvm_segment, with 12 bits of attributes; a table as base and a limit of 16 bits. */
static void segments(const struct check *check, const struct igvm_record *record, const struct snp_vmsa *vmsa)
{
	const struct vmsa_segment *const table[] = {&vmsa->gdtr, &vmsa->idtr};
	const struct {
		const char *name;
		const struct vmsa_segment *segment;
	} all[] = {{"ES", &vmsa->es}, {"CS", &vmsa->cs}, {"SS", &vmsa->ss},	{"DS", &vmsa->ds},
		   {"FS", &vmsa->fs}, {"GS", &vmsa->gs}, {"LDTR", &vmsa->ldtr}, {"TR", &vmsa->tr}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].segment->attributes & ~SEGMENT_ATTRIBUTES)
			add(check, FINDING_ERROR, "vmsa-forced", record->offset,
			    "VMSA %s attributes 0x%x: KVM keeps the low 12 bits", all[i].name,
			    all[i].segment->attributes);
	}
	for (size_t i = 0; i < 2; i++) {
		if (table[i]->selector || table[i]->attributes || table[i]->limit > UINT16_MAX)
			add(check, FINDING_ERROR, "vmsa-forced", record->offset,
			    "VMSA %s: KVM keeps base and a limit of 16 bits", i ? "IDTR" : "GDTR");
	}
	if (vmsa->ss.attributes & SEGMENT_DPL)
		add(check, FINDING_ERROR, "vmsa-forced", record->offset,
		    "VMSA SS attributes 0x%x: KVM makes the DPL the CPL, which must be 0", vmsa->ss.attributes);
}

static void entry_state(const struct check *check, const struct igvm_record *record, const struct snp_vmsa *vmsa)
{
	const bool long_mode = (vmsa->cr0 & (CR0_PE | CR0_PG)) == (CR0_PE | CR0_PG) && vmsa->cr3 != 0 &&
			       (vmsa->cr4 & CR4_PAE) && (vmsa->efer & EFER_LONG) == EFER_LONG &&
			       (vmsa->cs.attributes & SEGMENT_LONG) && vmsa->rip != 0;

	if (check->profile->long_mode_entry && !long_mode)
		add(check, FINDING_ERROR, "entry-state", record->offset,
		    "VMSA CR0 0x%" PRIx64 ", CR4 0x%" PRIx64 ", EFER 0x%" PRIx64
		    ": vCPU 0 must start in long mode with paging and NXE",
		    vmsa->cr0, vmsa->cr4, vmsa->efer);
}

static void vmsa_forced(const struct check *check, const struct igvm_record *record, const struct snp_vmsa *vmsa)
{
	const bool kvm = check->profile->vmsa_kvm_bits;

	if (!(vmsa->efer & EFER_SVME))
		add(check, FINDING_ERROR, "vmsa-forced", record->offset, "VMSA EFER 0x%" PRIx64 ": SVME must be set",
		    vmsa->efer);
	if (kvm && !(vmsa->cr4 & CR4_MCE))
		add(check, FINDING_ERROR, "vmsa-forced", record->offset, "VMSA CR4 0x%" PRIx64 ": KVM sets MCE (0x40)",
		    vmsa->cr4);
	if (kvm && (!(vmsa->cr0 & CR0_ET) || (vmsa->cr0 & (CR0_CD | CR0_NW))))
		add(check, FINDING_ERROR, "vmsa-forced", record->offset,
		    "VMSA CR0 0x%" PRIx64 ": KVM sets ET (0x10) and clears CD and NW", vmsa->cr0);
	if (kvm && vmsa->dr7 != 0 && vmsa->dr7 != DR7_RESET)
		add(check, FINDING_ERROR, "vmsa-forced", record->offset, "VMSA DR7 0x%" PRIx64 ": must be 0 or 0x400",
		    vmsa->dr7);
	if (kvm)
		segments(check, record, vmsa);
	if (vmsa->vmpl != 0)
		add(check, FINDING_ERROR, "vmsa-forced", record->offset, "VMSA VMPL %u: a launch starts at VMPL 0",
		    vmsa->vmpl);
	if (check->profile->tr_base_from_ldtr && (vmsa->ldtr.base != 0 || vmsa->tr.base != 0))
		add(check, FINDING_ERROR, "tr-base", record->offset,
		    "VMSA LDTR.base and TR.base must be 0: the one is loaded from the other");
}

static void features(const struct check *check, const struct igvm_record *record, uint64_t value)
{
	const struct profile *profile = check->profile;
	char names[BIT_NAMES_TEXT_SIZE];

	if (!(value & SEV_FEATURE_SNP))
		add(check, FINDING_ERROR, "sev-features", record->offset,
		    "sev_features 0x%" PRIx64 ": snp (bit 0) must be set", value);
	if (value & ~profile->features)
		add(check, FINDING_ERROR, "sev-features", record->offset,
		    "sev_features 0x%" PRIx64 ": %s: not supported", value,
		    bit_names_text(bit_names_sev_features, value & ~profile->features, names));
	else if (value & ~profile->features_plain)
		add(check, FINDING_WARNING, "sev-features", record->offset,
		    "sev_features 0x%" PRIx64 ": %s: not supported by every host", value,
		    bit_names_text(bit_names_sev_features, value & ~profile->features_plain, names));
}

static void vp_context(struct check *check, const struct igvm_record *record)
{
	struct igvm_vp_context context;
	const uint8_t *data;
	struct snp_vmsa vmsa;

	igvm_record_read(check->file, record, &context, sizeof(context));
	if (!(context.compatibility_mask & check->mask))
		return;
	check->vmsa_seen = true;
	if (context.vp_index >= check->profile->vp_limit || check->contexts >= check->profile->vp_limit)
		add(check, FINDING_ERROR, "vp-index", record->offset,
		    "context of vCPU %u: only %" PRIu32 " context, of vCPU 0, is taken", context.vp_index,
		    check->profile->vp_limit);
	check->contexts++;
	if (context.gpa != check->profile->vmsa_gpa)
		add(check, FINDING_ERROR, "vmsa-gpa", record->offset,
		    "VMSA at 0x%" PRIx64 ": it is measured at 0x%" PRIx64, context.gpa, check->profile->vmsa_gpa);
	data = igvm_file_data(check->file, context.file_offset);
	if (!data) {
		add(check, FINDING_ERROR, "vmsa-fields", record->offset, "VMSA without data");
		return;
	}
	memcpy(&vmsa, data, sizeof(vmsa));
	vmsa_fields(check, record, data);
	vmsa_forced(check, record, &vmsa);
	entry_state(check, record, &vmsa);
	features(check, record, vmsa.sev_features);
}

/* Headers that are for one platform only say so in a mask; all others concern every platform. */
static bool concerns(const struct check *check, const struct igvm_record *record)
{
	uint32_t masks[3];

	if (check->profile->refuses_masked)
		return true;
	igvm_record_read(check->file, record, masks, sizeof(masks));
	switch (record->type) {
	case IGVM_VHT_RELOCATABLE_REGION:
	case IGVM_VHT_PAGE_TABLE_RELOCATION:
	case IGVM_VHT_CORIM_DOCUMENT:
	case IGVM_VHT_CORIM_SIGNATURE:
	case IGVM_VHT_CCA_POLICY:
	case IGVM_VHT_VBS_MEASUREMENT:
		return masks[0] & check->mask;
	case IGVM_VHT_ERROR_RANGE:
		return masks[2] & check->mask;
	default:
		return true;
	}
}

static void platform(const struct check *check, const struct igvm_record *record, size_t index)
{
	struct igvm_supported_platform platform;

	igvm_record_read(check->file, record, &platform, sizeof(platform));
	if (index == 0 && check->profile->first_platform_only && platform.platform_type != IGVM_PLATFORM_SEV_SNP)
		add(check, FINDING_ERROR, "platform", record->offset, "the first platform must be SEV-SNP");
	if (platform.platform_type == IGVM_PLATFORM_SEV_SNP && check->profile->vtl_zero &&
	    (platform.highest_vtl || platform.shared_gpa_boundary))
		add(check, FINDING_ERROR, "vtl", record->offset, "highest VTL and shared GPA boundary must be 0");
}

static void guest_policy(struct check *check, const struct igvm_record *record)
{
	struct igvm_guest_policy policy;

	igvm_record_read(check->file, record, &policy, sizeof(policy));
	if (!(policy.compatibility_mask & check->mask))
		return;
	check->policy_seen = true;
	if (!(policy.policy & SNP_POLICY_RESERVED_MBO))
		add(check, FINDING_ERROR, "policy", record->offset,
		    "guest policy 0x%" PRIx64 ": bit 17 must be 1, the AMD-SP refuses it otherwise", policy.policy);
}

/* The AMD-SP refuses an ID block whose signatures are wrong. Its launch digest depends on more than the file. */
static void id_block(const struct check *check, const struct igvm_record *record)
{
	struct id_block *id = malloc(sizeof(*id));
	struct igvm_snp_id_block block;
	struct id_block_verdict verdict;
	struct error error;
	uint64_t policy = 0;

	igvm_record_read(check->file, record, &block, sizeof(block));
	if (!id || !(block.compatibility_mask & check->mask)) {
		free(id);
		return;
	}
	if (check->profile->id_block_ignored)
		add(check, FINDING_WARNING, "id-block", record->offset, "the ID block is not given to the AMD-SP");
	(void)!id_block_policy(check->file, &policy);
	id_block_from_igvm(&block, policy, id);
	if (!id_block_verify(id, &verdict, &error))
		add(check, FINDING_ERROR, "id-block", record->offset, "%s", error.text);
	else if (!verdict.valid)
		add(check, FINDING_ERROR, "id-block", record->offset, "ID block: %s", verdict.reason);
	free(id);
}

static void record_check(struct check *check, size_t index)
{
	const struct igvm_record *record = &check->file->record[index];

	if (!profile_accepts(check->profile, record->type) && concerns(check, record)) {
		add(check, FINDING_ERROR, "header", record->offset, "%s: the loader does not take this header",
		    igvm_type_name(record->type));
		return;
	}
	switch (record->type) {
	case IGVM_VHT_SUPPORTED_PLATFORM:
		platform(check, record, index);
		break;
	case IGVM_VHT_GUEST_POLICY:
		guest_policy(check, record);
		break;
	case IGVM_VHT_PARAMETER_AREA:
		parameter_area(check, record);
		break;
	case IGVM_VHT_PARAMETER_INSERT:
		parameter_insert(check, record);
		break;
	case IGVM_VHT_PAGE_DATA:
		page_data(check, record);
		break;
	case IGVM_VHT_VP_CONTEXT:
		vp_context(check, record);
		break;
	case IGVM_VHT_SNP_ID_BLOCK:
		id_block(check, record);
		break;
	default:
		parameter(check, record);
		break;
	}
}

void accept_check(const struct igvm_file *file, const struct profile *profile, struct findings *findings)
{
	struct check check = {.file = file, .profile = profile, .findings = findings, .mask = igvm_file_snp_mask(file)};

	if (!check.mask) {
		add(&check, FINDING_ERROR, "platform", 0, "no SEV-SNP platform");
		return;
	}
	if (file->fixed.format_version == IGVM_FORMAT_V2 && !profile->version_2)
		add(&check, FINDING_ERROR, "version", 4, "format version 2 is not taken");
	for (size_t i = 0; i < file->record_count; i++)
		record_check(&check, i);
	if (!check.policy_seen)
		add(&check, FINDING_ERROR, "policy", 0, "no guest policy for SEV-SNP");
	if (!check.vmsa_seen)
		add(&check, FINDING_ERROR, "vp-index", 0, "no VP context for SEV-SNP");
}
