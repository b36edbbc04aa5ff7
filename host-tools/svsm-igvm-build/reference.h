/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reference values: what a relying party compares a report with. Format: docs/contracts.md section 7. */
#ifndef IGVM_BUILD_REFERENCE_H
#define IGVM_BUILD_REFERENCE_H

#include "file.h"
#include "igvm_parse.h"
#include "image.h"
#include "measure.h"

#include <jansson.h>

#define REFERENCE_PROFILES_MAX 8u

struct reference_source {
	const struct description *description;
	const struct image_inputs *inputs;
	const struct igvm_file *file;
	const struct file_data *bytes; /* of the file */
};

struct reference_options {
	size_t profile_count; /* 0: every loader that takes the file */
	const struct profile *profile[REFERENCE_PROFILES_MAX];
	uint32_t first_vcpus, vcpus; /* values for so many vCPUs, from the first to the second number */
	uint32_t cpu_signature;
};

/* New reference, NULL and `error` when something failed. Inputs are named as the description names them. */
json_t *reference_values(const struct reference_source *source, const struct reference_options *options,
			 struct error *error) MUST_CHECK;

/* Parts, for other documents. [{ profile, vcpus, digest }] */
json_t *reference_measurements(const struct igvm_file *file, const struct reference_options *options,
			       struct error *error) MUST_CHECK;
/* [{ name, sha256 }], firmware first */
json_t *reference_inputs(const struct description *description, const struct image_inputs *inputs,
			 struct error *error) MUST_CHECK;
/* SHA-256 in lower-case hexadecimal; `out` has 65 characters. */
bool reference_sha256(const void *bytes, size_t size, char *out) MUST_CHECK;

#endif
