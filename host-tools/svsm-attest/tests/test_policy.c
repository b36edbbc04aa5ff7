/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages TCB and policy: one change of a report's field, or of what the policy wants, for each check. */
#include "fixture.h"

#include <string.h>

#define TCB 15
#define POLICY 16

#define REPORT_CHANGE(name, statement)                                                                                 \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		struct snp_report *r = &scene->report;                                                                 \
		struct policy *p = &scene->policy;                                                                     \
                                                                                                                       \
		(void)p;                                                                                               \
		(void)r;                                                                                               \
		fixture_list_values(scene);                                                                            \
		statement;                                                                                             \
	}

/* Stage TCB */
REPORT_CHANGE(nothing, )
REPORT_CHANGE(committed_reserved, r->committed_tcb[2] = 1)
REPORT_CHANGE(current_reserved, r->current_tcb[3] = 1)
REPORT_CHANGE(launch_reserved, r->launch_tcb[4] = 1)
REPORT_CHANGE(reported_above, p->floors.count = 0; r->committed_tcb[6]--; r->launch_tcb[6]--;
	      p->allow_provisional = true)
REPORT_CHANGE(committed_above, p->allow_provisional = true; p->floors.count = 0; r->current_tcb[7]--)
REPORT_CHANGE(release_above, p->allow_provisional = true; r->committed_minor++)
REPORT_CHANGE(build_uncommitted, r->current_build++)
REPORT_CHANGE(minor_uncommitted, r->current_minor++)
REPORT_CHANGE(major_uncommitted, r->current_major++)
REPORT_CHANGE(level_uncommitted, r->current_tcb[6]++)
REPORT_CHANGE(allowed_provisional, r->current_tcb[6]++; r->current_build++; p->allow_provisional = true)
REPORT_CHANGE(launch_bootloader, r->launch_tcb[0]--)
REPORT_CHANGE(launch_snp, r->launch_tcb[6]--)
REPORT_CHANGE(launch_microcode, r->launch_tcb[7]--)
REPORT_CHANGE(launch_not_asked, r->launch_tcb[6]--; p->floor_applies_to = POLICY_TCB_REPORTED)
REPORT_CHANGE(floor_higher, p->floors.item[0].minimum.snp++)
REPORT_CHANGE(floor_tee, p->floors.item[0].minimum.tee = 1)
REPORT_CHANGE(floor_of_other_product, p->floors.item[0].product = PRODUCT_GENOA)
REPORT_CHANGE(floor_of_other_model, p->floors.item[0].has_models = true)
REPORT_CHANGE(floor_of_other_family, p->floors.item[0].has_family = true)
REPORT_CHANGE(floor_of_other_stepping, p->floors.item[0].has_stepping = true)
REPORT_CHANGE(floor_of_models, p->floors.item[0].has_models = true; p->floors.item[0].model_last = 1)
REPORT_CHANGE(floor_platform, p->floors.item[0].platform_require = 1u << 7)
REPORT_CHANGE(firmware_old, p->minimum_firmware = 0x01371e)
REPORT_CHANGE(firmware_enough, p->minimum_firmware = 0x01371d)

static void version_5(struct scene *scene)
{
	fixture_list_values(scene);
	scene->report.version = 5;
	scene->report.launch_mit_vector = 6;
	scene->report.current_mit_vector = 7;
}

static void floor_mitigation(struct scene *scene)
{
	version_5(scene);
	scene->policy.floors.item[0].mitigations = 8;
}

