/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Predicts the launch measurement of an IGVM file under a loader's profile, over the pages of launch_order.h. Whether
 * the loader would take the file at all is accept.h's question.
 */
#ifndef IGVM_BUILD_MEASURE_H
#define IGVM_BUILD_MEASURE_H

#include "abi/snp.h"
#include "digest_chain.h"
#include "error.h"
#include "igvm_parse.h"
#include "launch_order.h"
#include "profile.h"

#include <stddef.h>
#include <stdint.h>

struct measure_options {
	const struct profile *profile;
	uint32_t vcpus;		/* 1 to LAUNCH_VCPU_MAX */
	uint32_t cpu_signature; /* CPUID 1 EAX: RDX at reset of the vCPUs the file leaves out */
	struct digest_sink sink;
	bool progress;
	unsigned threads; /* 0: all processors */
};

struct measurement {
	uint64_t guest_policy;
	bool has_guest_policy;
	uint64_t page_steps; /* steps before the first VMSA */
	uint32_t vcpus;
	uint8_t (*digest)[SNP_DIGEST_SIZE]; /* owned; digest[n - 1]: launched with n vCPUs */
};

/* Call measurement_free also after a failure. */
bool measure_igvm(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		  struct error *error) MUST_CHECK;
/* The same for an order that is there already; of the options only sink, progress and threads count. */
bool measure_order(const struct launch_order *order, const struct measure_options *options, struct measurement *out,
		   struct error *error) MUST_CHECK;
/* Room for the digests of `vcpus` vCPUs, all else zero; for the functions that measure. */
bool measurement_init(struct measurement *measurement, uint32_t vcpus, struct error *error) MUST_CHECK;
void measurement_free(struct measurement *measurement);

const char *measure_type_name(enum snp_page_type type);

#endif
