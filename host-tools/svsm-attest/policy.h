/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The relying party's policy (docs/schemas/svsm-policy.schema.json) and reference values (docs/contracts.md, 7). */
#ifndef SVSM_ATTEST_POLICY_H
#define SVSM_ATTEST_POLICY_H

#include "evidence.h"

#define POLICY_NAME_MAX 64u
#define POLICY_FLOORS_MAX 32u
#define POLICY_LIST_MAX 64u

/* Lowest TCB for one product line, or for one model and stepping of it; all floors that match a report apply. */
struct policy_floor {
	enum product product;
	bool has_model, has_stepping;
	uint8_t model, stepping;
	struct tcb minimum;
};

enum {
	POLICY_TCB_REPORTED = 1u << 0,
	POLICY_TCB_COMMITTED = 1u << 1,
	POLICY_TCB_CURRENT = 1u << 2,
	POLICY_TCB_LAUNCH = 1u << 3,
};

struct policy_digests {
	uint8_t (*digest)[64]; /* shorter values are zero-padded */
	size_t count;
	bool asked;
};

struct policy {
	char name[POLICY_NAME_MAX + 1];
	uint32_t products; /* bit n: enum product n is acceptable */
	struct policy_floor floor[POLICY_FLOORS_MAX];
	size_t floor_count;
	uint32_t floor_applies_to; /* POLICY_TCB_* */
	bool allow_provisional;	   /* current firmware newer than committed: the host could still go back */
	uint64_t guest_allow, guest_require;
	bool guest_equals_reference;
	uint64_t platform_require, platform_forbid;
	bool platform_allow_unknown;
	struct policy_digests id_keys, author_keys, chip_ids, host_data;
	uint32_t minimum_guest_svn;
	uint32_t manifest_kinds;    /* bit n: enum manifest_kind n */
	uint32_t manifest_versions; /* bit n: vTPM manifest version n */
	uint32_t ek_profiles;	    /* bit n: enum tpm_ek_profile n */
	TPMI_ALG_HASH pcr_bank;
	uint32_t pcrs; /* exactly these must be quoted */
	struct evidence_pcr pcr_value[EVIDENCE_PCR_COUNT];
	size_t pcr_value_count;
	bool event_log_required;
	uint32_t event_log_pcrs; /* those whose values the log must explain */
};

bool policy_read(const char *path, struct policy *out, struct error *error) MUST_CHECK;
void policy_free(struct policy *policy);

#define REFERENCE_MEASUREMENTS_MAX 1024u
struct reference {
	char image[65];
	struct {
		char profile[32];
		uint32_t vcpus;
		uint8_t digest[SNP_DIGEST_SIZE];
	} * measurement;
	size_t count;
	uint64_t guest_policy;
};
bool reference_read(const char *path, struct reference *out, struct error *error) MUST_CHECK;
void reference_free(struct reference *reference);

#endif