/* Stage policy */
REPORT_CHANGE(vmpl_1, r->vmpl = 1)
REPORT_CHANGE(vmpl_3, r->vmpl = 3)
REPORT_CHANGE(vmpl_without_policy, r->vmpl = 1; scene->no_policy = true)
REPORT_CHANGE(vmpl_host, r->vmpl = REPORT_VMPL_HOST)
REPORT_CHANGE(other_measurement, r->measurement[0] ^= 1)
REPORT_CHANGE(measurement_end, r->measurement[47] ^= 1)
REPORT_CHANGE(product_not_taken, p->products = 1u << PRODUCT_GENOA)
REPORT_CHANGE(vcek_not_taken, p->signing_keys = 1u << SNP_SIGNING_KEY_VLEK)
REPORT_CHANGE(debug, r->policy |= SNP_POLICY_DEBUG; p->guest_equals_reference = false)
REPORT_CHANGE(migrate, r->policy |= SNP_POLICY_MIGRATE_MA; p->guest_equals_reference = false)
REPORT_CHANGE(cxl, r->policy |= 1ull << 21; p->guest_equals_reference = false)
REPORT_CHANGE(smt_refused, p->guest_allow = 0)
REPORT_CHANGE(restriction, p->guest_require = SNP_POLICY_SINGLE_SOCKET)
REPORT_CHANGE(not_reference, r->policy |= SNP_POLICY_SINGLE_SOCKET)
REPORT_CHANGE(abi_old, p->minimum_abi = 1)
REPORT_CHANGE(svn_old, p->minimum_guest_svn = 1)
REPORT_CHANGE(other_id_key, r->id_key_digest[0] ^= 1)
REPORT_CHANGE(other_author_key, r->author_key_digest[0] ^= 1)
REPORT_CHANGE(no_author_key, r->key_info &= ~SNP_KEY_INFO_AUTHOR_KEY_EN)
REPORT_CHANGE(other_host_data, r->host_data[31] ^= 1)
REPORT_CHANGE(other_family, r->family_id[0] ^= 1)
REPORT_CHANGE(other_image, r->image_id[15] ^= 1)
REPORT_CHANGE(other_chip_wanted, p->chip_ids.digest[0][5] ^= 1)
REPORT_CHANGE(no_ecc, r->platform_info &= ~4ull)
REPORT_CHANGE(no_alias_check, r->platform_info &= ~0x20ull)
REPORT_CHANGE(smt_forbidden, p->platform_forbid = 1)
REPORT_CHANGE(unknown_bit, r->platform_info |= 1ull << 40)
REPORT_CHANGE(unknown_bit_taken, r->platform_info |= 1ull << 40; p->platform_allow_unknown = true)
REPORT_CHANGE(vectors_absent, p->current_mitigations = 2)

static void launch_vector(struct scene *scene)
{
	version_5(scene);
	scene->policy.launch_mitigations = 1;
}

static void current_vector(struct scene *scene)
{
	version_5(scene);
	scene->policy.current_mitigations = 8;
}

static void vectors_hold(struct scene *scene)
{
	version_5(scene);
	scene->policy.launch_mitigations = 6;
	scene->policy.current_mitigations = 7;
	scene->policy.floors.item[0].mitigations = 4;
}

