/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "statement.h"

#include "reference.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE_TYPE "urn:svsm:igvm-launch/v1"

static bool add_subject(json_t *subjects, json_t *name, const char *algorithm, json_t *digest)
{
	return json_array_append_new(subjects,
				     json_pack("{s:o, s:{s:o}}", "name", name, "digest", algorithm, digest)) == 0;
}

/* The image by its SHA-256, then every launch digest: the value a report carries is found by searching for it. */
static json_t *subjects(const json_t *values, const struct file_data *image)
{
	json_t *list = json_array(), *item;
	char hex[65];
	size_t i;
	bool ok = list && reference_sha256(image->bytes, image->size, hex) &&
		  add_subject(list, json_sprintf("%s.igvm", json_string_value(json_object_get(values, "image"))),
			      "sha256", json_string(hex));

	json_array_foreach(json_object_get(values, "measurements"), i, item)
	{
		ok = ok && add_subject(list,
				       json_sprintf("launch-digest/%s/%lld-vcpus",
						    json_string_value(json_object_get(item, "profile")),
						    (long long)json_integer_value(json_object_get(item, "vcpus"))),
				       "sha384", json_incref(json_object_get(item, "digest")));
	}
	json_array_foreach(json_object_get(values, "inputs"), i, item)
	{
		ok = ok && add_subject(list, json_sprintf("input/%s", json_string_value(json_object_get(item, "name"))),
				       "sha256", json_incref(json_object_get(item, "sha256")));
	}
	if (ok)
		return list;
	json_decref(list);
	return NULL;
}

json_t *statement(const json_t *values, const struct file_data *image, struct error *error)
{
	json_t *predicate = json_copy((json_t *)(uintptr_t)values), *list = subjects(values, image), *result = NULL;

	if (predicate && list) {
		json_object_del(predicate, "format");
		json_object_del(predicate, "version");
		result = json_pack("{s:s, s:O, s:s, s:O}", "_type", STATEMENT_TYPE, "subject", list, "predicateType",
				   PREDICATE_TYPE, "predicate", predicate);
	}
	if (!result)
		error_no_memory(error);
	json_decref(predicate);
	json_decref(list);
	return result;
}
