/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage policy: what the relying party accepts of platform, launch and guest. */
#include "verify.h"

#include <inttypes.h>
#include <string.h>

static void check_guest_policy(struct verify *v)
{
	const struct policy *policy = v->policy;
	uint64_t bits = v->report.fields.policy;
	uint64_t loose = bits & REPORT_GUEST_POLICY_LOOSE & ~policy->guest_allow;
	uint64_t missing = policy->guest_require & ~bits;
	uint32_t abi = (uint32_t)(bits & 0xff) | (uint32_t)(bits >> 8 & 0xff) << 8;
	char names[BIT_NAMES_TEXT_SIZE];

	findings_check(&v->findings, CHECK_GUEST_POLICY_LOOSE, loose == 0,
		       "the guest policy allows what the relying party does not: %s",
		       bit_names_text(bit_names_guest_policy, loose, names));
	findings_check(&v->findings, CHECK_GUEST_POLICY_REQUIRED, missing == 0, "the guest policy lacks: %s",
		       bit_names_text(bit_names_guest_policy, missing, names));
	if (policy->guest_equals_reference && !v->reference)
		findings_check(&v->findings, CHECK_GUEST_POLICY_REFERENCE, false,
			       "policy '%s' wants the guest policy of the reference values: give --reference",
			       policy->name);
	else if (policy->guest_equals_reference)
		findings_check(&v->findings, CHECK_GUEST_POLICY_REFERENCE, bits == v->reference->guest_policy,
			       "guest policy 0x%" PRIx64 " is not the reference value 0x%" PRIx64, bits,
			       v->reference->guest_policy);
	findings_check(&v->findings, CHECK_GUEST_POLICY_ABI, abi >= policy->minimum_abi,
		       "the guest policy's ABI version %u.%u is below the minimum %u.%u", abi >> 8, abi & 255,
		       policy->minimum_abi >> 8, policy->minimum_abi & 255);
}

static void check_platform(struct verify *v)
{
	const struct snp_report *f = &v->report.fields;
	const struct policy *policy = v->policy;
	uint64_t bits = f->platform_info, known = bit_names_all(report_platform_info_bits);
	uint64_t lacks_launch = policy->launch_mitigations & ~f->launch_mit_vector;
	uint64_t lacks_current = policy->current_mitigations & ~f->current_mit_vector;
	char names[BIT_NAMES_TEXT_SIZE];

	findings_check(&v->findings, CHECK_PLATFORM_REQUIRED, !(policy->platform_require & ~bits),
		       "the platform lacks: %s",
		       bit_names_text(report_platform_info_bits, policy->platform_require & ~bits, names));
	findings_check(&v->findings, CHECK_PLATFORM_FORBIDDEN, !(policy->platform_forbid & bits),
		       "the platform has what the policy forbids: %s",
		       bit_names_text(report_platform_info_bits, policy->platform_forbid & bits, names));
	if (!policy->platform_allow_unknown)
		findings_check(&v->findings, CHECK_PLATFORM_UNKNOWN, !(bits & ~known),
			       "PLATFORM_INFO has unknown bits 0x%" PRIx64, bits & ~known);
	/* A report before version 5 has no vectors, so nothing shows that a mitigation is active. */
	findings_check(&v->findings, CHECK_MITIGATIONS, lacks_launch == 0, "LAUNCH_MIT_VECTOR lacks bits 0x%" PRIx64,
		       lacks_launch);
	findings_check(&v->findings, CHECK_MITIGATIONS, lacks_current == 0, "CURRENT_MIT_VECTOR lacks bits 0x%" PRIx64,
		       lacks_current);
}

static void check_list(struct verify *v, enum check check, const struct policy_digests *list, const uint8_t *value,
		       size_t size, const char *what)
{
	if (list->asked)
		findings_check(&v->findings, check, policy_digests_have(list, value, size),
			       "%s is not among those the policy lists", what);
}

static void check_launch(struct verify *v)
{
	const struct snp_report *f = &v->report.fields;
	const struct policy *policy = v->policy;

	if (policy->author_keys.asked)
		findings_check(&v->findings, CHECK_AUTHOR_KEY, f->key_info & SNP_KEY_INFO_AUTHOR_KEY_EN,
			       "the policy asks for an author key, but the guest was launched without one");
	findings_check(&v->findings, CHECK_GUEST_SVN, f->guest_svn >= policy->minimum_guest_svn,
		       "GUEST_SVN %u is below the policy's minimum %u", f->guest_svn, policy->minimum_guest_svn);
	check_list(v, CHECK_FAMILY_ID, &policy->family_ids, f->family_id, sizeof(f->family_id), "FAMILY_ID");
	check_list(v, CHECK_IMAGE_ID, &policy->image_ids, f->image_id, sizeof(f->image_id), "IMAGE_ID");
	check_list(v, CHECK_ID_KEY, &policy->id_keys, f->id_key_digest, sizeof(f->id_key_digest), "ID_KEY_DIGEST");
	check_list(v, CHECK_AUTHOR_KEY, &policy->author_keys, f->author_key_digest, sizeof(f->author_key_digest),
		   "AUTHOR_KEY_DIGEST");
	check_list(v, CHECK_HOST_DATA, &policy->host_data, f->host_data, sizeof(f->host_data), "HOST_DATA");
	check_list(v, CHECK_CHIP_ID, &policy->chip_ids, f->chip_id, sizeof(f->chip_id), "CHIP_ID");
}

