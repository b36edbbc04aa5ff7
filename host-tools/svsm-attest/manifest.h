/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SVSM attestation manifests (AMD 58019): the services manifest with its table of GUIDs, and the vTPM service's own
 * manifest. REPORT_DATA covers a manifest's bytes but not which call made it: the caller fixes the kind before parsing.
 */
#ifndef SVSM_ATTEST_MANIFEST_H
#define SVSM_ATTEST_MANIFEST_H

#include "tpm_public.h"

#define MANIFEST_MAX 65536u
#define MANIFEST_SERVICES_MAX 64u
#define MANIFEST_EKS_MAX 16u

enum manifest_kind {
	MANIFEST_SERVICES,	 /* attest protocol call 0 */
	MANIFEST_SINGLE_SERVICE, /* call 1, of the vTPM */
};
const char *manifest_kind_name(enum manifest_kind kind);

struct manifest {
	enum manifest_kind kind;
	uint32_t vtpm_version; /* 0: one TPMT_PUBLIC; 1: list of TPM2B_PUBLIC */
	size_t service_count;  /* 1 for a single-service manifest */
	bool has_vtpm;
	struct tpm_public ek[MANIFEST_EKS_MAX];
	size_t ek_count;
};

/*
 * Every byte must belong to the header, the table or exactly one service. A service other than the vTPM is counted and
 * not looked into. The bytes say which version of the vTPM's manifest they are. `out` is filled from nothing; free it
 * in any case.
 */
bool manifest_parse(struct manifest *out, enum manifest_kind kind, const uint8_t *bytes, size_t size,
		    struct error *error) MUST_CHECK;

/* A single-service manifest of the vTPM in the version that the caller has settled, and no other */
#define MANIFEST_VERSION_KEY 0u
#define MANIFEST_VERSION_LIST 1u
bool manifest_parse_vtpm(struct manifest *out, uint32_t version, const uint8_t *bytes, size_t size,
			 struct error *error) MUST_CHECK;
void manifest_free(struct manifest *manifest);

/* "c476f1eb-0123-45a5-9641-b4e7dde5bfe3" */
#define MANIFEST_GUID_TEXT_SIZE 37u
void manifest_guid_text(const uint8_t guid[16], char text[MANIFEST_GUID_TEXT_SIZE]);
bool manifest_guid_is_vtpm(const char *text);

#endif
