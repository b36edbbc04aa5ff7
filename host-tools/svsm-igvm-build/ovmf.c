/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "ovmf.h"

#include "abi/ovmf.h"
#include "abi/snp.h"

#include <inttypes.h>
#include <string.h>

#define FOUR_GIB (1ull << 32)
#define IMAGE_MAX (256u << 20)	  /* far above any firmware; keeps the address positive */
#define SECTIONS_MAX (256u << 20) /* of all together; some MiB in any OVMF. Bounds the time of a measurement */

static bool refuse(const struct ovmf *ovmf, size_t offset, const char *rule, struct error *error)
{
	return error_set(error, ERROR_INVALID, "%s: offset 0x%zx: %s", ovmf->name, offset, rule);
}

static uint32_t read32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static bool section_type_ok(uint32_t type)
{
	return (type >= OVMF_SECTION_SEC_MEM && type <= OVMF_SECTION_SVSM_CAA) || type == OVMF_SECTION_KERNEL_HASHES;
}

static bool section(struct ovmf *ovmf, size_t at, struct error *error)
{
	struct ovmf_section *out = &ovmf->section[ovmf->section_count];
	struct ovmf_sev_section raw;
	uint64_t total;

	memcpy(&raw, ovmf->bytes + at, sizeof(raw));
	total = raw.size;
	if (!section_type_ok(raw.type))
		return error_set(error, ERROR_INVALID,
				 "%s: offset 0x%zx: SEV metadata section type 0x%" PRIx32 " is not known", ovmf->name,
				 at, raw.type);
	if (raw.base % SNP_PAGE_SIZE || raw.size % SNP_PAGE_SIZE || raw.size == 0 || FOUR_GIB - raw.base < raw.size)
		return refuse(ovmf, at, "SEV metadata section: base and size must be multiples of 4096 below 4 GiB",
			      error);
	if (raw.type != OVMF_SECTION_SEC_MEM && raw.size != SNP_PAGE_SIZE)
		return refuse(ovmf, at, "SEV metadata section: only SEC_MEM may have more than one page", error);
	for (size_t i = 0; i < ovmf->section_count; i++) {
		const struct ovmf_section *other = &ovmf->section[i];

		total += other->size;
		if (raw.base < (uint64_t)other->gpa + other->size && other->gpa < (uint64_t)raw.base + raw.size)
			return refuse(ovmf, at, "SEV metadata sections overlap; SNP launches a page once", error);
	}
	if (total > SECTIONS_MAX)
		return refuse(ovmf, at, "SEV metadata sections cover more than 256 MiB", error);
	*out = (struct ovmf_section){raw.base, raw.size, (enum ovmf_section_type)raw.type, (uint32_t)at};
	ovmf->section_count++;
	return true;
}

/* `entry` holds the distance of the metadata from the end of the image. */
static bool metadata(struct ovmf *ovmf, const uint8_t *entry, size_t size, struct error *error)
{
	const size_t entry_at = (size_t)(entry - ovmf->bytes);
	struct ovmf_sev_metadata header;
	size_t at;

	if (size < sizeof(uint32_t))
		return refuse(ovmf, entry_at, "SEV metadata entry is too short", error);
	if (read32(entry) > ovmf->size || read32(entry) < sizeof(header))
		return refuse(ovmf, entry_at, "SEV metadata lies outside the image", error);
	at = ovmf->size - read32(entry);
	memcpy(&header, ovmf->bytes + at, sizeof(header));
	if (memcmp(header.signature, OVMF_SEV_METADATA_SIGNATURE, sizeof(header.signature)) != 0)
		return refuse(ovmf, at, "SEV metadata signature is not ASEV", error);
	if (header.version != OVMF_SEV_METADATA_VERSION)
		return refuse(ovmf, at, "SEV metadata version is not 1", error);
	if (header.count > OVMF_SECTION_MAX)
		return refuse(ovmf, at, "more than 256 SEV metadata sections", error);
	if (header.length < sizeof(header) + header.count * sizeof(struct ovmf_sev_section) ||
	    header.length > ovmf->size - at)
		return refuse(ovmf, at, "SEV metadata length does not fit its sections or the image", error);
	for (uint32_t i = 0; i < header.count; i++) {
		if (!section(ovmf, at + sizeof(header) + i * sizeof(struct ovmf_sev_section), error))
			return false;
	}
	return true;
}

