/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "measure.h"

#include "igvm_rules.h"
#include "launch_digest.h"
#include "vmsa.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loader {
	const struct igvm_file *file;
	const struct measure_options *options;
	struct measurement *out;
	struct error *error;
	uint32_t mask;
	bool policy_seen;
	/* QEMU collects page data with consecutive addresses and equal attributes, and hands a run to KVM only when the
	 * next page does not continue it: records [run_first, run_end) are waiting. */
	size_t run_first, run_end;
	struct igvm_page_data run_last;
	size_t area_count;
	struct igvm_parameter_area area[IGVM_AREA_MAX];
	struct igvm_record context[MEASURE_VCPU_MAX]; /* by VP index; type 0: not in the file */
	struct launch_digest digest;
};

static bool refuse(struct loader *loader, const struct igvm_record *record, const char *rule)
{
	return error_set(loader->error, ERROR_INVALID, "%s: offset 0x%" PRIx32 ": %s: %s", loader->file->name,
			 record->offset, igvm_type_name(record->type), rule);
}

static bool step(struct loader *loader, enum snp_page_type type, uint64_t gpa, const uint8_t *page, uint32_t offset)
{
	struct measurement *out = loader->out;
	struct measure_step *next;

	if (!launch_digest_extend(&loader->digest, type, gpa, page))
		return error_set(loader->error, ERROR_IO, "OpenSSL failed to hash");
	if (type != SNP_PAGE_VMSA)
		out->page_steps++;
	if (!loader->options->keep_steps)
		return true;
	if (out->step_count == out->step_capacity) {
		size_t capacity = out->step_capacity ? out->step_capacity * 2 : 1024;
		struct measure_step *larger = reallocarray(out->step, capacity, sizeof(*larger));

		if (!larger)
			return error_no_memory(loader->error);
		out->step = larger;
		out->step_capacity = capacity;
	}
	next = &out->step[out->step_count++];
	next->gpa = gpa;
	next->offset = offset;
	next->type = type;
	memcpy(next->digest, loader->digest.value, sizeof(next->digest));
	return true;
}

static enum snp_page_type page_type(const struct igvm_page_data *page)
{
	switch (page->data_type) {
	case IGVM_PAGE_DATA_SECRETS:
		return SNP_PAGE_SECRETS;
	case IGVM_PAGE_DATA_CPUID:
	case IGVM_PAGE_DATA_CPUID_XF:
		return SNP_PAGE_CPUID;
	default:
		/* A page without data too: QEMU gives KVM's type ZERO no use, it loads zeros as NORMAL. */
		return page->flags & IGVM_PAGE_UNMEASURED ? SNP_PAGE_UNMEASURED : SNP_PAGE_NORMAL;
	}
}

static bool flush_run(struct loader *loader)
{
	static const uint8_t zeros[SNP_PAGE_SIZE];

	for (size_t i = loader->run_first; i < loader->run_end; i++) {
		const struct igvm_record *record = &loader->file->record[i];
		struct igvm_page_data page;
		const uint8_t *data;

		igvm_record_read(loader->file, record, &page, sizeof(page));
		data = igvm_file_data(loader->file, page.file_offset);
		if (!step(loader, page_type(&page), page.gpa, data ? data : zeros, record->offset))
			return false;
	}
	loader->run_first = loader->run_end = 0;
	return true;
}

