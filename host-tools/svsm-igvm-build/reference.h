/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Reference values: what a relying party compares a report with. Format:
 * docs/schemas/svsm-reference-values.schema.json.
 */
#ifndef IGVM_BUILD_REFERENCE_H
#define IGVM_BUILD_REFERENCE_H

#include "file.h"
#include "id_block.h"
#include "igvm_parse.h"
#include "image.h"
#include "measure.h"

#include <jansson.h>

#define REFERENCE_PROFILES_MAX 8u

struct reference_source {
	const struct description *description;
	const struct image_inputs *inputs;
	const struct igvm_file *file;
};

struct reference_options {
	size_t profile_count; /* 0: every loader that takes the file */
	const struct profile *profile[REFERENCE_PROFILES_MAX];
	uint32_t first_vcpus, vcpus; /* values for so many vCPUs, from the first to the second number */
	uint32_t cpu_signature;
};

/*
 * Of an image that was just built. New reference, NULL and `error` when something failed. Inputs are named as the
 * description names them.
 */
json_t *reference_values(const struct reference_source *source, const struct reference_options *options,
			 struct error *error) MUST_CHECK;

/* An IGVM file and the ID block it is launched with. */
struct reference_signing {
	const char *path; /* of the file that was signed, for its name */
	const struct file_data *bytes;
	const struct igvm_file *file;
	const struct id_block *id;
	const struct id_block_verdict *verdict; /* valid */
	const char *profile;			/* whose launch digest was signed */
	uint32_t vcpus;
	bool replace; /* ids and key digests of another ID block */
};

/*
 * Adds key digests, ids and the signed measurement to the values in `existing`, which must be of the same image; with
 * NULL the values are new, with the file as their only input. New reference, NULL and `error` when something failed.
 */
json_t *reference_signed(const struct reference_signing *signing, const char *existing, struct error *error) MUST_CHECK;

/*
 * Warns on standard error when `values` hold the measurement of a launch with vCPUs that the file leaves out and that
 * are measured in their state after reset, at VMPL 0 like the firmware. `path` is for the message.
 */
void reference_warn(const char *path, const json_t *values, const struct igvm_file *file);

/* SHA-256 in lower-case hexadecimal; `out` has 65 characters. */
bool reference_sha256(const void *bytes, size_t size, char *out) MUST_CHECK;
/* Appends { name, sha256 }; the name without its folders: reference values do not tell where they were made. */
bool reference_add_input(json_t *list, const char *path, const void *bytes, size_t size) MUST_CHECK;
/* Appends { profile, vcpus, digest }. */
bool reference_add_measurement(json_t *list, const char *profile, uint32_t vcpus,
			       const uint8_t digest[SNP_DIGEST_SIZE]) MUST_CHECK;
/* Sets `key_templates`, when the image has a manifest. */
bool reference_add_keys(json_t *values, const struct igvm_file *file, struct error *error) MUST_CHECK;

#endif
