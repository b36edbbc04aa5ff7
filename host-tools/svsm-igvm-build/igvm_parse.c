/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_parse.h"

#include "abi/snp.h"
#include "igvm_rules.h"
#include "igvm_types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIXED_SIZE_V1 24u
#define FIXED_SIZE_V2 32u

static bool refuse(const struct igvm_file *file, size_t offset, const char *rule, struct error *error)
{
	return error_set(error, ERROR_INVALID, "%s: offset 0x%zx: %s", file->name, offset, rule);
}

static bool checksum_ok(const struct igvm_file *file, size_t headers_end)
{
	struct igvm_fixed_header zeroed = file->fixed;
	uLong crc = crc32(0, NULL, 0);

	zeroed.checksum = 0;
	crc = crc32(crc, (const Bytef *)&zeroed, sizeof(zeroed));
	/* Version 2 puts more fixed fields before the variable headers; both lie from here to the end of the headers.
	 */
	crc = crc32(crc, file->bytes + sizeof(zeroed), (uInt)(headers_end - sizeof(zeroed)));
	return crc == file->fixed.checksum;
}

static bool fixed_header(struct igvm_file *file, size_t *headers_end, struct error *error)
{
	const struct igvm_fixed_header *fixed = &file->fixed;
	uint32_t fixed_size = FIXED_SIZE_V1;

	if (file->size < sizeof(*fixed))
		return refuse(file, 0, "too short for a fixed header of 24 bytes", error);
	memcpy(&file->fixed, file->bytes, sizeof(file->fixed));
	if (fixed->magic != IGVM_MAGIC)
		return refuse(file, 0, "magic is not IGVM", error);
	if (fixed->format_version == IGVM_FORMAT_V2) {
		uint32_t more[2]; /* architecture, page size */

		if (file->size < FIXED_SIZE_V2)
			return refuse(file, 0, "too short for a version 2 fixed header of 32 bytes", error);
		memcpy(more, file->bytes + FIXED_SIZE_V1, sizeof(more));
		if (more[0] != 0 || more[1] != SNP_PAGE_SIZE)
			return refuse(file, FIXED_SIZE_V1, "architecture must be x64 (0) and page size 4096", error);
		fixed_size = FIXED_SIZE_V2;
	} else if (fixed->format_version != IGVM_FORMAT_V1) {
		return refuse(file, 4, "format version must be 1 or 2", error);
	}
	if (fixed->variable_header_offset != fixed_size)
		return refuse(file, 8, "variable headers must start directly after the fixed header", error);
	if (fixed->total_file_size != file->size)
		return refuse(file, 16, "total file size differs from the file's size", error);
	if (fixed->variable_header_size == 0 || fixed->variable_header_size % 8 ||
	    fixed->variable_header_size >= file->size - fixed_size)
		return refuse(file, 12, "variable header size must be a multiple of 8 and leave room for file data",
			      error);
	*headers_end = (size_t)fixed_size + fixed->variable_header_size;
	if (!checksum_ok(file, *headers_end))
		return refuse(file, 20, "checksum is wrong", error);
	return true;
}

static bool variable_header(struct igvm_file *file, size_t *at, size_t end, enum igvm_section *section,
			    struct error *error)
{
	struct igvm_record *record = &file->record[file->record_count];
	const struct igvm_type *type;
	struct igvm_variable_header header;
	size_t padded;

	if (end - *at < sizeof(header))
		return refuse(file, *at, "variable header is cut off", error);
	memcpy(&header, file->bytes + *at, sizeof(header));
	type = igvm_type_find(header.type);
	if (!type)
		return error_set(error, ERROR_INVALID, "%s: offset 0x%zx: header type 0x%" PRIx32 " is not supported",
				 file->name, *at, header.type);
	if (header.length != type->length)
		return error_set(error, ERROR_INVALID, "%s: offset 0x%zx: %s has length %" PRIu32 ", must be %" PRIu32,
				 file->name, *at, type->name, header.length, type->length);
	padded = ((size_t)header.length + 7) & ~(size_t)7;
	if (end - *at - sizeof(header) < padded)
		return refuse(file, *at, "variable header leaves the header section", error);
	for (size_t i = header.length; i < padded; i++) {
		if (file->bytes[*at + sizeof(header) + i])
			return refuse(file, *at + sizeof(header) + i, "padding must be zero", error);
	}
	if (type->section < *section)
		return refuse(file, *at, "platform, initialization and directive headers must come in this order",
			      error);
	*section = type->section;
	*record = (struct igvm_record){header.type, header.length, (uint32_t)*at};
	file->record_count++;
	*at += sizeof(header) + padded;
	return true;
}

bool igvm_parse(const char *name, const uint8_t *bytes, size_t size, struct igvm_file *out, struct error *error)
{
	enum igvm_section section = IGVM_SECTION_PLATFORM;
	size_t at, end = 0;

	*out = (struct igvm_file){.name = name, .bytes = bytes, .size = size};
	if (size > UINT32_MAX)
		return refuse(out, 0, "larger than the format's 4 GiB", error);
	if (!fixed_header(out, &end, error))
		return false;
	/* The smallest record is a header of 8 and a payload of 8 bytes. */
	out->record = calloc(out->fixed.variable_header_size / 16 + 1, sizeof(*out->record));
	if (!out->record)
		return error_no_memory(error);
	at = out->fixed.variable_header_offset;
	while (at < end) {
		if (!variable_header(out, &at, end, &section, error))
			return false;
	}
	return igvm_rules_check(out, end, error);
}

void igvm_file_free(struct igvm_file *file)
{
	free(file->record);
	file->record = NULL;
	file->record_count = 0;
}

void igvm_record_read(const struct igvm_file *file, const struct igvm_record *record, void *out, size_t size)
{
	memset(out, 0, size);
	memcpy(out, file->bytes + record->offset + sizeof(struct igvm_variable_header),
	       size < record->length ? size : record->length);
}

const uint8_t *igvm_file_data(const struct igvm_file *file, uint32_t file_offset)
{
	return file_offset ? file->bytes + file_offset : NULL;
}

uint32_t igvm_file_snp_mask(const struct igvm_file *file)
{
	for (size_t i = 0; i < file->record_count; i++) {
		struct igvm_supported_platform platform;

		if (file->record[i].type != IGVM_VHT_SUPPORTED_PLATFORM)
			break;
		igvm_record_read(file, &file->record[i], &platform, sizeof(platform));
		if (platform.platform_type == IGVM_PLATFORM_SEV_SNP)
			return platform.compatibility_mask;
	}
	return 0;
}

const char *igvm_type_name(uint32_t type)
{
	const struct igvm_type *found = igvm_type_find(type);

	return found ? found->name : "unknown";
}