static const struct refusal rows[] = {
	{"policy: every list names the value", nothing, NULL, 0, NULL, 0},
	{"tcb: COMMITTED_TCB reserved", committed_reserved, NULL, TCB, "COMMITTED_TCB has bytes", 0},
	{"tcb: CURRENT_TCB reserved", current_reserved, NULL, TCB, "CURRENT_TCB has bytes", 0},
	{"tcb: LAUNCH_TCB reserved", launch_reserved, NULL, TCB, "LAUNCH_TCB has bytes", 0},
	{"tcb: reported above committed", reported_above, NULL, TCB, "REPORTED_TCB is above", 0},
	{"tcb: committed above current", committed_above, NULL, TCB, "COMMITTED is above CURRENT", 0},
	{"tcb: committed release above current", release_above, NULL, TCB, "COMMITTED is above CURRENT", 0},
	{"tcb: build not committed", build_uncommitted, NULL, TCB, "not committed", 0},
	{"tcb: minor not committed", minor_uncommitted, NULL, TCB, "not committed", 0},
	{"tcb: major not committed", major_uncommitted, NULL, TCB, "not committed", 0},
	{"tcb: level not committed", level_uncommitted, NULL, TCB, "not committed", 0},
	{"tcb: provisional where allowed", allowed_provisional, NULL, 0, NULL, 0},
	{"tcb: launched at an older bootloader", launch_bootloader, NULL, TCB, "LAUNCH_TCB", 0},
	{"tcb: launched at older SNP firmware", launch_snp, NULL, TCB, "LAUNCH_TCB", 0},
	{"tcb: launched at older microcode", launch_microcode, NULL, TCB, "LAUNCH_TCB", 0},
	{"tcb: launch level where not asked for", launch_not_asked, NULL, 0, NULL, 0},
	{"tcb: SNP floor", floor_higher, NULL, TCB, "below the minimum", 0},
	{"tcb: TEE floor", floor_tee, NULL, TCB, "below the minimum", 0},
	{"tcb: floors for another product only", floor_of_other_product, NULL, TCB, "none for this processor", 0},
	{"tcb: floors for another model only", floor_of_other_model, NULL, TCB, "none for this processor", 0},
	{"tcb: floors for another family only", floor_of_other_family, NULL, TCB, "none for this processor", 0},
	{"tcb: floors for another stepping only", floor_of_other_stepping, NULL, TCB, "none for this processor", 0},
	{"tcb: floor for a range of models", floor_of_models, NULL, 0, NULL, 0},
	{"tcb: floor that wants a platform bit", floor_platform, NULL, TCB, "PLATFORM_INFO", 0},
	{"tcb: floor that wants a mitigation", floor_mitigation, NULL, TCB, "CURRENT_MIT_VECTOR", 0},
	{"tcb: firmware release too old", firmware_old, NULL, TCB, "1.55.29 is below the policy's minimum 1.55.30", 0},
	{"tcb: firmware release new enough", firmware_enough, NULL, 0, NULL, 0},
	{"policy: VMPL 1", vmpl_1, NULL, POLICY, "from VMPL 1", 0},
	{"svsm: VMPL 1 without a policy", vmpl_without_policy, NULL, 17, "only VMPL 0", 0},
	{"policy: VMPL 3", vmpl_3, NULL, POLICY, "from VMPL 3", 0},
	{"policy: requested by the host", vmpl_host, NULL, POLICY, "the host asked", 0},
	{"policy: another measurement", other_measurement, NULL, POLICY, "another image", 0},
	{"policy: last byte of the measurement", measurement_end, NULL, POLICY, "another image", 0},
	{"policy: product", product_not_taken, NULL, POLICY, "does not accept product Milan", 0},
	{"policy: signing key", vcek_not_taken, NULL, POLICY, "signed with a VCEK", 0},
	{"policy: debug", debug, NULL, POLICY, "debug", 0},
	{"policy: migration", migrate, NULL, POLICY, "migrate-ma", 0},
	{"policy: CXL", cxl, NULL, POLICY, "cxl-allow", 0},
	{"policy: SMT", smt_refused, NULL, POLICY, "smt", 0},
	{"policy: a restriction is missing", restriction, NULL, POLICY, "lacks: single-socket", 0},
	{"policy: guest policy is not the reference", not_reference, NULL, POLICY, "reference value", 0},
	{"policy: guest policy's ABI", abi_old, NULL, POLICY, "ABI version", 0},
	{"policy: guest SVN", svn_old, NULL, POLICY, "GUEST_SVN", 0},
	{"policy: ID key", other_id_key, NULL, POLICY, "ID_KEY_DIGEST", 0},
	{"policy: author key", other_author_key, NULL, POLICY, "AUTHOR_KEY_DIGEST", 0},
	{"policy: no author key", no_author_key, NULL, POLICY, "without one", 0},
	{"policy: host data", other_host_data, NULL, POLICY, "HOST_DATA", 0},
	{"policy: family id", other_family, NULL, POLICY, "FAMILY_ID", 0},
	{"policy: image id", other_image, NULL, POLICY, "IMAGE_ID", 0},
	{"policy: chip id", other_chip_wanted, NULL, POLICY, "CHIP_ID", 0},
	{"policy: ECC memory", no_ecc, NULL, POLICY, "lacks: ecc", 0},
	{"policy: alias check", no_alias_check, NULL, POLICY, "alias-check-complete", 0},
	{"policy: platform with SMT", smt_forbidden, NULL, POLICY, "forbids: smt", 0},
	{"policy: unknown platform bit", unknown_bit, NULL, POLICY, "unknown bits 0x10000000000", 0},
	{"policy: unknown platform bit where allowed", unknown_bit_taken, NULL, 0, NULL, 0},
	{"policy: mitigations before version 5", vectors_absent, NULL, POLICY, "CURRENT_MIT_VECTOR", 0},
	{"policy: launch mitigations", launch_vector, NULL, POLICY, "LAUNCH_MIT_VECTOR", 0},
	{"policy: current mitigations", current_vector, NULL, POLICY, "CURRENT_MIT_VECTOR lacks bits 0x8", 0},
	{"policy: mitigations that hold", vectors_hold, NULL, 0, NULL, 0},
};

/* Reserved fields: each one is a violation by itself. */
#define RESERVED(name, statement)                                                                                      \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		struct snp_report *r = &scene->report;                                                                 \
                                                                                                                       \
		statement;                                                                                             \
	}
