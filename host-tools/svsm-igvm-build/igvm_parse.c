/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_parse.h"

#include "abi/snp.h"
#include "igvm_rules.h"
#include "igvm_types.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIXED_SIZE_V1 24u
#define FIXED_SIZE_V2 32u

struct reader {
	struct igvm_file *file;
	struct findings *findings;
	struct error *error;
};

/* What ends the reading. */
static bool refuse(const struct reader *reader, const char *rule, size_t offset, const char *message)
{
	findings_add(reader->findings, FINDING_ERROR, FINDINGS_FORMAT, rule, offset, "%s", message);
	return error_set(reader->error, ERROR_INVALID, "%s: offset 0x%zx: %s", reader->file->name, offset, message);
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

static bool fixed_header(const struct reader *reader, size_t *headers_end)
{
	struct igvm_file *file = reader->file;
	const struct igvm_fixed_header *fixed = &file->fixed;
	uint32_t fixed_size = FIXED_SIZE_V1;

	if (file->size < sizeof(*fixed))
		return refuse(reader, IGVM_RULE_MAGIC, 0, "too short for a fixed header of 24 bytes");
	memcpy(&file->fixed, file->bytes, sizeof(file->fixed));
	if (fixed->magic != IGVM_MAGIC)
		return refuse(reader, IGVM_RULE_MAGIC, 0, "magic is not IGVM");
	if (fixed->format_version == IGVM_FORMAT_V2) {
		uint32_t more[2]; /* architecture, page size */

		if (file->size < FIXED_SIZE_V2)
			return refuse(reader, "fixed-header", 0, "too short for a version 2 fixed header of 32 bytes");
		memcpy(more, file->bytes + FIXED_SIZE_V1, sizeof(more));
		if (more[0] != 0 || more[1] != SNP_PAGE_SIZE)
			return refuse(reader, "fixed-header", FIXED_SIZE_V1,
				      "architecture must be x64 (0) and page size 4096");
		fixed_size = FIXED_SIZE_V2;
	} else if (fixed->format_version != IGVM_FORMAT_V1) {
		return refuse(reader, "version", 4, "format version must be 1 or 2");
	}
	if (fixed->variable_header_offset != fixed_size)
		return refuse(reader, "header-offset", 8,
			      "variable headers must start directly after the fixed header");
	if (fixed->total_file_size != file->size)
		return refuse(reader, "file-size", 16, "total file size differs from the file's size");
	if (fixed->variable_header_size == 0 || fixed->variable_header_size % 8 ||
	    fixed->variable_header_size >= file->size - fixed_size)
		return refuse(reader, "header-size", 12,
			      "variable header size must be a multiple of 8 and leave room for file data");
	*headers_end = (size_t)fixed_size + fixed->variable_header_size;
	if (!checksum_ok(file, *headers_end))
		return refuse(reader, "checksum", 20, "checksum is wrong");
	return true;
}

static bool variable_header(const struct reader *reader, size_t *at, size_t end, enum igvm_section *section)
{
	struct igvm_file *file = reader->file;
	const struct igvm_type *type;
	struct igvm_variable_header header;
	char text[120];
	size_t padded;

	if (file->record_count == IGVM_HEADERS_MAX)
		return refuse(reader, "header-count", *at, "more than 131072 variable headers");
	if (end - *at < sizeof(header))
		return refuse(reader, "header-cut", *at, "variable header is cut off");
	memcpy(&header, file->bytes + *at, sizeof(header));
	type = igvm_type_find(header.type);
	if (!type) {
		snprintf(text, sizeof(text), "header type 0x%" PRIx32 " is not supported%s", header.type,
			 header.type & IGVM_VHT_OPTIONAL ? " (bit 31, optional, is refused by the format's library too)"
							 : "");
		return refuse(reader, "header-type", *at, text);
	}
	if (header.length != type->length) {
		snprintf(text, sizeof(text), "%s has length %" PRIu32 ", must be %" PRIu32, type->name, header.length,
			 type->length);
		return refuse(reader, "header-length", *at, text);
	}
	padded = ((size_t)header.length + 7) & ~(size_t)7;
	if (end - *at - sizeof(header) < padded)
		return refuse(reader, "header-cut", *at, "variable header leaves the header section");
	for (size_t i = header.length; i < padded; i++) {
		if (file->bytes[*at + sizeof(header) + i]) {
			findings_add(reader->findings, FINDING_WARNING, FINDINGS_FORMAT, "padding",
				     *at + sizeof(header) + i, "%s: padding must be zero", type->name);
			break;
		}
	}
	if (type->section < *section)
		return refuse(reader, "header-order", *at,
			      "platform, initialization and directive headers must come in this order");
	*section = type->section;
	file->record[file->record_count++] = (struct igvm_record){header.type, header.length, (uint32_t)*at};
	*at += sizeof(header) + padded;
	return true;
}

bool igvm_parse(const char *name, const uint8_t *bytes, size_t size, struct igvm_file *out, struct findings *findings,
		struct error *error)
{
	const struct reader reader = {out, findings, error};
	enum igvm_section section = IGVM_SECTION_PLATFORM;
	size_t at, end = 0;

	*out = (struct igvm_file){.name = name, .bytes = bytes, .size = size};
	if (size > UINT32_MAX)
		return refuse(&reader, "file-size", 0, "larger than the format's 4 GiB");
	if (!fixed_header(&reader, &end))
		return false;
	/* The smallest record is a header of 8 and a payload of 8 bytes. */
	out->record = calloc(out->fixed.variable_header_size / 16 + 1, sizeof(*out->record));
	if (!out->record)
		return error_no_memory(error);
	at = out->fixed.variable_header_offset;
	while (at < end) {
		if (!variable_header(&reader, &at, end, &section))
			return false;
	}
	return igvm_rules_check(out, end, findings, error);
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
