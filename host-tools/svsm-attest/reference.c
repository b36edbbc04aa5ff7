/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "reference.h"

#include "json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFERENCE_FILE_MAX (1u << 20)
#define VCPUS_MAX 4096u

static bool read_measurements(const json_t *object, const char *path, struct reference *out, struct error *error)
{
	const json_t *list;

	if (!json_read_array(object, path, "measurements", REFERENCE_MEASUREMENTS_MAX, &list, error))
		return false;
	if (json_array_size(list) == 0)
		return error_refuse(error, "%s: no measurements", path);
	out->measurement = calloc(json_array_size(list), sizeof(*out->measurement));
	if (!out->measurement)
		return error_resources(error, "read reference values");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *profile;
		uint64_t vcpus;
		char where[48];

		snprintf(where, sizeof(where), "measurements[%zu]", i);
		if (!json_read_shape(item, where, "profile vcpus digest", "", error) ||
		    !json_read_string(item, where, "profile", &profile, error) ||
		    !json_read_number(item, where, "vcpus", VCPUS_MAX, &vcpus, error) ||
		    !json_read_hex(item, where, "digest", out->measurement[i].digest, SNP_DIGEST_SIZE, error))
			return false;
		snprintf(out->measurement[i].profile, sizeof(out->measurement[i].profile), "%s", profile);
		error_printable(out->measurement[i].profile);
		out->measurement[i].vcpus = (uint32_t)vcpus;
		out->count++;
	}
	return true;
}

static bool given(const json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL;
}

/* The list is that of a key-template manifest, whose reader has the rules for it. */
static bool read_keys(const json_t *object, struct reference *out, struct error *error)
{
	json_t *document;
	char *text;
	bool ok;

	if (!given(object, "key_templates"))
		return true;
	document = json_pack("{s:s, s:i, s:O}", "format", "svsm-key-templates", "version", 1, "templates",
			     json_object_get(object, "key_templates"));
	text = document ? json_dumps(document, JSON_COMPACT) : NULL;
	out->keys = calloc(1, sizeof(*out->keys));
	ok = text && out->keys ? expectation_read_text(out->keys, "key_templates", text, error)
			       : error_resources(error, "read key templates");
	if (ok)
		out->keys->path = out->image;
	free(text);
	json_decref(document);
	return ok;
}

/* A signed image has all of these, but an author key only when its ID key was signed by one. */
static bool read_signed(const json_t *object, const char *path, struct reference *out, struct error *error)
{
	struct reference_signed *id = &out->id;
	uint64_t svn;

	out->is_signed = given(object, "id_key_digest");
	id->has_author = given(object, "author_key_digest");
	if (!out->is_signed)
		return (!id->has_author && !given(object, "family_id") && !given(object, "image_id") &&
			!given(object, "guest_svn")) ||
		       error_refuse(error, "%s: what an ID block holds, without 'id_key_digest'", path);
	if (!json_read_hex(object, path, "id_key_digest", id->id_key_digest, SNP_DIGEST_SIZE, error) ||
	    !json_read_hex(object, path, "family_id", id->family_id, sizeof(id->family_id), error) ||
	    !json_read_hex(object, path, "image_id", id->image_id, sizeof(id->image_id), error) ||
	    !json_read_number(object, path, "guest_svn", UINT32_MAX, &svn, error))
		return false;
	id->guest_svn = (uint32_t)svn;
	return !id->has_author ||
	       json_read_hex(object, path, "author_key_digest", id->author_key_digest, SNP_DIGEST_SIZE, error);
}

static bool read_reference(const json_t *object, const char *path, struct reference *out, struct error *error)
{
	const json_t *inputs;
	const char *image;

	/* The inputs document how an image was made; nothing here is decided by them. */
	if (!json_read_shape(object, path, "format version image measurements guest_policy inputs",
			     "$schema key_templates id_key_digest author_key_digest family_id image_id guest_svn",
			     error) ||
	    !json_read_format(object, path, "svsm-reference-values", error) ||
	    !json_read_string(object, path, "image", &image, error) ||
	    !json_read_array(object, path, "inputs", 1024, &inputs, error) ||
	    !json_read_bits(object, path, "guest_policy", &out->guest_policy, error))
		return false;
	snprintf(out->image, sizeof(out->image), "%s", image);
	error_printable(out->image);
	return read_measurements(object, path, out, error) && read_signed(object, path, out, error) &&
	       read_keys(object, out, error);
}

bool reference_read(const char *path, struct reference *out, struct error *error)
{
	struct error detail;
	json_t *document;
	bool ok;

	memset(out, 0, sizeof(*out));
	if (!json_read_file(path, REFERENCE_FILE_MAX, &document, error))
		return false;
	ok = read_reference(document, path, out, &detail);
	json_decref(document);
	if (!ok) {
		reference_free(out);
		return error_refuse_file(error, "reference values", path, &detail);
	}
	return true;
}

void reference_free(struct reference *reference)
{
	free(reference->measurement);
	free(reference->keys);
	reference->measurement = NULL;
	reference->keys = NULL;
	reference->count = 0;
}
