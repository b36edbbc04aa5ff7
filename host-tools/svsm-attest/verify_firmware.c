/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages about what the report says: patch levels, and the relying party's policy for platform and guest. */
#include "verify.h"

#include <inttypes.h>
#include <string.h>

struct tcb_versions {
	struct tcb reported, committed, current, launch;
};

static bool decode(const struct verify *v, struct tcb_versions *out, struct error *error)
{
	const struct snp_report *f = &v->evidence.report.fields;

	if (!tcb_decode(v->product, f->reported_tcb, &out->reported) ||
	    !tcb_decode(v->product, f->committed_tcb, &out->committed) ||
	    !tcb_decode(v->product, f->current_tcb, &out->current) ||
	    !tcb_decode(v->product, f->launch_tcb, &out->launch))
		return error_refuse(error, "a TCB version in the report has bytes that mean nothing on %s",
				    product_name(v->product));
	return true;
}

/* What holds on every machine: REPORTED is at most COMMITTED, which is at most CURRENT; so is the build. */
static bool consistent(const struct snp_report *f, const struct tcb_versions *tcb, bool *provisional,
		       struct error *error)
{
	uint32_t current = (uint32_t)f->current_major << 16 | (uint32_t)f->current_minor << 8 | f->current_build;
	uint32_t committed =
		(uint32_t)f->committed_major << 16 | (uint32_t)f->committed_minor << 8 | f->committed_build;

	if (!tcb_at_least(&tcb->committed, &tcb->reported))
		return error_refuse(error, "REPORTED_TCB is above COMMITTED_TCB, which no firmware reports");
	if (!tcb_at_least(&tcb->current, &tcb->committed) || current < committed)
		return error_refuse(error, "COMMITTED is above CURRENT firmware, which no firmware reports");
	*provisional = current != committed || !tcb_at_least(&tcb->committed, &tcb->current);
	return true;
}

static bool matches(const struct policy_floor *floor, const struct verify *v)
{
	const struct snp_report *f = &v->evidence.report.fields;
	bool has_cpu = f->version >= REPORT_VERSION_WITH_CPUID;

	return floor->product == v->product && (!floor->has_model || (has_cpu && floor->model == f->cpuid_model)) &&
	       (!floor->has_stepping || (has_cpu && floor->stepping == f->cpuid_stepping));
}

static bool above_floor(const struct policy_floor *floor, uint32_t applies_to, const struct tcb_versions *tcb,
			struct error *error)
{
	const struct {
		uint32_t bit;
		const char *name;
		const struct tcb *value;
	} checks[] = {
		{POLICY_TCB_REPORTED, "REPORTED_TCB", &tcb->reported},
		{POLICY_TCB_COMMITTED, "COMMITTED_TCB", &tcb->committed},
		{POLICY_TCB_CURRENT, "CURRENT_TCB", &tcb->current},
		{POLICY_TCB_LAUNCH, "LAUNCH_TCB", &tcb->launch},
	};
	char has[TCB_TEXT_MAX], needs[TCB_TEXT_MAX];

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (!(applies_to & checks[i].bit) || tcb_at_least(checks[i].value, &floor->minimum))
			continue;
		tcb_text(checks[i].value, has);
		tcb_text(&floor->minimum, needs);
		return error_refuse(error, "%s (%s) is below the policy's minimum (%s)", checks[i].name, has, needs);
	}
	return true;
}

enum verify_status verify_tcb(struct verify *v, struct error *text)
{
	char levels[TCB_TEXT_MAX];
	struct tcb_versions tcb;
	bool provisional = false;
	size_t used = 0;

	if (!decode(v, &tcb, text) || !consistent(&v->evidence.report.fields, &tcb, &provisional, text))
		return VERIFY_FAILED;
	if (provisional && !v->policy->allow_provisional)
		return verify_fail(text,
				   "CURRENT firmware is not committed: the host could still go back to an older one");
	for (size_t i = 0; i < v->policy->floor_count; i++) {
		if (!matches(&v->policy->floor[i], v))
			continue;
		if (!above_floor(&v->policy->floor[i], v->policy->floor_applies_to, &tcb, text))
			return VERIFY_FAILED;
		used++;
	}
	if (used == 0 && v->policy->floor_count > 0)
		return verify_fail(text, "the policy has no TCB minimum for this processor (%s)",
				   product_name(v->product));
	tcb_text(&tcb.reported, levels);
	return verify_ok(text, "%s meets %zu of the policy's minimums", levels, used);
}

/* Names of bits in `mask`, separated by commas */
static const char *bit_names(const struct report_bit *names, uint64_t mask, char out[160])
{
	size_t length = 0;

	out[0] = 0;
	for (; names->name; names++) {
		if (!(mask & names->mask))
			continue;
		mask &= ~names->mask;
		length += (size_t)snprintf(out + length, 160 - length, "%s%s", length ? ", " : "", names->name);
		if (length >= 160)
			return out;
	}
	if (mask)
		snprintf(out + length, 160 - length, "%sunknown bits 0x%" PRIx64, length ? ", " : "", mask);
	return out;
}

