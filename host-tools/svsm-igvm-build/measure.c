/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "measure.h"

#include "igvm_rules.h"
#include "vmsa.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct loader {
	const struct igvm_file *file;
	const struct measure_options *options;
	const struct profile *profile;
	struct measurement *out;
	struct error *error;
	struct digest_chain *chain;
	uint32_t mask;
	/* Records [run_first, run_end) of page data are waiting for one that does not continue them (insert_overtakes).
	 */
	size_t run_first, run_end;
	struct igvm_page_data run_last;
	size_t area_count;
	struct igvm_parameter_area area[IGVM_AREA_MAX];
	struct igvm_record context[MEASURE_VCPU_MAX]; /* by VP index; type 0: not in the file */
	struct snp_vmsa vmsa;
};

static bool refuse(struct loader *loader, const struct igvm_record *record, const char *rule)
{
	return error_set(loader->error, ERROR_INVALID, "%s: offset 0x%" PRIx32 ": %s: %s", loader->file->name,
			 record->offset, igvm_type_name(record->type), rule);
}

static bool step(struct loader *loader, enum snp_page_type type, uint64_t gpa, const uint8_t *page, uint32_t offset)
{
	return digest_chain_add(loader->chain, type, gpa, page, offset, loader->error);
}

static enum snp_page_type page_type(const struct loader *loader, const struct igvm_page_data *page)
{
	switch (page->data_type) {
	case IGVM_PAGE_DATA_SECRETS:
		return SNP_PAGE_SECRETS;
	case IGVM_PAGE_DATA_CPUID:
	case IGVM_PAGE_DATA_CPUID_XF:
		return SNP_PAGE_CPUID;
	default:
		if (page->flags & IGVM_PAGE_UNMEASURED)
			return SNP_PAGE_UNMEASURED;
		return page->file_offset ? SNP_PAGE_NORMAL : loader->profile->no_data;
	}
}

/* The AMD-SP sees 4 KiB pages, whatever the header says. */
static bool measure_page(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_page_data page;
	const uint8_t *data;
	uint64_t size;

	igvm_record_read(loader->file, record, &page, sizeof(page));
	data = igvm_file_data(loader->file, page.file_offset);
	size = page.flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;
	for (uint64_t at = 0; at < size; at += SNP_PAGE_SIZE) {
		if (!step(loader, page_type(loader, &page), page.gpa + at, data ? data + at : NULL, record->offset))
			return false;
	}
	return true;
}

static bool flush_run(struct loader *loader)
{
	for (size_t i = loader->run_first; i < loader->run_end; i++) {
		if (!measure_page(loader, &loader->file->record[i]))
			return false;
	}
	loader->run_first = loader->run_end = 0;
	return true;
}

static bool continues(const struct igvm_page_data *last, const struct igvm_page_data *next)
{
	const uint64_t size = last->flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;

	return next->gpa == last->gpa + size && next->flags == last->flags && next->data_type == last->data_type &&
	       next->compatibility_mask == last->compatibility_mask &&
	       (next->file_offset == 0) == (last->file_offset == 0);
}

