/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_write.h"

#include "abi/igvm.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "headers are written as they lie in memory");

#define MASK 1u /* compatibility mask bit of the only platform */
#define MEMORY_MAP_AREA 0u

/* Two cursors: variable headers and file data. While `bytes` is NULL they only count. */
struct writer {
	uint8_t *bytes;
	size_t header;
	size_t data;
	size_t data_start;
};

static void put_header(struct writer *writer, uint32_t type, const void *payload, uint32_t length)
{
	const struct igvm_variable_header header = {.type = type, .length = length};

	if (writer->bytes) {
		memcpy(writer->bytes + writer->header, &header, sizeof(header));
		memcpy(writer->bytes + writer->header + sizeof(header), payload, length);
	}
	writer->header += sizeof(header) + (((size_t)length + 7) & ~(size_t)7);
}

/* Returns the file offset of a page's data. */
static uint32_t put_data(struct writer *writer, const void *page)
{
	const size_t offset = writer->data_start + writer->data;

	if (writer->bytes)
		memcpy(writer->bytes + offset, page, SNP_PAGE_SIZE);
	writer->data += SNP_PAGE_SIZE;
	return (uint32_t)offset;
}

static bool is_zero(const uint8_t *page)
{
	return page[0] == 0 && memcmp(page, page + 1, SNP_PAGE_SIZE - 1) == 0;
}

static void put_page(struct writer *writer, const struct image *image, uint64_t gpa, const uint8_t *bytes)
{
	struct igvm_page_data page = {.gpa = gpa, .compatibility_mask = MASK};

	if (gpa == image->info.memory_map)
		return; /* the loader writes this one: PARAMETER_INSERT */
	if (gpa == image->info.cpuid_page)
		page.data_type = IGVM_PAGE_DATA_CPUID;
	else if (gpa == image->info.secrets_page)
		page.data_type = IGVM_PAGE_DATA_SECRETS;
	else if (!is_zero(bytes))
		page.file_offset = put_data(writer, bytes);
	put_header(writer, IGVM_VHT_PAGE_DATA, &page, sizeof(page));
}

static void put_all(struct writer *writer, const struct image *image)
{
	const struct igvm_supported_platform platform = {
		.compatibility_mask = MASK, .platform_type = IGVM_PLATFORM_SEV_SNP, .platform_version = 1};
	const struct igvm_guest_policy policy = {.policy = image->guest_policy, .compatibility_mask = MASK};
	const struct igvm_parameter_area area = {.number_of_bytes = SNP_PAGE_SIZE,
						 .parameter_area_index = MEMORY_MAP_AREA};
	const struct igvm_parameter map = {.parameter_area_index = MEMORY_MAP_AREA};
	const struct igvm_parameter_insert insert = {
		.gpa = image->info.memory_map, .compatibility_mask = MASK, .parameter_area_index = MEMORY_MAP_AREA};
	struct igvm_vp_context context = {.gpa = IGVM_SNP_VMSA_GPA_KVM, .compatibility_mask = MASK};

	put_header(writer, IGVM_VHT_SUPPORTED_PLATFORM, &platform, sizeof(platform));
	put_header(writer, IGVM_VHT_GUEST_POLICY, &policy, sizeof(policy));
	/* QEMU measures an insert before the page run it follows: only inserts in front mean the same to everyone. */
	put_header(writer, IGVM_VHT_PARAMETER_AREA, &area, sizeof(area));
	put_header(writer, IGVM_VHT_MEMORY_MAP, &map, sizeof(map));
	put_header(writer, IGVM_VHT_PARAMETER_INSERT, &insert, sizeof(insert));
	for (size_t i = 0; i < image->extent_count; i++) {
		const struct image_extent *extent = &image->extent[i];

		for (size_t page = 0; page < extent->pages; page++)
			put_page(writer, image, extent->gpa + page * SNP_PAGE_SIZE,
				 extent->bytes + page * SNP_PAGE_SIZE);
	}
	context.file_offset = put_data(writer, &image->vmsa);
	put_header(writer, IGVM_VHT_VP_CONTEXT, &context, sizeof(context));
}

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)size);
}

bool igvm_write(const struct image *image, struct file_data *out, struct error *error)
{
	struct igvm_fixed_header fixed = {
		.magic = IGVM_MAGIC, .format_version = IGVM_FORMAT_V1, .variable_header_offset = sizeof(fixed)};
	struct writer writer = {.header = sizeof(fixed)};
	size_t total;

	put_all(&writer, image);
	writer.data_start = writer.header;
	total = writer.data_start + writer.data;
	if (total > FILE_IMAGE_MAX)
		return error_set(error, ERROR_INVALID, "image: %zu bytes, at most %u", total, FILE_IMAGE_MAX);
	writer.bytes = calloc(1, total);
	if (!writer.bytes)
		return error_no_memory(error);
	writer.header = sizeof(fixed);
	writer.data = 0;
	put_all(&writer, image);
	fixed.variable_header_size = (uint32_t)(writer.header - sizeof(fixed));
	fixed.total_file_size = (uint32_t)total;
	memcpy(writer.bytes, &fixed, sizeof(fixed));
	fixed.checksum = checksum(writer.bytes, writer.header);
	memcpy(writer.bytes, &fixed, sizeof(fixed));
	out->bytes = writer.bytes;
	out->size = total;
	return true;
}
