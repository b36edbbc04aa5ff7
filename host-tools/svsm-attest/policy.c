/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "policy.h"

#include "json_read.h"
#include "policy_sections.h"

#include <stdio.h>
#include <string.h>

#define POLICY_FILE_MAX (1u << 18)

/* Names and bits, as in report.h */
static const struct bit_name product_names[] = {
	{"Milan", 1u << PRODUCT_MILAN},
	{"Genoa", 1u << PRODUCT_GENOA},
	{"Turin", 1u << PRODUCT_TURIN},
	{NULL, 0},
};
static const struct bit_name key_names[] = {
	{"vcek", 1u << SNP_SIGNING_KEY_VCEK},
	{"vlek", 1u << SNP_SIGNING_KEY_VLEK},
	{NULL, 0},
};
bool revocation_from_name(const char *name, enum revocation *out)
{
	static const char *const names[] = {"require", "best-effort", "off"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum revocation)i;
			return true;
		}
	}
	return false;
}

static bool read_head(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	const char *name, *word;

	if (!json_read_shape(
		    object, path, "format version name",
		    "$schema description products vmpl signing_keys revocation tcb guest_policy platform launch "
		    "vtpm uefi_mm quote event_log",
		    error) ||
	    !json_read_format(object, path, "svsm-policy", error) ||
	    !json_read_string(object, path, "name", &name, error))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", name);
	error_printable(out->name);
	if (json_read_given(object, "description") && !json_read_string(object, path, "description", &word, error))
		return false;
	if (json_read_given(object, "products") &&
	    !policy_names_choice(object, path, "products", product_names, &out->products, error))
		return false;
	if (json_read_given(object, "vmpl") &&
	    !policy_names_numbers(object, path, "vmpl", SNP_VMPL_COUNT - 1, &out->vmpls, error))
		return false;
	if (json_read_given(object, "signing_keys") &&
	    !policy_names_choice(object, path, "signing_keys", key_names, &out->signing_keys, error))
		return false;
	out->has_revocation = json_read_given(object, "revocation");
	if (!out->has_revocation)
		return true;
	return json_read_string(object, path, "revocation", &word, error) &&
	       (revocation_from_name(word, &out->revocation) ||
		error_refuse(error, "%s: field 'revocation' must be \"require\", \"best-effort\" or \"off\"", path));
}

static bool read_policy(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	return read_head(object, path, out, error) &&
	       (!json_read_given(object, "tcb") || policy_read_tcb(json_object_get(object, "tcb"), path, out, error)) &&
	       (!json_read_given(object, "guest_policy") ||
		policy_read_guest(json_object_get(object, "guest_policy"), out, error)) &&
	       (!json_read_given(object, "platform") ||
		policy_read_platform(json_object_get(object, "platform"), out, error)) &&
	       (!json_read_given(object, "launch") ||
		policy_read_launch(json_object_get(object, "launch"), out, error)) &&
	       (!json_read_given(object, "vtpm") || policy_read_vtpm(json_object_get(object, "vtpm"), out, error)) &&
	       (!json_read_given(object, "uefi_mm") ||
		policy_read_uefi_mm(json_object_get(object, "uefi_mm"), out, error)) &&
	       (!json_read_given(object, "quote") || policy_read_quote(json_object_get(object, "quote"), out, error)) &&
	       (!json_read_given(object, "event_log") ||
		policy_read_event_log(json_object_get(object, "event_log"), out, error));
}

/* What holds where a policy says nothing */
static void set_defaults(struct policy *out)
{
	memset(out, 0, sizeof(*out));
	out->products = 1u << PRODUCT_MILAN | 1u << PRODUCT_GENOA | 1u << PRODUCT_TURIN;
	out->vmpls = 1u << 0;
	out->signing_keys = 1u << SNP_SIGNING_KEY_VCEK | 1u << SNP_SIGNING_KEY_VLEK;
	out->floor_applies_to = POLICY_TCB_REPORTED | POLICY_TCB_COMMITTED | POLICY_TCB_CURRENT | POLICY_TCB_LAUNCH;
	out->guest_allow = SNP_POLICY_SMT;
	out->ek_profiles = 1u << TPM_EK_L1 | 1u << TPM_EK_L2;
	out->ak_bindings = 1u << AK_BINDING_ACTIVATION | 1u << AK_BINDING_CERTIFICATION | 1u << AK_BINDING_MANIFEST;
	out->pcr_bank = TPM2_ALG_SHA256;
}

bool policy_read(const char *path, struct policy *out, struct error *error)
{
	struct error detail;
	json_t *document;
	bool ok;

	set_defaults(out);
	if (!json_read_file(path, POLICY_FILE_MAX, &document, error))
		return false;
	ok = read_policy(document, path, out, &detail);
	json_decref(document);
	if (!ok) {
		policy_free(out);
		return error_refuse_file(error, "policy", path, &detail);
	}
	return true;
}

void policy_free(struct policy *policy)
{
	struct policy_digests *const lists[] = {&policy->measurements, &policy->id_keys,    &policy->author_keys,
						&policy->host_data,    &policy->family_ids, &policy->image_ids,
						&policy->chip_ids};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		policy_digests_free(lists[i]);
	for (size_t i = 0; i < policy->rule_count; i++)
		policy_digests_free(&policy->rule[i].digests);
	policy->rule_count = 0;
}
