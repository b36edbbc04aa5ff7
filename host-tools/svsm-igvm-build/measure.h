/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Predicts the launch measurement of an IGVM file as QEMU on KVM launches it: which pages, in which order, with which
 * type, and the VMSA of every vCPU at the end. A file that this loader would refuse, or load differently from what it
 * says, is an error. Source: QEMU backends/igvm.c, target/i386/sev.c; Linux arch/x86/kvm/svm/sev.c.
 */
#ifndef IGVM_BUILD_MEASURE_H
#define IGVM_BUILD_MEASURE_H

#include "abi/snp.h"
#include "error.h"
#include "igvm_parse.h"

#include <stddef.h>
#include <stdint.h>

#define MEASURE_VCPU_MAX 512u
#define MEASURE_CPU_SIGNATURE 0x800f12u /* CPUID 1 EAX of QEMU's EPYC-v4 */

struct measure_options {
	uint32_t vcpus;		/* 1 to MEASURE_VCPU_MAX */
	uint32_t cpu_signature; /* RDX at reset of the vCPUs the file leaves out */
	bool keep_steps;
};

/* One link of the chain. */
struct measure_step {
	uint64_t gpa;
	uint32_t offset; /* of the IGVM header; 0 for a VMSA the file leaves out */
	enum snp_page_type type;
	uint8_t digest[SNP_DIGEST_SIZE]; /* after this step */
};

struct measurement {
	uint64_t guest_policy;
	uint64_t page_steps; /* steps before the first VMSA */
	uint32_t vcpus;
	uint8_t (*digest)[SNP_DIGEST_SIZE]; /* owned; digest[n - 1]: launched with n vCPUs */
	size_t step_count, step_capacity;
	struct measure_step *step; /* owned; only with keep_steps */
};

/* Call measurement_free also after a failure. */
bool measure_qemu_kvm(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		      struct error *error) MUST_CHECK;
void measurement_free(struct measurement *measurement);

const char *measure_type_name(enum snp_page_type type);

#endif
