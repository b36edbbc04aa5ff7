/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_rules.h"

#include "abi/snp.h"
#include "igvm_types.h"

#include <inttypes.h>
#include <stdlib.h>

#define PLATFORM_TYPE_MAX 6u
#define AREA_BYTES_MAX (1ull << 30) /* one parameter area */
#define GPA_LIMIT (1ull << 52)	    /* architectural physical address width */

struct area {
	uint32_t index;
	bool inserted;
	uint64_t bytes;
};

/* Guest-physical pages a header claims. */
struct claim {
	uint64_t gpa;
	uint64_t size;
	uint32_t mask;
	uint32_t offset; /* of the header */
};

struct state {
	const struct igvm_file *file;
	size_t data_start;
	uint32_t platforms; /* mask bits declared */
	uint32_t platform_types;
	size_t area_count;
	struct area area[IGVM_AREA_MAX];
	size_t claim_count;
	struct claim *claim;
	unsigned id_blocks;
	struct error *error;
};

static bool refuse(const struct state *state, const struct igvm_record *record, const char *rule)
{
	return error_set(state->error, ERROR_INVALID, "%s: offset 0x%" PRIx32 ": %s: %s", state->file->name,
			 record->offset, igvm_type_name(record->type), rule);
}

static bool mask_ok(const struct state *state, const struct igvm_record *record, uint32_t mask)
{
	if (mask == 0 || (mask & ~state->platforms))
		return refuse(state, record, "compatibility mask must name declared platforms only");
	return true;
}

/* Data of `size` bytes at a file offset; 0 means there is none. */
static bool data_ok(const struct state *state, const struct igvm_record *record, uint32_t offset, uint64_t size)
{
	if (offset == 0)
		return true;
	if (offset < state->data_start)
		return refuse(state, record, "file offset lies in the headers");
	if (offset > state->file->size || state->file->size - offset < size)
		return refuse(state, record, "data leaves the file");
	return true;
}

static bool claim(struct state *state, const struct igvm_record *record, uint64_t gpa, uint64_t size, uint32_t mask)
{
	if (gpa % SNP_PAGE_SIZE || size % SNP_PAGE_SIZE || size == 0)
		return refuse(state, record, "address and size must be multiples of 4096, size not 0");
	if (gpa >= GPA_LIMIT || GPA_LIMIT - gpa < size)
		return refuse(state, record, "range leaves the 52-bit physical address space");
	state->claim[state->claim_count++] = (struct claim){gpa, size, mask, record->offset};
	return true;
}

static struct area *find_area(struct state *state, uint32_t index)
{
	for (size_t i = 0; i < state->area_count; i++) {
		if (state->area[i].index == index)
			return &state->area[i];
	}
	return NULL;
}

static bool platform(struct state *state, const struct igvm_record *record)
{
	struct igvm_supported_platform payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.compatibility_mask == 0 || (payload.compatibility_mask & (payload.compatibility_mask - 1)) ||
	    (payload.compatibility_mask & state->platforms))
		return refuse(state, record, "compatibility mask must be one bit no other platform uses");
	if (payload.platform_type > PLATFORM_TYPE_MAX || (state->platform_types & (1u << payload.platform_type)))
		return refuse(state, record, "platform type is unknown or declared twice");
	if (payload.highest_vtl != 0 && payload.highest_vtl != 2)
		return refuse(state, record, "highest VTL must be 0 or 2");
	if (payload.platform_version != 1)
		return refuse(state, record, "platform version must be 1");
	state->platforms |= payload.compatibility_mask;
	state->platform_types |= 1u << payload.platform_type;
	return true;
}

static bool policy(const struct state *state, const struct igvm_record *record)
{
	struct igvm_guest_policy payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved)
		return refuse(state, record, "reserved field must be 0");
	return mask_ok(state, record, payload.compatibility_mask);
}

static bool parameter_area(struct state *state, const struct igvm_record *record)
{
	struct igvm_parameter_area payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.number_of_bytes == 0 || payload.number_of_bytes % SNP_PAGE_SIZE ||
	    payload.number_of_bytes > AREA_BYTES_MAX)
		return refuse(state, record, "size must be a non-zero multiple of 4096, at most 1 GiB");
	if (find_area(state, payload.parameter_area_index))
		return refuse(state, record, "parameter area index is declared twice");
	if (state->area_count == IGVM_AREA_MAX)
		return refuse(state, record, "more than 1024 parameter areas");
	state->area[state->area_count++] =
		(struct area){.index = payload.parameter_area_index, .bytes = payload.number_of_bytes};
	return data_ok(state, record, payload.file_offset, payload.number_of_bytes);
}

static bool parameter(struct state *state, const struct igvm_record *record)
{
	struct igvm_parameter payload;
	const struct area *area;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	area = find_area(state, payload.parameter_area_index);
	if (!area)
		return refuse(state, record, "parameter area is not declared before");
	if (area->inserted)
		return refuse(state, record, "parameter area was inserted before");
	if (payload.byte_offset >= area->bytes)
		return refuse(state, record, "byte offset leaves the parameter area");
	return true;
}

static bool parameter_insert(struct state *state, const struct igvm_record *record)
{
	struct igvm_parameter_insert payload;
	struct area *area;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	area = find_area(state, payload.parameter_area_index);
	if (!area)
		return refuse(state, record, "parameter area is not declared before");
	if (area->inserted)
		return refuse(state, record, "parameter area is inserted twice");
	area->inserted = true;
	return mask_ok(state, record, payload.compatibility_mask) &&
	       claim(state, record, payload.gpa, area->bytes, payload.compatibility_mask);
}

