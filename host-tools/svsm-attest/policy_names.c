/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "policy_names.h"

#include "json_read.h"

#include <stdlib.h>
#include <string.h>

bool policy_names_read(const json_t *object, const char *where, const char *key, const struct bit_name *names,
		       uint64_t *out, struct error *error)
{
	const json_t *list;

	*out = 0;
	if (!json_read_array(object, where, key, POLICY_LIST_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));
		const struct bit_name *name = text ? bit_names_find(names, text) : NULL;

		if (!name)
			return error_refuse(error, "%s: field '%s' has an unknown name '%.40s'", where, key,
					    text ? text : "(not a string)");
		*out |= name->bit;
	}
	return true;
}

bool policy_names_choice(const json_t *object, const char *where, const char *key, const struct bit_name *names,
			 uint32_t *out, struct error *error)
{
	uint64_t mask;

	if (!policy_names_read(object, where, key, names, &mask, error))
		return false;
	*out = (uint32_t)mask;
	return mask != 0 || error_refuse(error, "%s: field '%s' must name at least one", where, key);
}

bool policy_names_numbers(const json_t *object, const char *where, const char *key, uint32_t max, uint32_t *out,
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

bool policy_digests_read(const json_t *object, const char *where, const char *key, size_t size, size_t other,
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

void policy_digests_free(struct policy_digests *digests)
{
	free(digests->digest);
	*digests = (struct policy_digests){.count = 0};
}

bool policy_digests_have(const struct policy_digests *digests, const uint8_t *value, size_t size)
{
	for (size_t i = 0; i < digests->count; i++) {
		if (memcmp(digests->digest[i], value, size) == 0)
			return true;
	}
	return false;
}
