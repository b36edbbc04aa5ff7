/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The relying party's policy: docs/schemas/svsm-policy.schema.json */
#ifndef SVSM_ATTEST_POLICY_H
#define SVSM_ATTEST_POLICY_H

#include "evidence.h"
#include "floor.h"
#include "policy_names.h"

#define POLICY_NAME_MAX 64u
#define POLICY_RULES_MAX 32u
#define POLICY_VALUES_MAX 64u

enum {
	POLICY_TCB_REPORTED = 1u << 0,
	POLICY_TCB_COMMITTED = 1u << 1,
	POLICY_TCB_CURRENT = 1u << 2,
	POLICY_TCB_LAUNCH = 1u << 3,
};

enum revocation {
	REVOCATION_REQUIRE = 0, /* a current CRL, or no acceptance */
	REVOCATION_BEST_EFFORT, /* a CRL that cannot be had is passed over, with a warning; one that is had must be good
				 */
	REVOCATION_OFF,
};
/* False for another word */
bool revocation_from_name(const char *name, enum revocation *out);

enum policy_rule_kind {
	POLICY_RULE_ONLY,    /* every event of this type in this PCR has one of the digests */
	POLICY_RULE_PRESENT, /* at least one event has */
	POLICY_RULE_ABSENT,  /* no event has */
};
struct policy_rule {
	enum policy_rule_kind kind;
	uint32_t pcr;
	bool has_type;
	uint32_t type;
	struct policy_digests digests; /* not asked: any digest */
};

struct policy {
	char name[POLICY_NAME_MAX + 1];
	uint32_t products;     /* bit n: enum product n is acceptable */
	uint32_t vmpls;	       /* bit n: VMPL n */
	uint32_t signing_keys; /* bit SNP_SIGNING_KEY_* */
	bool has_revocation;
	enum revocation revocation;
	/* tcb */
	struct floors floors;
	uint32_t floor_applies_to; /* POLICY_TCB_* */
	bool allow_provisional;	   /* current firmware newer than committed: the host could still go back */
	uint32_t minimum_firmware; /* as report_firmware_committed() */
	/* guest_policy */
	uint64_t guest_allow, guest_require;
	bool guest_equals_reference;
	uint32_t minimum_abi; /* major << 8 | minor */
	/* platform */
	uint64_t platform_require, platform_forbid, launch_mitigations, current_mitigations;
	bool platform_allow_unknown;
	struct policy_digests chip_ids;
	/* launch */
	struct policy_digests measurements, id_keys, author_keys, host_data, family_ids, image_ids;
	bool any_measurement;
	uint32_t minimum_guest_svn;
	/* vtpm */
	bool vtpm_required;
	enum manifest_form manifest_form;
	uint32_t ek_profiles; /* bit n: enum tpm_ek_profile n */
	uint32_t ak_bindings; /* bit n: enum ak_binding n */
	/* uefi_mm */
	bool uefi_mm_required;
	uint32_t uefi_mm_version;
	uint64_t uefi_mm_require, uefi_mm_forbid; /* SVSM_UEFI_MM_* */
	/* quote */
	bool quote_required;
	TPMI_ALG_HASH pcr_bank;
	uint32_t pcrs;					  /* exactly these must be quoted */
	struct evidence_pcr pcr_value[POLICY_VALUES_MAX]; /* several for one PCR: any of them */
	size_t pcr_value_count;
	/* event_log */
	bool event_log_required;
	uint32_t event_log_pcrs; /* those whose values the log must explain */
	struct policy_rule rule[POLICY_RULES_MAX];
	size_t rule_count;
};

/* Sections that the file leaves out get the strict values that the schema documents. Free `out` in any case. */
bool policy_read(const char *path, struct policy *out, struct error *error) MUST_CHECK;
void policy_free(struct policy *policy);

#endif
