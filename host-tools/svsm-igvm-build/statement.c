/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "statement.h"

#include "commands.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE_TYPE "urn:svsm:igvm-launch/v1"

static bool add_subject(json_t *subjects, json_t *name, const char *algorithm, json_t *digest)
{
	return json_array_append_new(subjects,
				     json_pack("{s:o, s:{s:o}}", "name", name, "digest", algorithm, digest)) == 0;
}

/* The image by its SHA-256, then every launch digest: the value a report carries is found by searching for it. */
static json_t *subjects(const struct reference_source *source, json_t *measurements)
{
	json_t *list = json_array(), *item;
	char hex[65];
	size_t i;
	bool ok = list && reference_sha256(source->bytes->bytes, source->bytes->size, hex) &&
		  add_subject(list, json_sprintf("%s.igvm", source->description->name), "sha256", json_string(hex));

	json_array_foreach(measurements, i, item)
	{
		ok = ok && add_subject(list,
				       json_sprintf("launch-digest/%s/%lld-vcpus",
						    json_string_value(json_object_get(item, "profile")),
						    (long long)json_integer_value(json_object_get(item, "vcpus"))),
				       "sha384", json_incref(json_object_get(item, "digest")));
	}
	if (ok)
		return list;
	json_decref(list);
	return NULL;
}

json_t *statement(const struct reference_source *source, const struct reference_options *options, struct error *error)
{
	json_t *measurements = reference_measurements(source->file, options, error), *result = NULL;
	json_t *inputs = measurements ? reference_inputs(source->description, source->inputs, error) : NULL;
	json_t *list = inputs ? subjects(source, measurements) : NULL, *item;
	size_t i;
	bool ok = list != NULL;

	json_array_foreach(inputs, i, item)
	{
		ok = ok && add_subject(list, json_sprintf("input/%s", json_string_value(json_object_get(item, "name"))),
				       "sha256", json_incref(json_object_get(item, "sha256")));
	}
	if (ok)
		result = json_pack("{s:s, s:O, s:s, s:{s:s, s:o, s:O, s:O}}", "_type", STATEMENT_TYPE, "subject", list,
				   "predicateType", PREDICATE_TYPE, "predicate", "image", source->description->name,
				   "guest_policy", command_json_hex(source->description->guest_policy), "measurements",
				   measurements, "inputs", inputs);
	if (inputs && !result)
		error_no_memory(error);
	json_decref(measurements);
	json_decref(inputs);
	json_decref(list);
	return result;
}
