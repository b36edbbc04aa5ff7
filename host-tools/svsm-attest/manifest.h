/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SVSM attestation manifests (AMD 58019): the services manifest with its table of GUIDs, and the vTPM service's own
 * manifest. REPORT_DATA covers a manifest's bytes but not which call made it: who reads one says its form, and the
 * bytes are read in that form only.
 */
#ifndef SVSM_ATTEST_MANIFEST_H
#define SVSM_ATTEST_MANIFEST_H

#include "bit_names.h"
#include "tpm_public.h"

#include "abi/svsm.h"

#define MANIFEST_MAX 65536u
#define MANIFEST_SERVICES_MAX 64u
#define MANIFEST_EKS_MAX 16u

enum manifest_form {
	MANIFEST_FORM_KEY,	/* of the vTPM, version 0: one TPMT_PUBLIC */
	MANIFEST_FORM_LIST,	/* of the vTPM, version 1: TPM2B_PUBLIC[] */
	MANIFEST_FORM_SERVICES, /* of all services; the vTPM's part is version 0 */
};
/* "key", "list", "services", as in policies and on command lines */
const char *manifest_form_name(enum manifest_form form);
bool manifest_form_from_name(const char *name, enum manifest_form *out);
/* "a single-service manifest of version 1" */
const char *manifest_form_words(enum manifest_form form);

/* How a bundle labels a manifest: the call that made it, and the version asked for */
enum manifest_kind {
	MANIFEST_SERVICES,	 /* attest protocol call 0 */
	MANIFEST_SINGLE_SERVICE, /* call 1, of the vTPM */
};
const char *manifest_kind_name(enum manifest_kind kind);
/* False for a label that is of no form */
bool manifest_form_of(enum manifest_kind kind, uint32_t version, enum manifest_form *out);

struct manifest_service {
	uint8_t guid[16];
	size_t offset, size; /* in the manifest's bytes */
};

struct manifest {
	enum manifest_form form;
	struct manifest_service service[MANIFEST_SERVICES_MAX]; /* as in the table; for other forms the vTPM alone */
	size_t service_count;
	bool has_vtpm;
	struct tpm_public ek[MANIFEST_EKS_MAX];
	size_t ek_count;
};

/*
 * Every byte must belong to the header, the table or exactly one service. A service other than the vTPM is listed and
 * not looked into. `out` is filled from nothing; free it in any case.
 */
bool manifest_parse(struct manifest *out, enum manifest_form form, const uint8_t *bytes, size_t size,
		    struct error *error) MUST_CHECK;
void manifest_free(struct manifest *manifest);

/* Flags of the UEFI management-mode service by the names that policies use; ends with a NULL name */
extern const struct bit_name manifest_uefi_mm_flags[];
bool manifest_is_uefi_mm(const struct manifest_service *service);
/* What that service says of itself in a services manifest with these bytes; false when none says it in its 8 bytes. */
bool manifest_uefi_mm(const struct manifest *manifest, const uint8_t *bytes, struct svsm_uefi_mm_manifest *out);

/* The form the bytes look like. For printing only: what decides must be told the form. */
enum manifest_form manifest_form_guess(const struct blob *bytes);

/* "c476f1eb-0123-45a5-9641-b4e7dde5bfe3" */
#define MANIFEST_GUID_TEXT_SIZE 37u
void manifest_guid_text(const uint8_t guid[16], char text[MANIFEST_GUID_TEXT_SIZE]);
bool manifest_guid_is_vtpm(const char *text);

#endif
