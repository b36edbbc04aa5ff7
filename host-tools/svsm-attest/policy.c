/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "policy.h"

#include "event_type.h"
#include "json_read.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

#define POLICY_FILE_MAX (1u << 18)

/* Names and bits, as in report.h */
static const struct bit_name tcb_names[] = {
	{"reported", POLICY_TCB_REPORTED},
	{"committed", POLICY_TCB_COMMITTED},
	{"current", POLICY_TCB_CURRENT},
	{"launch", POLICY_TCB_LAUNCH},
	{NULL, 0},
};
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
static const struct bit_name profile_names[] = {
	{"L-1", 1u << TPM_EK_L1}, {"L-2", 1u << TPM_EK_L2},
	{"H-1", 1u << TPM_EK_H1}, {"H-2", 1u << TPM_EK_H2},
	{"H-3", 1u << TPM_EK_H3}, {"H-4", 1u << TPM_EK_H4},
	{"H-5", 1u << TPM_EK_H5}, {"H-6", 1u << TPM_EK_H6},
	{"H-7", 1u << TPM_EK_H7}, {NULL, 0},
};
static const struct bit_name binding_names[] = {
	{"activation", 1u << AK_BINDING_ACTIVATION},
	{"certification", 1u << AK_BINDING_CERTIFICATION},
	{"manifest", 1u << AK_BINDING_MANIFEST},
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

static bool given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value && !json_is_null(value);
}

/* Two numbers, "major.minor" and so on, as bytes of one number, the last one lowest */
static bool read_version(const json_t *object, const char *where, const char *key, size_t parts, uint32_t *out,
			 struct error *error)
{
	const json_t *list;

	if (!given(object, key))
		return true;
	if (!json_read_array(object, where, key, parts, &list, error))
		return false;
	*out = 0;
	for (size_t i = 0; i < parts; i++) {
		const json_t *number = json_array_get(list, i);

		if (!json_is_integer(number) || json_integer_value(number) < 0 ||
		    json_integer_value(number) > UINT8_MAX)
			return error_refuse(error, "%s: field '%s' must be %zu numbers from 0 to 255", where, key,
					    parts);
		*out = *out << 8 | (uint32_t)json_integer_value(number);
	}
	return true;
}

/* A floors file that a policy names lies beside it, unless its name is absolute. */
static bool read_floors_file(const json_t *object, const char *policy_path, struct policy *out, struct error *error)
{
	char folder[4096], path[8192];
	const char *name;

	if (!given(object, "floors_file"))
		return true;
	if (!json_read_string(object, "tcb", "floors_file", &name, error))
		return false;
	if (strlen(policy_path) >= sizeof(folder) || strlen(name) >= 4096)
		return error_refuse(error, "tcb: field 'floors_file' is too long");
	strcpy(folder, policy_path);
	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s/%s", dirname(folder), name);
	return floors_read(&out->floors, path, error);
}

