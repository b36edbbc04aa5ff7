/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The pages of an IGVM file as a loader's profile gives them to the AMD-SP: which, in which order, with which type, and
 * the VMSA of every vCPU at the end. Nothing is hashed here. Memory grows by 4 bytes for each header of the file.
 */
#ifndef IGVM_BUILD_LAUNCH_ORDER_H
#define IGVM_BUILD_LAUNCH_ORDER_H

#include "abi/snp.h"
#include "error.h"
#include "igvm_parse.h"
#include "igvm_rules.h"
#include "profile.h"

#include <stddef.h>
#include <stdint.h>

#define LAUNCH_VCPU_MAX 512u

struct launch_order {
	const struct igvm_file *file;
	const struct profile *profile;
	uint32_t vcpus;
	uint32_t mask; /* of the SEV-SNP platform */
	bool has_guest_policy;
	uint64_t guest_policy;
	size_t count;
	uint32_t *record; /* owned; numbers of the headers that place pages, as they are launched */
	size_t area_count;
	struct igvm_parameter_area area[IGVM_AREA_MAX];
	struct igvm_record context[LAUNCH_VCPU_MAX]; /* by VP index; type 0: not in the file */
	struct snp_vmsa reset;			     /* of the vCPUs the file leaves out */
};

/* One SNP_LAUNCH_UPDATE of 4 KiB. */
struct launch_page {
	uint64_t gpa;
	const uint8_t *bytes; /* in the file, also where they are not measured; NULL: zeros, or filled at launch */
	uint32_t offset;      /* of the header it comes from; 0: not from the file */
	enum snp_page_type type;
};

/*
 * `file` must stay while `out` is used. `cpu_signature`: CPUID 1 EAX of the vCPUs that the file leaves out. False and
 * `error`: the order is not defined, or not known. Call launch_order_free also after that.
 */
bool launch_order_make(const struct igvm_file *file, const struct profile *profile, uint32_t vcpus,
		       uint32_t cpu_signature, struct launch_order *out, struct error *error) MUST_CHECK;
void launch_order_free(struct launch_order *order);

/* How many vCPUs the file has contexts for, at least 1. */
uint32_t launch_order_contexts(const struct igvm_file *file);

/* Walks over the pages, not the VMSAs. Start with .order set and all else zero. */
struct launch_cursor {
	const struct launch_order *order;
	const uint32_t *record; /* another order of order->record, NULL: that one */
	size_t next;
	struct launch_page page;
	uint64_t left; /* pages of this header behind `page` */
};

/* False: that was the last. */
bool launch_cursor_next(struct launch_cursor *cursor, struct launch_page *page);

/* A copy of order->record by ascending address; the caller frees it. NULL: no memory. */
uint32_t *launch_order_by_gpa(const struct launch_order *order) MUST_CHECK;

/* The VMSA of a vCPU below order->vcpus. False: this loader measures none for it. */
bool launch_order_vmsa(const struct launch_order *order, uint32_t vcpu, struct launch_page *page);
/* The 4096 bytes of the VMSA that the file has for this vCPU; NULL: none. */
const uint8_t *launch_order_context(const struct launch_order *order, uint32_t vcpu);

#endif