/* Index of the reference value; the count when it is none of them */
static size_t find_reference(const struct verify *v)
{
	size_t at = 0;

	while (at < v->reference->count &&
	       memcmp(v->reference->measurement[at].digest, v->report.fields.measurement, SNP_DIGEST_SIZE) != 0)
		at++;
	return at;
}

/* In the policy's list or among the reference values; a policy that wants neither must say so. */
static void check_measurement(struct verify *v, char image[96])
{
	const struct snp_report *f = &v->report.fields;
	bool listed = v->policy && policy_digests_have(&v->policy->measurements, f->measurement, SNP_DIGEST_SIZE);
	size_t at;

	snprintf(image, 96, "any image");
	if (listed)
		snprintf(image, 96, "a measurement the policy lists");
	if (v->reference) {
		at = find_reference(v);
		findings_check(&v->findings, CHECK_MEASUREMENT, listed || at < v->reference->count,
			       "the launch measurement is none of the %zu reference values of '%s': another image "
			       "was launched",
			       v->reference->count, v->reference->image);
		if (!listed && at < v->reference->count)
			snprintf(image, 96, "image '%.40s' (%s, %u vCPU%s)", v->reference->image,
				 v->reference->measurement[at].profile, v->reference->measurement[at].vcpus,
				 v->reference->measurement[at].vcpus == 1 ? "" : "s");
	} else if (v->policy && v->policy->measurements.asked) {
		findings_check(
			&v->findings, CHECK_MEASUREMENT, listed,
			"the launch measurement is not among those the policy lists: another image was launched");
	} else if (v->policy) {
		findings_check(&v->findings, CHECK_MEASUREMENT, v->policy->any_measurement,
			       "nothing says what must be measured: give --reference, or set launch.measurements or "
			       "launch.any_measurement in the policy");
	}
}

/* What the ID block of a signed image, checked by the AMD-SP at launch, makes the report say */
static void check_signed_image(struct verify *v)
{
	const struct snp_report *f = &v->report.fields;
	const struct reference *r = v->reference;
	const struct reference_signed *id = r ? &r->id : NULL;
	bool author = f->key_info & SNP_KEY_INFO_AUTHOR_KEY_EN;

	if (!r || !r->is_signed)
		return;
	findings_check(&v->findings, CHECK_ID_KEY, memcmp(f->id_key_digest, id->id_key_digest, SNP_DIGEST_SIZE) == 0,
		       "ID_KEY_DIGEST is not that of the key that signed image '%s'", r->image);
	findings_check(&v->findings, CHECK_AUTHOR_KEY, author == id->has_author,
		       "the guest was launched %s an author key, image '%s' was signed %s one",
		       author ? "with" : "without", r->image, id->has_author ? "with" : "without");
	findings_check(&v->findings, CHECK_AUTHOR_KEY,
		       memcmp(f->author_key_digest, id->author_key_digest, SNP_DIGEST_SIZE) == 0,
		       "AUTHOR_KEY_DIGEST is not that of the author of image '%s'", r->image);
	findings_check(&v->findings, CHECK_FAMILY_ID, memcmp(f->family_id, id->family_id, sizeof(f->family_id)) == 0,
		       "FAMILY_ID is not that of image '%s'", r->image);
	findings_check(&v->findings, CHECK_IMAGE_ID, memcmp(f->image_id, id->image_id, sizeof(f->image_id)) == 0,
		       "IMAGE_ID is not that of image '%s'", r->image);
	findings_check(&v->findings, CHECK_GUEST_SVN, f->guest_svn >= id->guest_svn,
		       "GUEST_SVN %u is below the %u of image '%s'", f->guest_svn, id->guest_svn, r->image);
}

void verify_policy(struct verify *v)
{
	const struct snp_report *f = &v->report.fields;
	char image[96];

	if (!v->has_report) {
		verify_skip(v, VERIFY_POLICY, "no readable report");
		return;
	}
	findings_check(&v->findings, CHECK_HOST_REQUESTED, f->vmpl != REPORT_VMPL_HOST,
		       "the host asked for this report, not a guest: its data are the host's");
	check_measurement(v, image);
	check_signed_image(v);
	if (!v->policy) {
		if (v->reference)
			verify_summary(v, VERIFY_POLICY, "no policy was applied; %s", image);
		else
			verify_skip(v, VERIFY_POLICY, "no policy was applied");
		return;
	}
	/* Said once: what the host asked for, and levels that do not exist, are refused elsewhere. */
	if (f->vmpl < SNP_VMPL_COUNT)
		findings_check(
			&v->findings, CHECK_VMPL, v->policy->vmpls >> f->vmpl & 1,
			"the report is from VMPL %u, which the policy does not accept; only VMPL 0, where the SVSM "
			"runs, vouches for its manifest",
			f->vmpl);
	findings_check(&v->findings, CHECK_PRODUCT,
		       v->product == PRODUCT_UNKNOWN || (v->policy->products >> v->product & 1),
		       "policy '%s' does not accept product %s", v->policy->name, product_name(v->product));
	/* An unsigned report is refused in stage chain. */
	if (report_signing_key(f) <= SNP_SIGNING_KEY_VLEK)
		findings_check(&v->findings, CHECK_SIGNING_KEY, v->policy->signing_keys >> report_signing_key(f) & 1,
			       "policy '%s' does not accept a report signed with a %s", v->policy->name,
			       report_signing_key(f) == SNP_SIGNING_KEY_VLEK ? "VLEK" : "VCEK");
	check_guest_policy(v);
	check_launch(v);
	check_platform(v);
	verify_summary(v, VERIFY_POLICY, "VMPL %u, %s, guest and platform as policy '%s' wants", f->vmpl, image,
		       v->policy->name);
}