static bool read_tcb(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	static const char where[] = "tcb";
	const json_t *list;

	if (!json_read_shape(object, where, "floors apply_to allow_provisional", "floors_file minimum_firmware",
			     error) ||
	    !json_read_array(object, where, "floors", FLOORS_MAX, &list, error) ||
	    !policy_names_choice(object, where, "apply_to", tcb_names, &out->floor_applies_to, error) ||
	    !json_read_boolean(object, where, "allow_provisional", &out->allow_provisional, error) ||
	    !read_version(object, where, "minimum_firmware", 3, &out->minimum_firmware, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		char place[48];

		snprintf(place, sizeof(place), "tcb.floors[%zu]", i);
		if (!floors_add(&out->floors, json_array_get(list, i), place, error))
			return false;
	}
	return read_floors_file(object, path, out, error);
}

static bool read_guest(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "guest_policy";

	if (!json_read_shape(object, where, "allow require equals_reference", "minimum_abi", error) ||
	    !policy_names_read(object, where, "allow", bit_names_guest_policy, &out->guest_allow, error) ||
	    !policy_names_read(object, where, "require", bit_names_guest_policy, &out->guest_require, error) ||
	    !json_read_boolean(object, where, "equals_reference", &out->guest_equals_reference, error) ||
	    !read_version(object, where, "minimum_abi", 2, &out->minimum_abi, error))
		return false;
	if (out->guest_allow & ~REPORT_GUEST_POLICY_LOOSE)
		return error_refuse(error, "%s: 'allow' takes smt, migrate-ma, debug, cxl-allow; others only restrict",
				    where);
	if (out->guest_require & REPORT_GUEST_POLICY_LOOSE)
		return error_refuse(error,
				    "%s: 'require' takes bits that restrict the guest, not smt, migrate-ma, "
				    "debug or cxl-allow",
				    where);
	return true;
}

static bool read_platform(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "platform";

	if (!json_read_shape(object, where, "require forbid allow_unknown",
			     "chip_ids launch_mitigations current_mitigations", error) ||
	    !policy_names_read(object, where, "require", report_platform_info_bits, &out->platform_require, error) ||
	    !policy_names_read(object, where, "forbid", report_platform_info_bits, &out->platform_forbid, error) ||
	    !json_read_boolean(object, where, "allow_unknown", &out->platform_allow_unknown, error) ||
	    !policy_digests_read(object, where, "chip_ids", SNP_CHIP_ID_SIZE, PRODUCT_TURIN_CHIP_ID_SIZE,
				 &out->chip_ids, error))
		return false;
	if (given(object, "launch_mitigations") &&
	    !json_read_bits(object, where, "launch_mitigations", &out->launch_mitigations, error))
		return false;
	if (given(object, "current_mitigations") &&
	    !json_read_bits(object, where, "current_mitigations", &out->current_mitigations, error))
		return false;
	return !(out->platform_require & out->platform_forbid) ||
	       error_refuse(error, "%s: 'require' and 'forbid' name the same bit", where);
}

static bool read_launch(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "launch";
	uint64_t svn;

	if (!json_read_shape(object, where, "id_keys author_keys host_data minimum_guest_svn",
			     "measurements any_measurement family_ids image_ids", error) ||
	    !policy_digests_read(object, where, "measurements", SNP_DIGEST_SIZE, 0, &out->measurements, error) ||
	    !policy_digests_read(object, where, "id_keys", SNP_DIGEST_SIZE, 0, &out->id_keys, error) ||
	    !policy_digests_read(object, where, "author_keys", SNP_DIGEST_SIZE, 0, &out->author_keys, error) ||
	    !policy_digests_read(object, where, "host_data", 32, 0, &out->host_data, error) ||
	    !policy_digests_read(object, where, "family_ids", 16, 0, &out->family_ids, error) ||
	    !policy_digests_read(object, where, "image_ids", 16, 0, &out->image_ids, error) ||
	    !json_read_number(object, where, "minimum_guest_svn", UINT32_MAX, &svn, error))
		return false;
	if (json_object_get(object, "any_measurement") &&
	    !json_read_boolean(object, where, "any_measurement", &out->any_measurement, error))
		return false;
	if (out->any_measurement && out->measurements.asked)
		return error_refuse(error, "%s: 'any_measurement' contradicts 'measurements'", where);
	out->minimum_guest_svn = (uint32_t)svn;
	return true;
}

static bool read_vtpm(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "vtpm";

	const char *form;

	out->vtpm_required = true;
	if (!json_read_shape(object, where, "manifest_form ek_profiles", "ak_bindings", error) ||
	    !json_read_string(object, where, "manifest_form", &form, error))
		return false;
	if (!manifest_form_from_name(form, &out->manifest_form))
		return error_refuse(error, "%s: field 'manifest_form' must be \"key\", \"list\" or \"services\"",
				    where);
	if (!policy_names_choice(object, where, "ek_profiles", profile_names, &out->ek_profiles, error))
		return false;
	return !given(object, "ak_bindings") ||
	       policy_names_choice(object, where, "ak_bindings", binding_names, &out->ak_bindings, error);
}

static bool read_values(const json_t *object, struct policy *out, struct error *error)
{
	const json_t *list;

	if (!json_read_array(object, "quote", "values", POLICY_VALUES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct evidence_pcr *value = &out->pcr_value[i];
		const json_t *item = json_array_get(list, i);
		char where[48];
		uint64_t index;

		snprintf(where, sizeof(where), "quote.values[%zu]", i);
		value->bank = out->pcr_bank;
		value->size = evidence_bank_size(out->pcr_bank);
		if (!json_read_shape(item, where, "index digest", "", error) ||
		    !json_read_number(item, where, "index", EVIDENCE_PCR_COUNT - 1, &index, error) ||
		    !json_read_hex(item, where, "digest", value->digest, value->size, error))
			return false;
		if (!(out->pcrs >> index & 1))
			return error_refuse(error, "%s: PCR %u is not among the PCRs to quote", where, (unsigned)index);
		value->index = (uint32_t)index;
		out->pcr_value_count++;
	}
	return true;
}

static bool read_quote(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "quote";
	const char *bank;

	out->quote_required = true;
	if (!out->vtpm_required)
		return error_refuse(error, "%s: needs section 'vtpm', which says whose quote it is", where);
	if (!json_read_shape(object, where, "bank pcrs values", "", error) ||
	    !json_read_string(object, where, "bank", &bank, error) ||
	    !policy_names_numbers(object, where, "pcrs", EVIDENCE_PCR_COUNT - 1, &out->pcrs, error))
		return false;
	out->pcr_bank = evidence_bank(bank);
	if (out->pcr_bank == 0)
		return error_refuse(error, "%s: field 'bank' must be \"sha256\", \"sha384\" or \"sha512\"", where);
	if (out->pcrs == 0)
		return error_refuse(error, "%s: field 'pcrs' must name at least one", where);
	return read_values(object, out, error);
}

static bool read_rule(const json_t *object, const char *where, size_t digest_size, struct policy_rule *out,
		      struct error *error)
{
	static const char *const kinds[] = {"only", "present", "absent"};
	const char *kind, *type;
	size_t at = 0;
	uint64_t pcr;

	if (!json_read_shape(object, where, "rule pcr", "type digests", error) ||
	    !json_read_string(object, where, "rule", &kind, error) ||
	    !json_read_number(object, where, "pcr", EVIDENCE_PCR_COUNT - 1, &pcr, error) ||
	    !policy_digests_read(object, where, "digests", digest_size, 0, &out->digests, error))
		return false;
	while (at < 3 && strcmp(kinds[at], kind) != 0)
		at++;
	if (at == 3)
		return error_refuse(error, "%s: field 'rule' must be \"only\", \"present\" or \"absent\"", where);
	out->kind = (enum policy_rule_kind)at;
	out->pcr = (uint32_t)pcr;
	out->has_type = given(object, "type");
	if (out->has_type && (!json_read_string(object, where, "type", &type, error) ||
			      (!event_type_from_name(type, &out->type) &&
			       !error_refuse(error, "%s: field 'type' is no event type such as EV_SEPARATOR", where))))
		return false;
	return out->kind != POLICY_RULE_ONLY || out->digests.asked ||
	       error_refuse(error, "%s: rule \"only\" needs 'digests'", where);
}

static bool read_event_log(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "event_log";
	const json_t *list = NULL;

	if (!out->quote_required)
		return error_refuse(error, "%s: needs section 'quote', whose values it explains", where);
	if (!json_read_shape(object, where, "required pcrs", "rules", error) ||
	    !json_read_boolean(object, where, "required", &out->event_log_required, error) ||
	    !policy_names_numbers(object, where, "pcrs", EVIDENCE_PCR_COUNT - 1, &out->event_log_pcrs, error))
		return false;
	if (out->event_log_pcrs & ~out->pcrs)
		return error_refuse(error, "%s: field 'pcrs' must name only PCRs that are quoted", where);
	if (out->event_log_required && out->event_log_pcrs == 0)
		return error_refuse(error, "%s: a required log must explain at least one PCR", where);
	if (given(object, "rules") && !json_read_array(object, where, "rules", POLICY_RULES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		char place[48];

		snprintf(place, sizeof(place), "event_log.rules[%zu]", i);
		out->rule_count++;
		if (!read_rule(json_array_get(list, i), place, evidence_bank_size(out->pcr_bank), &out->rule[i], error))
			return false;
		/* Only what the quote vouches for may be judged. */
		if (!(out->event_log_pcrs >> out->rule[i].pcr & 1))
			return error_refuse(error, "%s: PCR %u is not among 'pcrs', so its events are not vouched for",
					    place, out->rule[i].pcr);
	}
	return true;
}

static bool read_head(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	const char *name, *word;

	if (!json_read_shape(
		    object, path, "format version name",
		    "$schema description products vmpl signing_keys revocation tcb guest_policy platform launch "
		    "vtpm quote event_log",
		    error) ||
	    !json_read_format(object, path, "svsm-policy", error) ||
	    !json_read_string(object, path, "name", &name, error))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", name);
	error_printable(out->name);
	if (given(object, "description") && !json_read_string(object, path, "description", &word, error))
		return false;
	if (given(object, "products") &&
	    !policy_names_choice(object, path, "products", product_names, &out->products, error))
		return false;
	if (given(object, "vmpl") &&
	    !policy_names_numbers(object, path, "vmpl", SNP_VMPL_COUNT - 1, &out->vmpls, error))
		return false;
	if (given(object, "signing_keys") &&
	    !policy_names_choice(object, path, "signing_keys", key_names, &out->signing_keys, error))
		return false;
	out->has_revocation = given(object, "revocation");
	if (!out->has_revocation)
		return true;
	return json_read_string(object, path, "revocation", &word, error) &&
	       (revocation_from_name(word, &out->revocation) ||
		error_refuse(error, "%s: field 'revocation' must be \"require\", \"best-effort\" or \"off\"", path));
}

static bool read_policy(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	return read_head(object, path, out, error) &&
	       (!given(object, "tcb") || read_tcb(json_object_get(object, "tcb"), path, out, error)) &&
	       (!given(object, "guest_policy") || read_guest(json_object_get(object, "guest_policy"), out, error)) &&
	       (!given(object, "platform") || read_platform(json_object_get(object, "platform"), out, error)) &&
	       (!given(object, "launch") || read_launch(json_object_get(object, "launch"), out, error)) &&
	       (!given(object, "vtpm") || read_vtpm(json_object_get(object, "vtpm"), out, error)) &&
	       (!given(object, "quote") || read_quote(json_object_get(object, "quote"), out, error)) &&
	       (!given(object, "event_log") || read_event_log(json_object_get(object, "event_log"), out, error));
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
		return error_refuse(error, "policy %s: %.500s", path, detail.text);
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