static bool page_data(struct loader *loader, size_t index)
{
	const struct igvm_record *record = &loader->file->record[index];
	const struct igvm_page_data *last = &loader->run_last;
	struct igvm_page_data page;

	igvm_record_read(loader->file, record, &page, sizeof(page));
	if (!(page.compatibility_mask & loader->mask))
		return true;
	if (page.flags & IGVM_PAGE_2MB)
		return refuse(loader, record, "2 MiB pages have no agreed measurement in QEMU; use 4 KiB pages");
	if (page.flags & IGVM_PAGE_SHARED)
		return refuse(loader, record, "QEMU ignores the shared flag and measures the page");
	if (loader->run_end &&
	    (loader->run_end != index || page.gpa != last->gpa + SNP_PAGE_SIZE || page.flags != last->flags ||
	     page.data_type != last->data_type || page.compatibility_mask != last->compatibility_mask ||
	     (page.file_offset == 0) != (last->file_offset == 0))) {
		if (!flush_run(loader))
			return false;
	}
	if (!loader->run_end)
		loader->run_first = index;
	loader->run_end = index + 1;
	loader->run_last = page;
	return true;
}

static bool parameter_insert(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_parameter_insert insert;

	igvm_record_read(loader->file, record, &insert, sizeof(insert));
	if (!(insert.compatibility_mask & loader->mask))
		return true;
	for (size_t i = 0; i < loader->area_count; i++) {
		const struct igvm_parameter_area *area = &loader->area[i];

		if (area->parameter_area_index != insert.parameter_area_index)
			continue;
		for (uint64_t at = 0; at < area->number_of_bytes; at += SNP_PAGE_SIZE) {
			if (!step(loader, SNP_PAGE_UNMEASURED, insert.gpa + at, NULL, record->offset))
				return false;
		}
		return true;
	}
	return refuse(loader, record, "parameter area is not declared before");
}

static bool vp_context(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_vp_context context;

	igvm_record_read(loader->file, record, &context, sizeof(context));
	if (!(context.compatibility_mask & loader->mask))
		return true;
	if (context.gpa != IGVM_SNP_VMSA_GPA_KVM)
		return refuse(loader, record, "KVM measures every VMSA at 0xfffffffff000; no other address works");
	if (context.vp_index >= loader->options->vcpus)
		return refuse(loader, record, "VP index is not below the number of vCPUs");
	if (loader->context[context.vp_index].type)
		return refuse(loader, record, "a second context for this VP index");
	loader->context[context.vp_index] = *record;
	return true;
}

static bool guest_policy(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_guest_policy policy;

	igvm_record_read(loader->file, record, &policy, sizeof(policy));
	if (!(policy.compatibility_mask & loader->mask))
		return true;
	if (loader->policy_seen)
		return refuse(loader, record, "a second guest policy");
	loader->policy_seen = true;
	loader->out->guest_policy = policy.policy;
	return true;
}

static bool parameter(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_parameter parameter;

	igvm_record_read(loader->file, record, &parameter, sizeof(parameter));
	if (parameter.byte_offset != 0 && record->type == IGVM_VHT_MEMORY_MAP)
		return refuse(loader, record, "QEMU writes the memory map at offset 0 of its area whatever this says");
	return true;
}

static bool load(struct loader *loader, size_t index)
{
	const struct igvm_record *record = &loader->file->record[index];

	switch (record->type) {
	case IGVM_VHT_SUPPORTED_PLATFORM:
	case IGVM_VHT_REQUIRED_MEMORY: /* memory, but no page for the AMD-SP */
	case IGVM_VHT_SNP_ID_BLOCK:    /* goes to LAUNCH_FINISH */
		return true;
	case IGVM_VHT_GUEST_POLICY:
		return guest_policy(loader, record);
	case IGVM_VHT_PARAMETER_AREA:
		igvm_record_read(loader->file, record, &loader->area[loader->area_count++], sizeof(loader->area[0]));
		return true;
	case IGVM_VHT_VP_COUNT:
	case IGVM_VHT_MADT:
	case IGVM_VHT_MEMORY_MAP:
	case IGVM_VHT_ENVIRONMENT_INFO:
		return parameter(loader, record);
	case IGVM_VHT_PARAMETER_INSERT:
		return parameter_insert(loader, record);
	case IGVM_VHT_PAGE_DATA:
		return page_data(loader, index);
	case IGVM_VHT_VP_CONTEXT:
		return vp_context(loader, record);
	default:
		return refuse(loader, record, "QEMU's loader does not know this header and stops at it");
	}
}