static bool page_data(struct loader *loader, size_t index)
{
	const struct igvm_record *record = &loader->file->record[index];
	struct igvm_page_data page;

	igvm_record_read(loader->file, record, &page, sizeof(page));
	if (!(page.compatibility_mask & loader->mask))
		return true;
	if ((page.flags & IGVM_PAGE_SHARED) && !loader->profile->shared_measured)
		return true;
	if (!loader->profile->insert_overtakes)
		return measure_page(loader, record);
	if (loader->run_end && (loader->run_end != index || !continues(&loader->run_last, &page))) {
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
	if (context.vp_index >= MEASURE_VCPU_MAX)
		return refuse(loader, record, "VP index is above 511");
	if (loader->context[context.vp_index].type)
		return refuse(loader, record, "a second context for this VP index; which one counts is not defined");
	if (context.file_offset == 0)
		return refuse(loader, record, "a VMSA without data");
	loader->context[context.vp_index] = *record;
	return true;
}

static bool guest_policy(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_guest_policy policy;

	igvm_record_read(loader->file, record, &policy, sizeof(policy));
	if (!(policy.compatibility_mask & loader->mask))
		return true;
	if (loader->out->has_guest_policy)
		return refuse(loader, record, "a second guest policy");
	loader->out->has_guest_policy = true;
	loader->out->guest_policy = policy.policy;
	return true;
}

static bool load(struct loader *loader, size_t index)
{
	const struct igvm_record *record = &loader->file->record[index];

	switch (record->type) {
	case IGVM_VHT_GUEST_POLICY:
		return guest_policy(loader, record);
	case IGVM_VHT_PARAMETER_AREA:
		igvm_record_read(loader->file, record, &loader->area[loader->area_count++], sizeof(loader->area[0]));
		return true;
	case IGVM_VHT_PARAMETER_INSERT:
		return parameter_insert(loader, record);
	case IGVM_VHT_PAGE_DATA:
		return page_data(loader, index);
	case IGVM_VHT_VP_CONTEXT:
		return vp_context(loader, record);
	default:
		return true; /* adds no page */
	}
}

static uint64_t file_vmsa(struct loader *loader, const struct igvm_record *record)
{
	struct igvm_vp_context context;

	igvm_record_read(loader->file, record, &context, sizeof(context));
	memcpy(&loader->vmsa, igvm_file_data(loader->file, context.file_offset), sizeof(loader->vmsa));
	return context.gpa;
}

static bool absent_vmsa(struct loader *loader, uint32_t index)
{
	/* KVM keeps the features for the whole machine; they come with vCPU 0. */
	file_vmsa(loader, &loader->context[0]);
	if (loader->profile->absent_vp == PROFILE_ABSENT_UNKNOWN)
		return error_set(loader->error, ERROR_INVALID,
				 "%s: has no VMSA for vCPU %" PRIu32
				 ", and what is measured for such a vCPU is not known (%s/vp-absent, see 'profiles')",
				 loader->file->name, index, loader->profile->name);
	vmsa_reset(&loader->vmsa, &vmm_qemu, VMSA_RESET_VECTOR, loader->options->cpu_signature,
		   loader->vmsa.sev_features);
	return true;
}

/* KVM adds the VMSA of each vCPU, in order of creation, when the launch is finished. */
static bool finish(struct loader *loader)
{
	struct measurement *out = loader->out;

	for (uint32_t i = loader->options->vcpus; i < MEASURE_VCPU_MAX; i++) {
		if (loader->context[i].type)
			return error_set(loader->error, ERROR_INVALID,
					 "%s: offset 0x%" PRIx32 ": VMSA of vCPU %" PRIu32 ", but only %" PRIu32
					 " at launch; use --vcpus %" PRIu32 " or more",
					 loader->file->name, loader->context[i].offset, i, loader->options->vcpus,
					 i + 1);
	}
	for (uint32_t i = 0; i < loader->options->vcpus; i++) {
		const struct igvm_record *record = &loader->context[i];
		const bool measured = record->type || loader->profile->absent_vp != PROFILE_ABSENT_NOT_MEASURED;

		if (record->type)
			file_vmsa(loader, record);
		else if (measured && !absent_vmsa(loader, i))
			return false;
		if (measured && !step(loader, SNP_PAGE_VMSA, loader->profile->vmsa_gpa, (const uint8_t *)&loader->vmsa,
				      record->offset))
			return false;
		if (!digest_chain_value(loader->chain, out->digest[i], loader->error))
			return false;
	}
	return true;
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
	if (!loader->context[0].type)
		return error_set(loader->error, ERROR_INVALID, "%s: no VP context for vCPU 0", file->name);
	loader->out->page_steps = digest_chain_count(loader->chain);
	if (!finish(loader))
		return false;
	loader->out->step = digest_chain_take_steps(loader->chain, &loader->out->step_count);
	return true;
}

bool measure_igvm(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		  struct error *error)
{
	const struct digest_chain_options chain = {.threads = options->threads,
						   .keep_steps = options->keep_steps,
						   .progress = options->progress ? "measuring" : NULL,
						   .expected_pages = file->size / SNP_PAGE_SIZE};
	struct loader *loader;
	bool ok;

	if (!measurement_init(out, options->vcpus, error))
		return false;
	loader = calloc(1, sizeof(*loader));
	if (!loader)
		return error_no_memory(error);
	loader->file = file;
	loader->options = options;
	loader->profile = options->profile;
	loader->out = out;
	loader->error = error;
	loader->chain = digest_chain_new(&chain, NULL, error);
	ok = loader->chain && run(loader);
	digest_chain_free(loader->chain);
	free(loader);
	return ok;
}

bool measurement_init(struct measurement *measurement, uint32_t vcpus, struct error *error)
{
	memset(measurement, 0, sizeof(*measurement));
	if (vcpus == 0 || vcpus > MEASURE_VCPU_MAX)
		return error_set(error, ERROR_USAGE, "number of vCPUs must be 1 to %u", MEASURE_VCPU_MAX);
	measurement->vcpus = vcpus;
	measurement->digest = calloc(vcpus, sizeof(measurement->digest[0]));
	return measurement->digest || error_no_memory(error);
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
