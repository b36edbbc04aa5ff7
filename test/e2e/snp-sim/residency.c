/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "residency.h"

#include "cpu.h"
#include "report.h"
#include "vcpu.h"

#define KINDS 32u

struct kind {
	uint64_t rax, calls, total, longest;
	uint32_t longest_on; /* APIC id */
};

bool residency_log_calls;
uint64_t residency_tsc_khz;

static struct kind kinds[KINDS];
static unsigned int kind_count;

static struct kind *find(uint64_t rax)
{
	for (unsigned int i = 0; i < kind_count; i++) {
		if (kinds[i].rax == rax)
			return &kinds[i];
	}
	/* A guest may invent calls: the last entry takes what does not fit */
	if (kind_count < KINDS)
		kinds[kind_count++].rax = rax;
	return &kinds[kind_count - 1];
}

static uint64_t microseconds(uint64_t ticks)
{
	return ticks * 1000 / residency_tsc_khz;
}

void residency_start(struct vcpu *vcpu, uint64_t rax)
{
	vcpu->call = rax;
	vcpu->call_start = cpu_tsc();
}

void residency_end(struct vcpu *vcpu, uint64_t rax, uint64_t rcx)
{
	uint64_t ticks = cpu_tsc() - vcpu->call_start;
	struct kind *kind;

	if (vcpu->call_start == 0)
		return; /* the first entry into the guest */
	vcpu->call_start = 0;
	kind = find(vcpu->call);
	kind->calls++;
	kind->total += ticks;
	if (ticks > kind->longest) {
		kind->longest = ticks;
		kind->longest_on = vcpu->apic_id;
	}
	if (residency_log_calls)
		report_log("snp-sim: call cpu %u protocol %u call %u: %lu us, result %lx rcx %lx\n", vcpu->apic_id,
			   (uint32_t)(vcpu->call >> 32), (uint32_t)vcpu->call, microseconds(ticks), rax, rcx);
}

void residency_report(void)
{
	const struct kind *worst = 0;

	for (unsigned int i = 0; i < kind_count; i++) {
		const struct kind *kind = &kinds[i];

		report_log("snp-sim: residency protocol %u call %u: %lu calls, mean %lu us, longest %lu us\n",
			   (uint32_t)(kind->rax >> 32), (uint32_t)kind->rax, kind->calls,
			   microseconds(kind->total / kind->calls), microseconds(kind->longest));
		if (worst == 0 || kind->longest > worst->longest)
			worst = kind;
	}
	if (worst != 0)
		report_log("snp-sim: longest residency %lu us: protocol %u call %u on cpu %u\n",
			   microseconds(worst->longest), (uint32_t)(worst->rax >> 32), (uint32_t)worst->rax,
			   worst->longest_on);
}
