/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* libFuzzer target: reader, loader model and inspection. The checksum is repaired so that inputs get past it. */
#include "accept.h"
#include "differences.h"
#include "igvm_parse.h"
#include "inspect.h"
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void repair_checksum(uint8_t *bytes, size_t size)
{
	struct igvm_fixed_header fixed;
	uint64_t end;

	if (size < sizeof(fixed))
		return;
	memcpy(&fixed, bytes, sizeof(fixed));
	fixed.total_file_size = (uint32_t)size;
	fixed.checksum = 0;
	memcpy(bytes, &fixed, sizeof(fixed));
	end = (uint64_t)fixed.variable_header_offset + fixed.variable_header_size;
	if (end > size)
		return;
	fixed.checksum = (uint32_t)crc32(0, bytes, (uInt)end);
	memcpy(bytes, &fixed, sizeof(fixed));
}

static void count_step(void *context, const struct digest_step *step)
{
	*(uint64_t *)context = step->number;
}

/* Measured, and compared with itself: no difference may be found. */
static void launch(const struct igvm_file *file, const struct profile *profile)
{
	uint64_t steps = 0;
	const struct measure_options options = {
		.profile = profile, .vcpus = 2, .threads = 1, .sink = {.step = count_step, .context = &steps}};
	struct measurement measurement;
	struct error error;
	json_t *result;

	if (measure_igvm(file, &options, &measurement, &error)) {
		if (steps == 0 || steps < measurement.page_steps)
			abort();
		result = differences_json(file, file, &options, &error);
		if (json_array_size(json_object_get(result, "differences")) != 0 ||
		    !json_is_null(json_object_get(json_object_get(result, "digest"), "first_divergence")))
			abort();
		json_decref(result);
	}
	measurement_free(&measurement);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct findings findings;
	const struct profile *profile;
	struct igvm_file file;
	struct error error;
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	repair_checksum(copy, size);
	memset(&findings, 0, sizeof(findings));
	if (igvm_parse("fuzz", copy, size, &file, &findings, &error)) {
		json_decref(inspect_json(&file));
		for (size_t i = 0; (profile = profile_at(i)); i++) {
			accept_check(&file, profile, &findings);
			launch(&file, profile);
		}
	} else if (findings.errors == 0) {
		abort(); /* refused without saying why */
	}
	igvm_file_free(&file);
	free(copy);
	return 0;
}