static bool table_entry(struct ovmf *ovmf, const uint8_t *guid, const uint8_t *data, size_t size, bool *has_metadata,
			struct error *error)
{
	static const uint8_t reset[] = OVMF_GUID_SEV_ES_RESET, hashes[] = OVMF_GUID_SEV_HASH_TABLE,
			     sev_metadata[] = OVMF_GUID_SEV_METADATA;

	if (memcmp(guid, reset, sizeof(reset)) == 0 && size >= 4) {
		ovmf->has_reset_eip = true;
		ovmf->reset_eip = read32(data);
	} else if (memcmp(guid, hashes, sizeof(hashes)) == 0 && size >= 8) {
		ovmf->has_hash_table = true;
		ovmf->hash_table_gpa = read32(data);
		ovmf->hash_table_size = read32(data + 4);
	} else if (memcmp(guid, sev_metadata, sizeof(sev_metadata)) == 0) {
		if (*has_metadata)
			return refuse(ovmf, (size_t)(data - ovmf->bytes), "a second SEV metadata entry", error);
		*has_metadata = true;
		return metadata(ovmf, data, size, error);
	}
	return true;
}

/* Entries are read backwards: data, then u16 size of the whole entry, then GUID. The first from the end is the footer.
 */
static bool table(struct ovmf *ovmf, bool *has_metadata, struct error *error)
{
	static const uint8_t footer[] = OVMF_GUID_TABLE_FOOTER;
	size_t end = ovmf->size - OVMF_TABLE_END, start;
	uint16_t size;

	if (memcmp(ovmf->bytes + end - OVMF_GUID_SIZE, footer, sizeof(footer)) != 0)
		return refuse(ovmf, end - OVMF_GUID_SIZE, "no OVMF table footer; not an OVMF image", error);
	end -= OVMF_ENTRY_OVERHEAD;
	memcpy(&size, ovmf->bytes + end, sizeof(size));
	if (size < OVMF_ENTRY_OVERHEAD || size - OVMF_ENTRY_OVERHEAD > end)
		return refuse(ovmf, end, "OVMF table size leaves the image", error);
	start = end - (size - OVMF_ENTRY_OVERHEAD);
	while (end - start >= OVMF_ENTRY_OVERHEAD) {
		const uint8_t *tail = ovmf->bytes + end - OVMF_ENTRY_OVERHEAD;

		memcpy(&size, tail, sizeof(size));
		if (size < OVMF_ENTRY_OVERHEAD || size > end - start)
			return refuse(ovmf, end - OVMF_ENTRY_OVERHEAD, "OVMF table entry size leaves the table", error);
		if (!table_entry(ovmf, tail + sizeof(size), ovmf->bytes + end - size, size - OVMF_ENTRY_OVERHEAD,
				 has_metadata, error))
			return false;
		end -= size;
	}
	return true;
}

bool ovmf_parse(const char *name, const uint8_t *bytes, size_t size, struct ovmf *out, struct error *error)
{
	bool has_metadata = false;

	memset(out, 0, sizeof(*out));
	out->name = name;
	out->bytes = bytes;
	out->size = size;
	if (size < SNP_PAGE_SIZE || size % SNP_PAGE_SIZE || size > IMAGE_MAX)
		return refuse(out, 0, "an OVMF image is a multiple of 4096 bytes, at most 256 MiB", error);
	out->gpa = FOUR_GIB - size;
	if (!table(out, &has_metadata, error))
		return false;
	if (!has_metadata)
		return refuse(out, size - OVMF_TABLE_END,
			      "no SEV metadata in the OVMF table; this build cannot be launched under SEV-SNP", error);
	return true;
}