static bool file_vmsa(struct loader *loader, const struct igvm_record *record, struct snp_vmsa *vmsa)
{
	struct igvm_vp_context context;
	const uint8_t *data;
	char where[200];

	igvm_record_read(loader->file, record, &context, sizeof(context));
	data = igvm_file_data(loader->file, context.file_offset);
	if (!data)
		return refuse(loader, record, "a VMSA without data");
	memcpy(vmsa, data, sizeof(*vmsa));
	snprintf(where, sizeof(where), "%s: offset 0x%" PRIx32, loader->file->name, record->offset);
	return vmsa_check_qemu_kvm(vmsa, where, loader->error);
}

/* KVM adds the VMSA of each vCPU, in order of creation, when the launch is finished. */
static bool finish(struct loader *loader)
{
	struct measurement *out = loader->out;
	struct snp_vmsa *vmsa = malloc(sizeof(*vmsa));
	bool ok = vmsa || error_no_memory(loader->error);

	for (uint32_t i = 0; ok && i < loader->options->vcpus; i++) {
		const struct igvm_record *record = &loader->context[i];

		if (record->type)
			ok = file_vmsa(loader, record, vmsa);
		else
			vmsa_qemu_reset(vmsa, loader->options->cpu_signature, SEV_FEATURE_SNP);
		ok = ok && step(loader, SNP_PAGE_VMSA, IGVM_SNP_VMSA_GPA_KVM, (const uint8_t *)vmsa, record->offset);
		if (ok)
			memcpy(out->digest[i], loader->digest.value, SNP_DIGEST_SIZE);
	}
	free(vmsa);
	return ok;
}

static bool run(struct loader *loader)
{
	const struct igvm_file *file = loader->file;

	loader->mask = igvm_file_snp_mask(file);
	if (!loader->mask)
		return error_set(loader->error, ERROR_INVALID, "%s: no SEV-SNP platform", file->name);
	for (size_t i = 0; i < file->record_count; i++) {
		if (!load(loader, i))
			return false;
	}
	if (!flush_run(loader))
		return false;
	if (!loader->policy_seen)
		return error_set(loader->error, ERROR_INVALID, "%s: no guest policy for SEV-SNP", file->name);
	if (!loader->context[0].type)
		return error_set(loader->error, ERROR_INVALID, "%s: no VP context for vCPU 0", file->name);
	return finish(loader);
}

bool measure_qemu_kvm(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		      struct error *error)
{
	struct loader *loader;
	bool ok;

	memset(out, 0, sizeof(*out));
	if (options->vcpus == 0 || options->vcpus > MEASURE_VCPU_MAX)
		return error_set(error, ERROR_USAGE, "number of vCPUs must be 1 to %u", MEASURE_VCPU_MAX);
	out->vcpus = options->vcpus;
	out->digest = calloc(options->vcpus, sizeof(out->digest[0]));
	loader = calloc(1, sizeof(*loader));
	if (!loader || !out->digest) {
		free(loader);
		return error_no_memory(error);
	}
	loader->file = file;
	loader->options = options;
	loader->out = out;
	loader->error = error;
	if (launch_digest_init(&loader->digest)) {
		ok = run(loader);
		launch_digest_cleanup(&loader->digest);
	} else {
		ok = error_set(error, ERROR_IO, "OpenSSL has no SHA-384");
	}
	free(loader);
	return ok;
}

void measurement_free(struct measurement *measurement)
{
	free(measurement->digest);
	free(measurement->step);
	memset(measurement, 0, sizeof(*measurement));
}

const char *measure_type_name(enum snp_page_type type)
{
	static const char *const names[] = {"?", "NORMAL", "VMSA", "ZERO", "UNMEASURED", "SECRETS", "CPUID"};

	return names[type];
}
