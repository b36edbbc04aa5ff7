/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "reference.h"

#include "commands.h"

#include <openssl/evp.h>
#include <string.h>

#define SHA256_SIZE 32

static bool add_input(json_t *list, const struct image_input *input)
{
	const char *slash = strrchr(input->label, '/');
	uint8_t digest[EVP_MAX_MD_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	size_t size = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, input->bytes, input->size, digest, &size) != 1 || size != SHA256_SIZE)
		return false;
	command_hex(digest, SHA256_SIZE, hex);
	/* The name without its folders: reference values do not tell where they were built. */
	return json_array_append_new(
		       list, json_pack("{s:s, s:s}", "name", slash ? slash + 1 : input->label, "sha256", hex)) == 0;
}

static bool add_measurements(json_t *list, const struct measurement *measurement)
{
	for (uint32_t i = 0; i < measurement->vcpus; i++) {
		char hex[2 * SNP_DIGEST_SIZE + 1];

		command_hex(measurement->digest[i], SNP_DIGEST_SIZE, hex);
		if (json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "profile", "qemu-kvm", "vcpus",
							  (json_int_t)i + 1, "digest", hex)) != 0)
			return false;
	}
	return true;
}

json_t *reference_values(const struct description *description, const struct image_inputs *inputs,
			 const struct measurement *measurement, struct error *error)
{
	json_t *measurements = json_array(), *files = json_array(), *result = NULL;
	bool ok = measurements && files && add_measurements(measurements, measurement) &&
		  add_input(files, &inputs->firmware);

	for (size_t i = 0; ok && i < description->module_count; i++)
		ok = add_input(files, &inputs->module[i]);
	if (ok && description->guest.kind != BOOT_GUEST_NONE)
		ok = add_input(files, &inputs->guest);
	if (ok && description->guest.initrd)
		ok = add_input(files, &inputs->initrd);
	if (ok)
		result = json_pack("{s:s, s:i, s:s, s:O, s:o, s:O}", "format", "svsm-reference-values", "version", 1,
				   "image", description->name, "measurements", measurements, "guest_policy",
				   command_json_hex(measurement->guest_policy), "inputs", files);
	json_decref(measurements);
	json_decref(files);
	if (!result)
		error_set(error, ERROR_IO, "cannot make reference values: out of memory or OpenSSL failed");
	return result;
}
