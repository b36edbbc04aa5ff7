/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "measure_ovmf.h"

#include "vmsa.h"

#include <stdlib.h>
#include <string.h>

struct launch {
	const struct ovmf *ovmf;
	const struct measure_ovmf_options *options;
	struct digest_chain *chain;
	struct error *error;
	uint8_t hashes[SNP_PAGE_SIZE];
	struct snp_vmsa vmsa;
};

uint64_t measure_ovmf_rdx(const struct vmm *vmm, uint32_t cpu_signature)
{
	return vmm->rdx_is_signature ? cpu_signature : vmm->rdx;
}

static bool image_pages(struct launch *launch)
{
	const struct ovmf *ovmf = launch->ovmf;

	for (size_t at = 0; at < ovmf->size; at += SNP_PAGE_SIZE) {
		if (!digest_chain_add(launch->chain, SNP_PAGE_NORMAL, ovmf->gpa + at, ovmf->bytes + at, at,
				      launch->error))
			return false;
	}
	return true;
}

static enum snp_page_type section_type(const struct launch *launch, const struct ovmf_section *section)
{
	switch (section->type) {
	case OVMF_SECTION_SEC_MEM:
		return launch->options->vmm->sec_mem;
	case OVMF_SECTION_SECRETS:
		return SNP_PAGE_SECRETS;
	case OVMF_SECTION_CPUID:
		return SNP_PAGE_CPUID;
	case OVMF_SECTION_KERNEL_HASHES:
		return launch->options->hashes ? SNP_PAGE_NORMAL : SNP_PAGE_ZERO;
	case OVMF_SECTION_SVSM_CAA:
	default:
		return SNP_PAGE_ZERO;
	}
}

static bool section_pages(struct launch *launch, bool cpuid)
{
	const bool split = launch->options->vmm->cpuid_last;

	for (size_t i = 0; i < launch->ovmf->section_count; i++) {
		const struct ovmf_section *section = &launch->ovmf->section[i];

		if (split && (section->type == OVMF_SECTION_CPUID) != cpuid)
			continue;
		for (uint32_t at = 0; at < section->size; at += SNP_PAGE_SIZE) {
			if (!digest_chain_add(launch->chain, section_type(launch, section), section->gpa + at,
					      launch->hashes, section->offset, launch->error))
				return false;
		}
	}
	return true;
}

static bool has_section(const struct ovmf *ovmf, enum ovmf_section_type type)
{
	for (size_t i = 0; i < ovmf->section_count; i++) {
		if (ovmf->section[i].type == type)
			return true;
	}
	return false;
}

static bool prepare_hashes(struct launch *launch)
{
	const struct ovmf *ovmf = launch->ovmf;

	if (!launch->options->hashes)
		return true;
	if (!has_section(ovmf, OVMF_SECTION_KERNEL_HASHES) || !ovmf->has_hash_table || ovmf->hash_table_gpa == 0)
		return error_set(launch->error, ERROR_INVALID,
				 "%s: has no place for kernel hashes (SEV metadata section type 0x10 and hash table "
				 "entry); use the AmdSev build of OVMF with --kernel",
				 ovmf->name);
	return sev_hashes_page(launch->options->hashes, ovmf->hash_table_gpa % SNP_PAGE_SIZE, launch->hashes,
			       launch->error);
}

static bool vmsas(struct launch *launch, struct measurement *out)
{
	const struct measure_ovmf_options *options = launch->options;
	const struct ovmf *ovmf = launch->ovmf;

	if (options->vcpus > 1 && (!ovmf->has_reset_eip || ovmf->reset_eip == 0))
		return error_set(launch->error, ERROR_INVALID,
				 "%s: has no SEV-ES reset block, which says where vCPUs after the first start; only "
				 "--vcpus 1 can be measured",
				 ovmf->name);
	for (uint32_t i = 0; i < options->vcpus; i++) {
		vmsa_reset(&launch->vmsa, options->vmm, i == 0 ? VMSA_RESET_VECTOR : ovmf->reset_eip, options->rdx,
			   options->sev_features);
		if (!digest_chain_add(launch->chain, SNP_PAGE_VMSA, options->vmsa_gpa, (const uint8_t *)&launch->vmsa,
				      0, launch->error) ||
		    !digest_chain_value(launch->chain, out->digest[i], launch->error))
			return false;
	}
	return true;
}

static bool run(struct launch *launch, struct measurement *out)
{
	if (!prepare_hashes(launch) || (!launch->options->image_digest && !image_pages(launch)))
		return false;
	if (launch->options->image_only) {
		out->page_steps = digest_chain_count(launch->chain);
		return digest_chain_value(launch->chain, out->digest[0], launch->error);
	}
	if (!section_pages(launch, false) || (launch->options->vmm->cpuid_last && !section_pages(launch, true)))
		return false;
	out->page_steps = digest_chain_count(launch->chain);
	return vmsas(launch, out);
}

bool measure_ovmf(const struct ovmf *ovmf, const struct measure_ovmf_options *options, struct measurement *out,
		  struct error *error)
{
	const struct digest_chain_options chain = {.threads = options->threads,
						   .sink = options->sink,
						   .progress = options->progress ? "measuring" : NULL,
						   .expected_pages = ovmf->size / SNP_PAGE_SIZE};
	struct launch *launch;
	bool ok;

	if (!measurement_init(out, options->vcpus, error))
		return false;
	launch = calloc(1, sizeof(*launch));
	if (!launch)
		return error_no_memory(error);
	launch->ovmf = ovmf;
	launch->options = options;
	launch->error = error;
	launch->chain = digest_chain_new(&chain, options->image_digest, error);
	ok = launch->chain && run(launch, out);
	digest_chain_free(launch->chain);
	free(launch);
	return ok;
}
