/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "policy.h"

#include "json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_FILE_MAX (1u << 18)
#define GUEST_SVN_MAX UINT32_MAX

/* A name and a bit, as in report.h */
static const struct report_bit tcb_names[] = {
	{"reported", POLICY_TCB_REPORTED},
	{"committed", POLICY_TCB_COMMITTED},
	{"current", POLICY_TCB_CURRENT},
	{"launch", POLICY_TCB_LAUNCH},
	{NULL, 0},
};
static const struct report_bit product_names[] = {
	{"Milan", 1u << PRODUCT_MILAN},
	{"Genoa", 1u << PRODUCT_GENOA},
	{"Turin", 1u << PRODUCT_TURIN},
	{NULL, 0},
};
static const struct report_bit kind_names[] = {
	{"services", 1u << MANIFEST_SERVICES},
	{"single-service", 1u << MANIFEST_SINGLE_SERVICE},
	{NULL, 0},
};
static const struct report_bit profile_names[] = {
	{"L-1", 1u << TPM_EK_L1},
	{"L-2", 1u << TPM_EK_L2},
	{NULL, 0},
};

static bool read_names(const json_t *object, const char *where, const char *key, const struct report_bit *names,
		       uint64_t *out, struct error *error)
{
	const json_t *list;

	*out = 0;
	if (!json_read_array(object, where, key, POLICY_LIST_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));
		const struct report_bit *name = names;

		while (name->name && (!text || strcmp(name->name, text) != 0))
			name++;
		if (!name->name)
			return error_refuse(error, "%s: field '%s' has an unknown name '%.40s'", where, key,
					    text ? text : "(not a string)");
		*out |= name->mask;
	}
	return true;
}

/* As read_names(), for masks of 32 bits; none at all is refused. */
static bool read_choice(const json_t *object, const char *where, const char *key, const struct report_bit *names,
			uint32_t *out, struct error *error)
{
	uint64_t mask;

	if (!read_names(object, where, key, names, &mask, error))
		return false;
	*out = (uint32_t)mask;
	return mask != 0 || error_refuse(error, "%s: field '%s' must name at least one", where, key);
}

/* Numbers 0 to `max` (below 32) as bits */
static bool read_numbers(const json_t *object, const char *where, const char *key, uint32_t max, uint32_t *out,
			 struct error *error)
{
	const json_t *list;

	*out = 0;
	if (!json_read_array(object, where, key, POLICY_LIST_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *value = json_array_get(list, i);

		if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)
			return error_refuse(error, "%s: field '%s' must hold numbers from 0 to %u", where, key, max);
		*out |= 1u << json_integer_value(value);
	}
	return true;
}

/* Null: not asked for. Otherwise at least one value of `size` bytes, or of `other` bytes when that is not 0 */
static bool read_digests(const json_t *object, const char *where, const char *key, size_t size, size_t other,
			 struct policy_digests *out, struct error *error)
{
	const json_t *list = json_object_get(object, key);

	if (!list || json_is_null(list))
		return true;
	if (!json_read_array(object, where, key, POLICY_LIST_MAX, &list, error))
		return false;
	if (json_array_size(list) == 0)
		return error_refuse(error, "%s: field '%s' must be null or name at least one", where, key);
	out->asked = true;
	out->digest = calloc(json_array_size(list), sizeof(*out->digest));
	if (!out->digest)
		return error_resources(error, "read the policy");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !(blob_hex_exact(out->digest[i], size, text) ||
			       (other && blob_hex_exact(out->digest[i], other, text))))
			return error_refuse(error, "%s: field '%s' must hold strings of %zu hexadecimal digits", where,
					    key, 2 * size);
		out->count++;
	}
	return true;
}

static bool read_byte(const json_t *object, const char *where, const char *key, uint8_t *out, struct error *error)
{
	uint64_t value = 0;

	if (json_object_get(object, key) && !json_read_number(object, where, key, UINT8_MAX, &value, error))
		return false;
	*out = (uint8_t)value;
	return true;
}

static bool read_floor(const json_t *object, const char *where, struct policy_floor *out, struct error *error)
{
	const char *product;

	if (!json_read_shape(object, where, "product bootloader tee snp microcode", "model stepping fmc", error) ||
	    !json_read_string(object, where, "product", &product, error))
		return false;
	out->product = product_from_name(product);
	if (out->product == PRODUCT_UNKNOWN)
		return error_refuse(error, "%s: field 'product' must be Milan, Genoa or Turin", where);
	out->has_model = json_object_get(object, "model") != NULL;
	out->has_stepping = json_object_get(object, "stepping") != NULL;
	return read_byte(object, where, "model", &out->model, error) &&
	       read_byte(object, where, "stepping", &out->stepping, error) &&
	       read_byte(object, where, "fmc", &out->minimum.fmc, error) &&
	       read_byte(object, where, "bootloader", &out->minimum.bootloader, error) &&
	       read_byte(object, where, "tee", &out->minimum.tee, error) &&
	       read_byte(object, where, "snp", &out->minimum.snp, error) &&
	       read_byte(object, where, "microcode", &out->minimum.microcode, error);
}

