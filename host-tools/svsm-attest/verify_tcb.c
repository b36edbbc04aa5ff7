/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage TCB: patch levels, each component by itself. */
#include "verify.h"

#include <string.h>

struct versions {
	struct tcb reported, committed, current, launch;
};

static bool decode(struct verify *v, struct versions *out)
{
	const struct snp_report *f = &v->report.fields;
	const struct {
		const char *name;
		const uint8_t *bytes;
		struct tcb *out;
	} all[] = {
		{"REPORTED_TCB", f->reported_tcb, &out->reported},
		{"COMMITTED_TCB", f->committed_tcb, &out->committed},
		{"CURRENT_TCB", f->current_tcb, &out->current},
		{"LAUNCH_TCB", f->launch_tcb, &out->launch},
	};
	bool ok = true;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ok &= findings_check(&v->findings, CHECK_TCB_FORM, tcb_decode(v->product, all[i].bytes, all[i].out),
				     "%s has bytes that mean nothing on %s", all[i].name, product_name(v->product));
	return ok;
}

/* What holds on every machine: REPORTED is at most COMMITTED, which is at most CURRENT; so is the release. */
static void check_order(struct verify *v, const struct versions *tcb)
{
	const struct snp_report *f = &v->report.fields;

	findings_check(&v->findings, CHECK_TCB_ORDER, tcb_at_least(&tcb->committed, &tcb->reported),
		       "REPORTED_TCB is above COMMITTED_TCB, which no firmware reports");
	findings_check(&v->findings, CHECK_TCB_ORDER,
		       tcb_at_least(&tcb->current, &tcb->committed) &&
			       report_firmware_current(f) >= report_firmware_committed(f),
		       "COMMITTED is above CURRENT firmware, which no firmware reports");
}

static bool applies(const struct floor *floor, const struct verify *v)
{
	const struct snp_report *f = &v->report.fields;
	bool has_cpu = f->version >= REPORT_VERSION_WITH_CPUID;

	if (floor->product != v->product)
		return false;
	if (!has_cpu)
		return !floor->has_family && !floor->has_models && !floor->has_stepping;
	return (!floor->has_family || floor->family == f->cpuid_family) &&
	       (!floor->has_models || (f->cpuid_model >= floor->model_first && f->cpuid_model <= floor->model_last)) &&
	       (!floor->has_stepping || floor->stepping == f->cpuid_stepping);
}

static void check_levels(struct verify *v, const struct floor *floor, const struct versions *tcb)
{
	const struct {
		uint32_t bit;
		const char *name;
		const struct tcb *value;
	} values[] = {
		{POLICY_TCB_REPORTED, "REPORTED_TCB", &tcb->reported},
		{POLICY_TCB_COMMITTED, "COMMITTED_TCB", &tcb->committed},
		{POLICY_TCB_CURRENT, "CURRENT_TCB", &tcb->current},
		{POLICY_TCB_LAUNCH, "LAUNCH_TCB", &tcb->launch},
	};
	/* Without a policy, what AMD's key vouches for */
	uint32_t to = v->policy ? v->policy->floor_applies_to : POLICY_TCB_REPORTED;
	char shortfall[TCB_TEXT_MAX];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!(to & values[i].bit))
			continue;
		tcb_shortfall_text(values[i].value, &floor->minimum, shortfall);
		findings_check(&v->findings, CHECK_TCB_FLOOR, tcb_at_least(values[i].value, &floor->minimum),
			       "%s is below the minimum%s%s: %s", values[i].name, floor->bulletin[0] ? " of " : "",
			       floor->bulletin, shortfall);
	}
}

static void check_floor(struct verify *v, const struct floor *floor, const struct versions *tcb)
{
	const struct snp_report *f = &v->report.fields;

	check_levels(v, floor, tcb);
	findings_check(&v->findings, CHECK_TCB_FLOOR, !(floor->platform_require & ~f->platform_info),
		       "PLATFORM_INFO 0x%llx lacks bits 0x%llx of %s", (unsigned long long)f->platform_info,
		       (unsigned long long)(floor->platform_require & ~f->platform_info), floor->bulletin);
	if (f->version >= REPORT_VERSION_WITH_MITIGATIONS)
		findings_check(&v->findings, CHECK_TCB_FLOOR, !(floor->mitigations & ~f->current_mit_vector),
			       "CURRENT_MIT_VECTOR 0x%llx lacks bits 0x%llx of %s",
			       (unsigned long long)f->current_mit_vector,
			       (unsigned long long)(floor->mitigations & ~f->current_mit_vector), floor->bulletin);
}

static size_t check_floors(struct verify *v, const struct floors *floors, const struct versions *tcb)
{
	size_t used = 0;

	for (size_t i = 0; i < floors->count; i++) {
		if (!applies(&floors->item[i], v))
			continue;
		check_floor(v, &floors->item[i], tcb);
		used++;
	}
	findings_check(&v->findings, CHECK_TCB_FLOOR, used > 0 || floors->count == 0,
		       "there are minimums, but none for this processor (%s, model %02xh): its level cannot be judged",
		       product_name(v->product), v->report.fields.cpuid_model);
	return used;
}

static void check_committed(struct verify *v, const struct versions *tcb)
{
	const struct snp_report *f = &v->report.fields;

	if (!v->policy->allow_provisional)
		findings_check(&v->findings, CHECK_TCB_COMMITTED,
			       report_firmware_current(f) == report_firmware_committed(f) &&
				       tcb_at_least(&tcb->committed, &tcb->current),
			       "CURRENT firmware is not committed: the host could still go back to an older one");
	if (v->policy->minimum_firmware)
		findings_check(&v->findings, CHECK_FIRMWARE_FLOOR,
			       report_firmware_committed(f) >= v->policy->minimum_firmware,
			       "committed firmware %u.%u.%u is below the policy's minimum %u.%u.%u", f->committed_major,
			       f->committed_minor, f->committed_build, v->policy->minimum_firmware >> 16,
			       v->policy->minimum_firmware >> 8 & 255, v->policy->minimum_firmware & 255);
}

void verify_tcb(struct verify *v)
{
	char levels[TCB_TEXT_MAX];
	struct versions tcb;
	size_t used = 0;

	if (!v->has_report || v->product == PRODUCT_UNKNOWN) {
		verify_skip(v, VERIFY_TCB, "no product line whose layout of versions is known");
		return;
	}
	if (!decode(v, &tcb))
		return;
	check_order(v, &tcb);
	if (v->policy) {
		check_committed(v, &tcb);
		used += check_floors(v, &v->policy->floors, &tcb);
	}
	if (v->floors)
		used += check_floors(v, v->floors, &tcb);
	tcb_text(&tcb.reported, levels);
	if (used)
		verify_summary(v, VERIFY_TCB, "%s meets %zu minimum%s", levels, used, used == 1 ? "" : "s");
	else
		verify_summary(v, VERIFY_TCB, "%s, in order; no minimum was asked for", levels);
}
