/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* libFuzzer target: reader, loader model and inspection. The checksum is repaired so that inputs get past it. */
#include "accept.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct findings findings;
	struct measure_options options = {.vcpus = 2, .keep_steps = true, .threads = 1};
	struct measurement measurement = {.vcpus = 0};
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
		for (size_t i = 0; (options.profile = profile_at(i)); i++) {
			accept_check(&file, options.profile, &findings);
			if (measure_igvm(&file, &options, &measurement, &error) && measurement.step_count == 0)
				abort();
			measurement_free(&measurement);
		}
	} else if (findings.errors == 0) {
		abort(); /* refused without saying why */
	}
	igvm_file_free(&file);
	free(copy);
	return 0;
}