static bool page_data(struct state *state, const struct igvm_record *record)
{
	struct igvm_page_data payload;
	uint64_t size = SNP_PAGE_SIZE;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved || (payload.flags & ~(IGVM_PAGE_2MB | IGVM_PAGE_UNMEASURED | IGVM_PAGE_SHARED)))
		return refuse(state, record, "reserved field and unknown flags must be 0");
	if (payload.data_type > IGVM_PAGE_DATA_CPUID_XF)
		return refuse(state, record, "page data type is unknown");
	if (payload.flags & IGVM_PAGE_2MB) {
		size = SNP_LARGE_PAGE_SIZE;
		if (payload.gpa % size)
			return refuse(state, record, "address of a 2 MiB page must be a multiple of 2 MiB");
	}
	return mask_ok(state, record, payload.compatibility_mask) &&
	       data_ok(state, record, payload.file_offset, size) &&
	       claim(state, record, payload.gpa, size, payload.compatibility_mask);
}

static bool vp_context(const struct state *state, const struct igvm_record *record)
{
	struct igvm_vp_context payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved)
		return refuse(state, record, "reserved field must be 0");
	if (payload.gpa % SNP_PAGE_SIZE || payload.gpa >= GPA_LIMIT)
		return refuse(state, record, "address must be a multiple of 4096 below 2^52");
	if (!mask_ok(state, record, payload.compatibility_mask) ||
	    !data_ok(state, record, payload.file_offset, SNP_PAGE_SIZE))
		return false;
	if (payload.compatibility_mask & (payload.compatibility_mask - 1))
		return refuse(state, record, "compatibility mask must name exactly one platform");
	return true;
}

static bool required_memory(const struct state *state, const struct igvm_record *record)
{
	struct igvm_required_memory payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved || (payload.flags & ~1u))
		return refuse(state, record, "reserved field and unknown flags must be 0");
	if (payload.gpa % SNP_PAGE_SIZE || payload.number_of_bytes % SNP_PAGE_SIZE || payload.number_of_bytes == 0 ||
	    payload.gpa >= GPA_LIMIT || GPA_LIMIT - payload.gpa < payload.number_of_bytes)
		return refuse(state, record, "address and size must be multiples of 4096 inside 52 bits, size not 0");
	return mask_ok(state, record, payload.compatibility_mask);
}

static bool id_block(struct state *state, const struct igvm_record *record)
{
	struct igvm_snp_id_block payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.author_key_enabled > 1 || payload.reserved[0] || payload.reserved[1] || payload.reserved[2])
		return refuse(state, record, "author key flag must be 0 or 1 and reserved fields 0");
	if (state->id_blocks++)
		return refuse(state, record, "a second ID block");
	return mask_ok(state, record, payload.compatibility_mask);
}

static bool check(struct state *state, const struct igvm_record *record)
{
	switch (record->type) {
	case IGVM_VHT_SUPPORTED_PLATFORM:
		return platform(state, record);
	case IGVM_VHT_GUEST_POLICY:
		return policy(state, record);
	case IGVM_VHT_PARAMETER_AREA:
		return parameter_area(state, record);
	case IGVM_VHT_PARAMETER_INSERT:
		return parameter_insert(state, record);
	case IGVM_VHT_PAGE_DATA:
		return page_data(state, record);
	case IGVM_VHT_VP_CONTEXT:
		return vp_context(state, record);
	case IGVM_VHT_REQUIRED_MEMORY:
		return required_memory(state, record);
	case IGVM_VHT_SNP_ID_BLOCK:
		return id_block(state, record);
	default:
		/* Relocation regions and error ranges place nothing; only their framing is checked. */
		return !igvm_type_is_parameter(record->type) || parameter(state, record);
	}
}

static int by_gpa(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;

	if (a->gpa != b->gpa)
		return a->gpa < b->gpa ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* On one platform no page may be claimed twice: loaders differ in what then happens, SNP refuses at launch. */
static bool disjoint(const struct state *state, uint32_t mask)
{
	const struct claim *last = NULL;

	for (size_t i = 0; i < state->claim_count; i++) {
		const struct claim *next = &state->claim[i];

		if (!(next->mask & mask))
			continue;
		if (last && last->gpa + last->size > next->gpa)
			return error_set(state->error, ERROR_INVALID,
					 "%s: offset 0x%" PRIx32 ": address 0x%" PRIx64
					 " is already claimed by the header at offset 0x%" PRIx32,
					 state->file->name, next->offset, next->gpa, last->offset);
		last = next;
	}
	return true;
}

static bool check_all(struct state *state)
{
	const struct igvm_file *file = state->file;

	for (size_t i = 0; i < file->record_count; i++) {
		if (!check(state, &file->record[i]))
			return false;
	}
	qsort(state->claim, state->claim_count, sizeof(*state->claim), by_gpa);
	for (uint32_t bit = 1; bit; bit <<= 1) {
		if ((state->platforms & bit) && !disjoint(state, bit))
			return false;
	}
	return true;
}

bool igvm_rules_check(const struct igvm_file *file, size_t data_start, struct error *error)
{
	struct state *state = calloc(1, sizeof(*state));
	bool ok = false;

	if (!state)
		return error_no_memory(error);
	state->file = file;
	state->data_start = data_start;
	state->error = error;
	state->claim = calloc(file->record_count + 1, sizeof(*state->claim));
	ok = state->claim ? check_all(state) : error_no_memory(error);
	free(state->claim);
	free(state);
	return ok;
}