static bool read_tcb(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "tcb";
	const json_t *list;

	if (!json_read_shape(object, where, "floors apply_to allow_provisional", "", error) ||
	    !json_read_array(object, where, "floors", POLICY_FLOORS_MAX, &list, error) ||
	    !read_choice(object, where, "apply_to", tcb_names, &out->floor_applies_to, error) ||
	    !json_read_boolean(object, where, "allow_provisional", &out->allow_provisional, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		char place[48];

		snprintf(place, sizeof(place), "tcb.floors[%zu]", i);
		if (!read_floor(json_array_get(list, i), place, &out->floor[i], error))
			return false;
		out->floor_count++;
	}
	return true;
}

static bool read_guest(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "guest_policy";

	if (!json_read_shape(object, where, "allow require equals_reference", "", error) ||
	    !read_names(object, where, "allow", report_guest_policy_bits, &out->guest_allow, error) ||
	    !read_names(object, where, "require", report_guest_policy_bits, &out->guest_require, error) ||
	    !json_read_boolean(object, where, "equals_reference", &out->guest_equals_reference, error))
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

	return json_read_shape(object, where, "require forbid allow_unknown", "chip_ids", error) &&
	       read_names(object, where, "require", report_platform_info_bits, &out->platform_require, error) &&
	       read_names(object, where, "forbid", report_platform_info_bits, &out->platform_forbid, error) &&
	       json_read_boolean(object, where, "allow_unknown", &out->platform_allow_unknown, error) &&
	       read_digests(object, where, "chip_ids", SNP_CHIP_ID_SIZE, PRODUCT_TURIN_CHIP_ID_SIZE, &out->chip_ids,
			    error);
}

static bool read_launch(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "launch";
	uint64_t svn;

	if (!json_read_shape(object, where, "id_keys author_keys host_data minimum_guest_svn", "", error) ||
	    !read_digests(object, where, "id_keys", SNP_DIGEST_SIZE, 0, &out->id_keys, error) ||
	    !read_digests(object, where, "author_keys", SNP_DIGEST_SIZE, 0, &out->author_keys, error) ||
	    !read_digests(object, where, "host_data", 32, 0, &out->host_data, error) ||
	    !json_read_number(object, where, "minimum_guest_svn", GUEST_SVN_MAX, &svn, error))
		return false;
	out->minimum_guest_svn = (uint32_t)svn;
	return true;
}

static bool read_vtpm(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "vtpm";

	return json_read_shape(object, where, "manifest_kinds manifest_versions ek_profiles", "", error) &&
	       read_choice(object, where, "manifest_kinds", kind_names, &out->manifest_kinds, error) &&
	       read_numbers(object, where, "manifest_versions", 1, &out->manifest_versions, error) &&
	       read_choice(object, where, "ek_profiles", profile_names, &out->ek_profiles, error);
}

static bool read_values(const json_t *object, struct policy *out, struct error *error)
{
	const json_t *list;

	if (!json_read_array(object, "quote", "values", EVIDENCE_PCR_COUNT, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct evidence_pcr *value = &out->pcr_value[i];
		const json_t *item = json_array_get(list, i);
		char where[48];
		uint64_t index;

		snprintf(where, sizeof(where), "quote.values[%zu]", i);
		value->bank = out->pcr_bank;
		value->size = out->pcr_bank == TPM2_ALG_SHA256 ? 32 : out->pcr_bank == TPM2_ALG_SHA384 ? 48 : 64;
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

	if (!json_read_shape(object, where, "bank pcrs values", "", error) ||
	    !json_read_string(object, where, "bank", &bank, error) ||
	    !read_numbers(object, where, "pcrs", EVIDENCE_PCR_COUNT - 1, &out->pcrs, error))
		return false;
	out->pcr_bank = evidence_bank(bank);
	if (out->pcr_bank == 0)
		return error_refuse(error, "%s: field 'bank' must be \"sha256\", \"sha384\" or \"sha512\"", where);
	if (out->pcrs == 0)
		return error_refuse(error, "%s: field 'pcrs' must name at least one", where);
	return read_values(object, out, error);
}

static bool read_event_log(const json_t *object, struct policy *out, struct error *error)
{
	static const char where[] = "event_log";

	if (!json_read_shape(object, where, "required pcrs", "", error) ||
	    !json_read_boolean(object, where, "required", &out->event_log_required, error) ||
	    !read_numbers(object, where, "pcrs", EVIDENCE_PCR_COUNT - 1, &out->event_log_pcrs, error))
		return false;
	if (out->event_log_pcrs & ~out->pcrs)
		return error_refuse(error, "%s: field 'pcrs' must name only PCRs that are quoted", where);
	if (out->event_log_required && out->event_log_pcrs == 0)
		return error_refuse(error, "%s: a required log must explain at least one PCR", where);
	return true;
}

static bool read_policy(const json_t *object, const char *path, struct policy *out, struct error *error)
{
	const char *name;

	if (!json_read_shape(object, path,
			     "format version name products tcb guest_policy platform launch vtpm quote event_log",
			     "$schema description", error) ||
	    !json_read_format(object, path, "svsm-policy", error) ||
	    !json_read_string(object, path, "name", &name, error))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", name);
	error_printable(out->name);
	return read_choice(object, path, "products", product_names, &out->products, error) &&
	       read_tcb(json_object_get(object, "tcb"), out, error) &&
	       read_guest(json_object_get(object, "guest_policy"), out, error) &&
	       read_platform(json_object_get(object, "platform"), out, error) &&
	       read_launch(json_object_get(object, "launch"), out, error) &&
	       read_vtpm(json_object_get(object, "vtpm"), out, error) &&
	       read_quote(json_object_get(object, "quote"), out, error) &&
	       read_event_log(json_object_get(object, "event_log"), out, error);
}

bool policy_read(const char *path, struct policy *out, struct error *error)
{
	struct error detail;
	json_t *document;
	bool ok;

	memset(out, 0, sizeof(*out));
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
	struct policy_digests *const lists[] = {&policy->id_keys, &policy->author_keys, &policy->chip_ids,
						&policy->host_data};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		free(lists[i]->digest);
		*lists[i] = (struct policy_digests){.count = 0};
	}
}
