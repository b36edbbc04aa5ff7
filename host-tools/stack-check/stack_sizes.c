/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "stack_sizes.h"

#include <string.h>

#define RETURN_ADDRESS_SIZE 8 /* clang leaves it out */

/* An unsigned LEB128 number below 2^56; false when it does not end in the section. */
static bool take_number(const uint8_t *bytes, uint64_t size, uint64_t *at, int64_t *number)
{
	*number = 0;
	for (unsigned int shift = 0; shift < 56 && *at < size; shift += 7) {
		uint8_t byte = bytes[(*at)++];

		*number |= (int64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool parse_section(struct evidence *evidence, const struct image *image, const struct image_section *section,
			  struct error *error)
{
	uint64_t size = section->end - section->start, at = 0, address;

	while (at < size) {
		const struct image_function *function;
		struct usage row = {.clang = true, .kind = USAGE_STATIC, .from = image->name};
		uint64_t start = at;

		if (size - at >= 8) {
			memcpy(&address, section->bytes + at, 8);
			at += 8;
			if (take_number(section->bytes, size, &at, &row.bytes)) {
				function = image_function_at(image, address);
				row.bytes += RETURN_ADDRESS_SIZE;
				if (function) {
					row.function = function->name;
					row.file = function->file ? function->file : image->name;
					evidence_add(evidence, &row);
				}
				continue;
			}
		}
		return error_set(error, "%s: .stack_sizes: the record at byte %llu is cut off", image->name,
				 (unsigned long long)start);
	}
	return true;
}

bool stack_sizes_parse(struct evidence *evidence, const struct image *image, struct error *error)
{
	for (size_t i = 0; i < image->note_count; i++) {
		const struct image_section *section = &image->notes[i];

		if (strcmp(section->name, ".stack_sizes") == 0 && section->bytes &&
		    !parse_section(evidence, image, section, error))
			return false;
	}
	return true;
}