static bool check_guest_policy(const struct verify *v, struct error *error)
{
	uint64_t bits = v->evidence.report.fields.policy;
	uint64_t loose = bits & REPORT_GUEST_POLICY_LOOSE & ~v->policy->guest_allow;
	uint64_t missing = v->policy->guest_require & ~bits;
	char names[160];

	if (loose)
		return error_refuse(error, "the guest policy allows what the relying party does not: %s",
				    bit_names(report_guest_policy_bits, loose, names));
	if (missing)
		return error_refuse(error, "the guest policy lacks: %s",
				    bit_names(report_guest_policy_bits, missing, names));
	if (v->policy->guest_equals_reference && bits != v->reference->guest_policy)
		return error_refuse(error, "guest policy 0x%" PRIx64 " is not the reference value 0x%" PRIx64, bits,
				    v->reference->guest_policy);
	return true;
}

static bool check_platform(const struct verify *v, struct error *error)
{
	uint64_t bits = v->evidence.report.fields.platform_info, known = 0;
	char names[160];

	for (const struct report_bit *bit = report_platform_info_bits; bit->name; bit++)
		known |= bit->mask;
	if (v->policy->platform_require & ~bits)
		return error_refuse(error, "the platform lacks: %s",
				    bit_names(report_platform_info_bits, v->policy->platform_require & ~bits, names));
	if (v->policy->platform_forbid & bits)
		return error_refuse(error, "the platform has what the policy forbids: %s",
				    bit_names(report_platform_info_bits, v->policy->platform_forbid & bits, names));
	if (bits & ~known && !v->policy->platform_allow_unknown)
		return error_refuse(error, "PLATFORM_INFO has unknown bits 0x%" PRIx64, bits & ~known);
	return true;
}

static bool check_list(const struct policy_digests *list, const uint8_t *value, size_t size, const char *what,
		       struct error *error)
{
	if (!list->asked)
		return true;
	for (size_t i = 0; i < list->count; i++) {
		if (memcmp(list->digest[i], value, size) == 0)
			return true;
	}
	return error_refuse(error, "%s is not among those the policy lists", what);
}

static bool check_launch(const struct verify *v, struct error *error)
{
	const struct snp_report *f = &v->evidence.report.fields;

	if (v->policy->author_keys.asked && !(f->key_info & SNP_KEY_INFO_AUTHOR_KEY_EN))
		return error_refuse(error, "the policy asks for an author key, but the guest was launched without one");
	if (f->guest_svn < v->policy->minimum_guest_svn)
		return error_refuse(error, "GUEST_SVN %u is below the policy's minimum %u", f->guest_svn,
				    v->policy->minimum_guest_svn);
	return check_list(&v->policy->id_keys, f->id_key_digest, sizeof(f->id_key_digest), "ID_KEY_DIGEST", error) &&
	       check_list(&v->policy->author_keys, f->author_key_digest, sizeof(f->author_key_digest),
			  "AUTHOR_KEY_DIGEST", error) &&
	       check_list(&v->policy->host_data, f->host_data, sizeof(f->host_data), "HOST_DATA", error) &&
	       check_list(&v->policy->chip_ids, f->chip_id, sizeof(f->chip_id), "CHIP_ID", error);
}

enum verify_status verify_policy(struct verify *v, struct error *text)
{
	const struct snp_report *f = &v->evidence.report.fields;
	size_t found = 0;

	if (f->vmpl != 0)
		return verify_fail(
			text, "the report is from VMPL %u: only VMPL 0, where the SVSM runs, vouches for its manifest",
			f->vmpl);
	while (found < v->reference->count &&
	       memcmp(v->reference->measurement[found].digest, f->measurement, SNP_DIGEST_SIZE) != 0)
		found++;
	if (found == v->reference->count)
		return verify_fail(text,
				   "the launch measurement is none of the %zu reference values of '%s': another image "
				   "was launched",
				   v->reference->count, v->reference->image);
	if (!(v->policy->products >> v->product & 1))
		return verify_fail(text, "policy '%s' does not accept product %s", v->policy->name,
				   product_name(v->product));
	if (!check_guest_policy(v, text) || !check_launch(v, text) || !check_platform(v, text))
		return VERIFY_FAILED;
	return verify_ok(text, "VMPL 0, image '%s' (%s, %u vCPU%s), guest and platform as policy '%s' wants",
			 v->reference->image, v->reference->measurement[found].profile,
			 v->reference->measurement[found].vcpus, v->reference->measurement[found].vcpus == 1 ? "" : "s",
			 v->policy->name);
}
