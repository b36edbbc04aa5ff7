/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "measure.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct digest_chain *chain, const struct launch_page *page, struct error *error)
{
	return digest_chain_add(chain, page->type, page->gpa, page->bytes, page->offset, error);
}

/* KVM adds the VMSA of each vCPU, in order of creation, when the launch is finished. */
static bool run(const struct launch_order *order, struct digest_chain *chain, struct measurement *out,
		struct error *error)
{
	struct launch_cursor cursor = {.order = order};
	struct launch_page page;

	while (launch_cursor_next(&cursor, &page)) {
		if (!add(chain, &page, error))
			return false;
	}
	out->page_steps = digest_chain_count(chain);
	for (uint32_t i = 0; i < order->vcpus; i++) {
		if (launch_order_vmsa(order, i, &page) && !add(chain, &page, error))
			return false;
		if (!digest_chain_value(chain, out->digest[i], error))
			return false;
	}
	return true;
}

bool measure_order(const struct launch_order *order, const struct measure_options *options, struct measurement *out,
		   struct error *error)
{
	const struct digest_chain_options settings = {.threads = options->threads,
						      .sink = options->sink,
						      .progress = options->progress ? "measuring" : NULL,
						      .expected_pages = order->file->size / SNP_PAGE_SIZE};
	struct digest_chain *chain;
	bool ok;

	if (!measurement_init(out, order->vcpus, error))
		return false;
	out->has_guest_policy = order->has_guest_policy;
	out->guest_policy = order->guest_policy;
	chain = digest_chain_new(&settings, NULL, error);
	ok = chain && run(order, chain, out, error);
	digest_chain_free(chain);
	return ok;
}

bool measure_igvm(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		  struct error *error)
{
	struct launch_order *order = malloc(sizeof(*order));
	bool ok;

	memset(out, 0, sizeof(*out));
	if (!order)
		return error_no_memory(error);
	ok = launch_order_make(file, options->profile, options->vcpus, options->cpu_signature, order, error) &&
	     measure_order(order, options, out, error);
	launch_order_free(order);
	free(order);
	return ok;
}

bool measurement_init(struct measurement *measurement, uint32_t vcpus, struct error *error)
{
	memset(measurement, 0, sizeof(*measurement));
	if (vcpus == 0 || vcpus > LAUNCH_VCPU_MAX)
		return error_set(error, ERROR_USAGE, "number of vCPUs must be 1 to %u", LAUNCH_VCPU_MAX);
	measurement->vcpus = vcpus;
	measurement->digest = calloc(vcpus, sizeof(measurement->digest[0]));
	return measurement->digest || error_no_memory(error);
}

void measurement_free(struct measurement *measurement)
{
	free(measurement->digest);
	memset(measurement, 0, sizeof(*measurement));
}

const char *measure_type_name(enum snp_page_type type)
{
	static const char *const names[] = {"?", "NORMAL", "VMSA", "ZERO", "UNMEASURED", "SECRETS", "CPUID"};

	return names[type];
}