RESERVED(mbz_04c, r->reserved_04c = 1)
RESERVED(mbz_18b, r->reserved_18b[20] = 1)
RESERVED(mbz_1eb, r->reserved_1eb = 1)
RESERVED(mbz_1ef, r->reserved_1ef = 1)
RESERVED(mbz_launch_vector, r->launch_mit_vector = 1)
RESERVED(mbz_current_vector, r->current_mit_vector = 1)
RESERVED(mbz_208, r->reserved_208[0] = 1)
RESERVED(mbz_208_end, r->reserved_208[151] = 1)
RESERVED(mbz_330, r->reserved_330[367] = 1)
RESERVED(mbz_key_info, r->key_info |= 1u << 5)
RESERVED(mbz_policy, r->policy |= 1ull << 26; scene->policy.guest_equals_reference = false)
RESERVED(mbo_policy, r->policy &= ~SNP_POLICY_RESERVED_MBO; scene->policy.guest_equals_reference = false)
RESERVED(vmpl_4, r->vmpl = 4)
RESERVED(key_2, r->key_info |= 2u << SNP_KEY_INFO_SIGNING_KEY_SHIFT)
RESERVED(key_6, r->key_info |= 6u << SNP_KEY_INFO_SIGNING_KEY_SHIFT)
RESERVED(cpu_venice, r->cpuid_family = 0x1a; r->cpuid_model = 0x50)
RESERVED(cpu_model, r->cpuid_model = 0x20)
RESERVED(cpu_family, r->cpuid_family = 0x17)
RESERVED(version_6, r->version = 6)
RESERVED(version_0, r->version = 0)

static void r_top(struct scene *scene)
{
	struct snp_report report = scene->report;

	report.signature_r[48] = 1;
	json_object_set_new(scene->bundle, "report", fixture_base64(&report, sizeof(report)));
}

static void s_top(struct scene *scene)
{
	struct snp_report report = scene->report;

	report.signature_s[71] = 1;
	json_object_set_new(scene->bundle, "report", fixture_base64(&report, sizeof(report)));
}

static const struct refusal parse_rows[] = {
	{"parse: bytes 04Ch", mbz_04c, NULL, 10, "04Ch", 0},
	{"parse: bytes 18Bh", mbz_18b, NULL, 10, "18Bh", 0},
	{"parse: byte 1EBh", mbz_1eb, NULL, 10, "1EBh", 0},
	{"parse: byte 1EFh", mbz_1ef, NULL, 10, "1EFh", 0},
	{"parse: launch vector in version 3", mbz_launch_vector, NULL, 10, "mitigation vectors", 0},
	{"parse: current vector in version 3", mbz_current_vector, NULL, 10, "mitigation vectors", 0},
	{"parse: byte 208h", mbz_208, NULL, 10, "208h", 0},
	{"parse: byte 29Fh", mbz_208_end, NULL, 10, "208h", 0},
	{"parse: byte 49Fh", mbz_330, NULL, 10, "330h", 0},
	{"parse: KEY_INFO reserved", mbz_key_info, NULL, 10, "KEY_INFO", 0},
	{"parse: POLICY reserved", mbz_policy, NULL, 10, "POLICY bits", 0},
	{"parse: POLICY bit 17", mbo_policy, NULL, 10, "bit 17", 0},
	{"parse: VMPL 4", vmpl_4, NULL, 10, "VMPL 4", 0},
	{"parse: signing key 2", key_2, NULL, 10, "signing key 2", 0},
	{"parse: signing key 6", key_6, NULL, 10, "signing key 6", 0},
	{"parse: Venice", cpu_venice, NULL, 10, "family 1ah model 50h", 0},
	{"parse: unknown model", cpu_model, NULL, 10, "model 20h", 0},
	{"parse: unknown family", cpu_family, NULL, 10, "family 17h", 0},
	{"parse: version 6", version_6, NULL, 10, "a newer svsm-attest may", 0},
	{"parse: version 0", version_0, NULL, 10, "version 0 is not", 0},
	{"parse: top of R", NULL, r_top, 10, "signature R", 0},
	{"parse: top of S", NULL, s_top, 10, "signature S", 0},
};

int test_policy_run(void)
{
	return RUN_REFUSALS("tcb and policy", rows) + RUN_REFUSALS("report's form", parse_rows);
}
