/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Launch measurement of a bare OVMF image, with or without the hashes of a kernel, per VMM. */
#ifndef IGVM_BUILD_MEASURE_OVMF_H
#define IGVM_BUILD_MEASURE_OVMF_H

#include "measure.h"
#include "ovmf.h"
#include "sev_hashes.h"
#include "vmm.h"

struct measure_ovmf_options {
	const struct vmm *vmm;
	uint32_t vcpus; /* 1 to LAUNCH_VCPU_MAX */
	uint64_t rdx;	/* at reset, of every vCPU */
	uint64_t sev_features;
	uint64_t vmsa_gpa;		       /* from vmm_vmsa_gpa */
	const struct sev_hashes_input *hashes; /* NULL: no kernel */
	const uint8_t *image_digest; /* digest after the image's own pages, to be used instead of them; or NULL */
	bool image_only;	     /* stop after the image's own pages */
	struct digest_sink sink;
	bool progress;
	unsigned threads;
};

/* The RDX that the VMM sets, given the vCPU's CPUID 1 EAX. */
uint64_t measure_ovmf_rdx(const struct vmm *vmm, uint32_t cpu_signature);

/* Call measurement_free also after a failure. */
bool measure_ovmf(const struct ovmf *ovmf, const struct measure_ovmf_options *options, struct measurement *out,
		  struct error *error) MUST_CHECK;

#endif
