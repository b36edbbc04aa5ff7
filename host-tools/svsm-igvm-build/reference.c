/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "reference.h"

#include "accept.h"
#include "commands.h"
#include "image_keys.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHA256_SIZE 32

bool reference_sha256(const void *bytes, size_t size, char *out)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t digest_size = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, bytes, size, digest, &digest_size) != 1 || digest_size != SHA256_SIZE)
		return false;
	command_hex(digest, SHA256_SIZE, out);
	return true;
}

bool reference_add_input(json_t *list, const char *path, const void *bytes, size_t size)
{
	const char *slash = strrchr(path, '/');
	char hex[2 * SHA256_SIZE + 1];

	return reference_sha256(bytes, size, hex) &&
	       json_array_append_new(list, json_pack("{s:s, s:s}", "name", slash ? slash + 1 : path, "sha256", hex)) ==
		       0;
}

static bool add_input(json_t *list, const struct image_input *input)
{
	return reference_add_input(list, input->label, input->bytes, input->size);
}

bool reference_add_measurement(json_t *list, const char *profile, uint32_t vcpus, const uint8_t digest[SNP_DIGEST_SIZE])
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(digest, SNP_DIGEST_SIZE, hex);
	return json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "profile", profile, "vcpus", (json_int_t)vcpus,
						     "digest", hex)) == 0;
}

/* [{ name, sha256 }], firmware first */
static json_t *input_list(const struct description *description, const struct image_inputs *inputs, struct error *error)
{
	json_t *files = json_array();
	bool ok = files && add_input(files, &inputs->firmware);

	for (size_t i = 0; ok && i < description->module_count; i++)
		ok = add_input(files, &inputs->module[i]);
	if (ok && description->guest.kind != BOOT_GUEST_NONE)
		ok = add_input(files, &inputs->guest);
	if (ok && description->guest.initrd)
		ok = add_input(files, &inputs->initrd);
	if (ok)
		return files;
	json_decref(files);
	error_set(error, ERROR_IO, "cannot hash the inputs");
	return NULL;
}

static bool takes(const struct igvm_file *file, const struct profile *profile, bool *out, struct error *error)
{
	struct findings *findings = calloc(1, sizeof(*findings));

	if (!findings)
		return error_no_memory(error);
	accept_check(file, profile, findings);
	*out = findings->errors == 0;
	free(findings);
	return true;
}

static bool add_profile(json_t *list, const struct igvm_file *file, const struct profile *profile,
			const struct reference_options *options, struct error *error)
{
	struct measure_options measure = {
		.profile = profile, .vcpus = options->vcpus, .cpu_signature = options->cpu_signature, .progress = true};
	struct measurement measurement;
	bool ok;

	/* Asked for by name and number: measure_igvm says why it cannot be predicted. */
	if (profile->absent_vp == PROFILE_ABSENT_UNKNOWN && (options->first_vcpus == 1 || options->profile_count == 0))
		measure.vcpus = 1;
	ok = measure_igvm(file, &measure, &measurement, error);
	for (uint32_t i = options->first_vcpus - 1; ok && i < measurement.vcpus; i++)
		ok = reference_add_measurement(list, profile->name, i + 1, measurement.digest[i]) ||
		     error_no_memory(error);
	measurement_free(&measurement);
	return ok;
}

/* [{ profile, vcpus, digest }] */
static json_t *measurement_list(const struct igvm_file *file, const struct reference_options *options,
				struct error *error)
{
	json_t *list = json_array();
	const struct profile *profile;
	bool ok = list || error_no_memory(error), wanted = true;

	for (size_t i = 0; ok && i < options->profile_count; i++)
		ok = add_profile(list, file, options->profile[i], options, error);
	for (size_t i = 0; ok && options->profile_count == 0 && (profile = profile_at(i)); i++) {
		ok = takes(file, profile, &wanted, error);
		if (ok && wanted)
			ok = add_profile(list, file, profile, options, error);
	}
	if (ok)
		return list;
	json_decref(list);
	return NULL;
}

bool reference_add_keys(json_t *values, const struct igvm_file *file, struct error *error)
{
	struct key_template_document *keys = malloc(sizeof(*keys));
	bool ok = keys || error_no_memory(error);

	if (ok && image_keys_read(file, keys))
		ok = json_object_set_new(values, "key_templates", image_keys_json(keys)) == 0 || error_no_memory(error);
	free(keys);
	return ok;
}

json_t *reference_values(const struct reference_source *source, const struct reference_options *options,
			 struct error *error)
{
	json_t *measurements = measurement_list(source->file, options, error);
	json_t *files = measurements ? input_list(source->description, source->inputs, error) : NULL;
	json_t *result = NULL;

	if (files)
		result = json_pack("{s:s, s:i, s:s, s:O, s:o, s:O}", "format", "svsm-reference-values", "version", 1,
				   "image", source->description->name, "measurements", measurements, "guest_policy",
				   command_json_hex(source->description->guest_policy), "inputs", files);
	if (files && !result)
		error_no_memory(error);
	if (result && !reference_add_keys(result, source->file, error)) {
		json_decref(result);
		result = NULL;
	}
	json_decref(measurements);
	json_decref(files);
	return result;
}

void reference_warn(const char *path, const json_t *values, const struct igvm_file *file)
{
	const json_t *list = json_object_get(values, "measurements");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(item, "profile"));
		const struct profile *profile = name ? profile_find(name) : NULL;

		if (!profile || profile->absent_vp != PROFILE_ABSENT_QEMU_RESET ||
		    json_integer_value(json_object_get(item, "vcpus")) <= launch_order_contexts(file))
			continue;
		fprintf(stderr,
			PROGRAM ": warning: %s: values for several vCPUs: %s launches those after the first at VMPL 0 "
				"in their state after reset, where a host and a hostile guest kernel together can run "
				"code beside the firmware; who does not trust the guest's kernel takes values for one "
				"vCPU only\n",
			path, name);
		return;
	}
}
