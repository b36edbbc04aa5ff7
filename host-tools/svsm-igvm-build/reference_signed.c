/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "reference.h"

#include "commands.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>

static json_t *hex_json(const uint8_t *bytes, size_t size)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(bytes, size, hex);
	return json_string(hex);
}

static bool ours(const json_t *values)
{
	const char *format = json_string_value(json_object_get(values, "format"));

	return format && strcmp(format, "svsm-reference-values") == 0 &&
	       json_integer_value(json_object_get(values, "version")) == 1 &&
	       json_is_array(json_object_get(values, "measurements")) &&
	       json_is_array(json_object_get(values, "inputs"));
}

static json_t *read_existing(const char *path, struct error *error)
{
	struct file_data data;
	json_error_t failure;
	json_t *values;

	if (!file_read(path, FILE_TEXT_MAX, &data, error))
		return NULL;
	values = json_loadb((const char *)data.bytes, data.size, JSON_REJECT_DUPLICATES, &failure);
	file_data_free(&data);
	if (!values)
		error_set(error, ERROR_INVALID, "%s:%d:%d: %s", path, failure.line, failure.column, failure.text);
	if (values && !ours(values)) {
		error_set(error, ERROR_INVALID, "%s: is not a file of reference values; it is left as it is", path);
		json_decref(values);
		values = NULL;
	}
	return values;
}

static json_t *new_values(const struct reference_signing *signing, struct error *error)
{
	const char *slash = strrchr(signing->path, '/'), *name = slash ? slash + 1 : signing->path;
	const size_t length = strlen(name);
	const bool suffix = length > 5 && strcmp(name + length - 5, ".igvm") == 0;
	json_t *inputs = json_array();
	json_t *values =
		json_pack("{s:s, s:i, s:o, s:[], s:O}", "format", "svsm-reference-values", "version", 1, "image",
			  json_stringn(name, suffix ? length - 5 : length), "measurements", "inputs", inputs);

	if (!values || !reference_add_input(inputs, signing->path, signing->bytes->bytes, signing->bytes->size)) {
		error_no_memory(error);
		json_decref(values);
		values = NULL;
	}
	json_decref(inputs);
	if (values && !reference_add_keys(values, signing->file, error)) {
		json_decref(values);
		values = NULL;
	}
	return values;
}

/* The signed measurement: there already, or added; another one for the same launch is of another image. */
static bool add_measurement(const struct reference_signing *signing, const char *existing, json_t *values,
			    struct error *error)
{
	json_t *list = json_object_get(values, "measurements"), *item;
	char hex[2 * SNP_DIGEST_SIZE + 1];
	size_t index;

	command_hex(signing->id->block.ld, SNP_DIGEST_SIZE, hex);
	json_array_foreach(list, index, item)
	{
		const char *profile = json_string_value(json_object_get(item, "profile"));
		const char *digest = json_string_value(json_object_get(item, "digest"));

		if (!profile || !digest || strcmp(profile, signing->profile) != 0 ||
		    json_integer_value(json_object_get(item, "vcpus")) != (json_int_t)signing->vcpus)
			continue;
		return strcmp(digest, hex) == 0 ||
		       error_set(error, ERROR_INVALID,
				 "%s: holds the values of another image: for %s and %u vCPUs its launch digest is "
				 "%.16s..., that of %s is %.16s...",
				 existing, profile, signing->vcpus, digest, signing->path, hex);
	}
	return reference_add_measurement(list, signing->profile, signing->vcpus, signing->id->block.ld) ||
	       error_no_memory(error);
}

/* One file of values is for images signed alike. */
static bool set(const struct reference_signing *signing, const char *existing, json_t *values, const char *field,
		json_t *value, struct error *error)
{
	const json_t *old = json_object_get(values, field);
	bool ok = value || error_no_memory(error);

	if (ok && old && !signing->replace && !json_equal(old, value))
		ok = error_set(error, ERROR_INVALID, "%s: has another %s, from another ID block; --replace replaces it",
			       existing, field);
	ok = ok && (json_object_set(values, field, value) == 0 || error_no_memory(error));
	json_decref(value);
	return ok;
}

static bool add_id(const struct reference_signing *signing, const char *existing, json_t *values, struct error *error)
{
	const struct snp_id_block *block = &signing->id->block;
	const struct id_block_verdict *verdict = signing->verdict;

	if (!verdict->has_author && json_object_get(values, "author_key_digest")) {
		if (!signing->replace)
			return error_set(error, ERROR_INVALID,
					 "%s: has an author_key_digest, from another ID block; --replace removes it",
					 existing);
		json_object_del(values, "author_key_digest");
	}
	return set(signing, existing, values, "id_key_digest", hex_json(verdict->id_key_digest, SNP_DIGEST_SIZE),
		   error) &&
	       (!verdict->has_author || set(signing, existing, values, "author_key_digest",
					    hex_json(verdict->author_key_digest, SNP_DIGEST_SIZE), error)) &&
	       set(signing, existing, values, "family_id", hex_json(block->family_id, sizeof(block->family_id)),
		   error) &&
	       set(signing, existing, values, "image_id", hex_json(block->image_id, sizeof(block->image_id)), error) &&
	       set(signing, existing, values, "guest_svn", json_integer((json_int_t)block->guest_svn), error);
}

json_t *reference_signed(const struct reference_signing *signing, const char *existing, struct error *error)
{
	json_t *values = existing ? read_existing(existing, error) : new_values(signing, error);

	if (values &&
	    (!add_measurement(signing, existing, values, error) || !add_id(signing, existing, values, error) ||
	     (json_object_set_new(values, "guest_policy", command_json_hex(signing->id->block.policy)) != 0 &&
	      !error_no_memory(error)))) {
		json_decref(values);
		values = NULL;
	}
	return values;
}
