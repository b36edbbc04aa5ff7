/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Sections of a policy about the SVSM and its vTPM: keys, UEFI variables, the quote and the event log */
#include "policy_sections.h"

#include "event_type.h"
#include "json_read.h"

#include <stdio.h>
#include <string.h>

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

bool policy_read_vtpm(const json_t *object, struct policy *out, struct error *error)
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
	return !json_read_given(object, "ak_bindings") ||
	       policy_names_choice(object, where, "ak_bindings", binding_names, &out->ak_bindings, error);
}

bool policy_read_uefi_mm(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "uefi_mm";
	uint64_t version;

	out->uefi_mm_required = true;
	if (!out->vtpm_required || out->manifest_form != MANIFEST_FORM_SERVICES)
		return error_refuse(error,
				    "%s: needs section 'vtpm' with manifest_form \"services\", the only manifest "
				    "that lists the service",
				    where);
	if (!json_read_shape(object, where, "version require forbid", "", error) ||
	    !json_read_number(object, where, "version", UINT32_MAX, &version, error) ||
	    !policy_names_read(object, where, "require", manifest_uefi_mm_flags, &out->uefi_mm_require, error) ||
	    !policy_names_read(object, where, "forbid", manifest_uefi_mm_flags, &out->uefi_mm_forbid, error))
		return false;
	out->uefi_mm_version = (uint32_t)version;
	return !(out->uefi_mm_require & out->uefi_mm_forbid) ||
	       error_refuse(error, "%s: 'require' and 'forbid' name the same flag", where);
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

bool policy_read_quote(const json_t *object, struct policy *out, struct error *error)
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
	out->has_type = json_read_given(object, "type");
	if (out->has_type && (!json_read_string(object, where, "type", &type, error) ||
			      (!event_type_from_name(type, &out->type) &&
			       !error_refuse(error, "%s: field 'type' is no event type such as EV_SEPARATOR", where))))
		return false;
	return out->kind != POLICY_RULE_ONLY || out->digests.asked ||
	       error_refuse(error, "%s: rule \"only\" needs 'digests'", where);
}

bool policy_read_event_log(const json_t *object, struct policy *out, struct error *error)
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
	if (json_read_given(object, "rules") &&
	    !json_read_array(object, where, "rules", POLICY_RULES_MAX, &list, error))
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
