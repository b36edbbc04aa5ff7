/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Sections of a policy about the report: TCB, guest policy, platform and launch */
#include "policy_sections.h"

#include "json_read.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

static const struct bit_name tcb_names[] = {
	{"reported", POLICY_TCB_REPORTED},
	{"committed", POLICY_TCB_COMMITTED},
	{"current", POLICY_TCB_CURRENT},
	{"launch", POLICY_TCB_LAUNCH},
	{NULL, 0},
};

/* Two numbers, "major.minor" and so on, as bytes of one number, the last one lowest */
static bool read_version(const json_t *object, const char *where, const char *key, size_t parts, uint32_t *out,
			 struct error *error)
{
	const json_t *list;

	if (!json_read_given(object, key))
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

	if (!json_read_given(object, "floors_file"))
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

bool policy_read_tcb(const json_t *object, const char *path, struct policy *out, struct error *error)
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

bool policy_read_guest(const json_t *object, struct policy *out, struct error *error)
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

bool policy_read_platform(const json_t *object, struct policy *out, struct error *error)
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
	if (json_read_given(object, "launch_mitigations") &&
	    !json_read_bits(object, where, "launch_mitigations", &out->launch_mitigations, error))
		return false;
	if (json_read_given(object, "current_mitigations") &&
	    !json_read_bits(object, where, "current_mitigations", &out->current_mitigations, error))
		return false;
	return !(out->platform_require & out->platform_forbid) ||
	       error_refuse(error, "%s: 'require' and 'forbid' name the same bit", where);
}

bool policy_read_launch(const json_t *object, struct policy *out, struct error *error)
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
