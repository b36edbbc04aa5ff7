/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_rules.h"

#include "abi/snp.h"
#include "igvm_types.h"

#include <inttypes.h>
#include <stdio.h>
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
	uint32_t vsm_mask; /* 0: no such platform */
	size_t area_count;
	struct area area[IGVM_AREA_MAX];
	size_t claim_count;
	struct claim *claim;
	unsigned id_blocks;
	uint32_t seen_policy; /* platforms that have one */
	struct findings *findings;
	struct error *error;
	bool failed; /* `error` holds the first error */
};

/* Always false: what was wrong with this record is noted, the next one is checked all the same. */
static bool refuse(struct state *state, const struct igvm_record *record, const char *rule, const char *message)
{
	findings_add(state->findings, FINDING_ERROR, FINDINGS_FORMAT, rule, record->offset, "%s: %s",
		     igvm_type_name(record->type), message);
	if (!state->failed)
		error_set(state->error, ERROR_INVALID, "%s: offset 0x%" PRIx32 ": %s: %s", state->file->name,
			  record->offset, igvm_type_name(record->type), message);
	state->failed = true;
	return false;
}

static void warn(const struct state *state, const struct igvm_record *record, const char *rule, const char *message)
{
	findings_add(state->findings, FINDING_WARNING, FINDINGS_FORMAT, rule, record->offset, "%s: %s",
		     igvm_type_name(record->type), message);
}

static void mask_check(const struct state *state, const struct igvm_record *record, uint32_t mask)
{
	if (mask == 0 || (mask & ~state->platforms))
		warn(state, record, "mask", "compatibility mask must name declared platforms only");
}

/* Data of `size` bytes at a file offset; 0 means there is none. */
static bool data_ok(struct state *state, const struct igvm_record *record, uint32_t offset, uint64_t size)
{
	if (offset == 0)
		return true;
	if (offset < state->data_start)
		return refuse(state, record, "data-offset", "file offset lies in the headers");
	if (offset > state->file->size || state->file->size - offset < size)
		return refuse(state, record, "data-offset", "data leaves the file");
	return true;
}

static bool claim(struct state *state, const struct igvm_record *record, uint64_t gpa, uint64_t size, uint32_t mask)
{
	if (gpa % SNP_PAGE_SIZE || size % SNP_PAGE_SIZE || size == 0)
		return refuse(state, record, "alignment", "address and size must be multiples of 4096, size not 0");
	if (gpa >= GPA_LIMIT || GPA_LIMIT - gpa < size)
		return refuse(state, record, "address", "range leaves the 52-bit physical address space");
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
		return refuse(state, record, "platform", "compatibility mask must be one bit no other platform uses");
	if (payload.platform_type > PLATFORM_TYPE_MAX || (state->platform_types & (1u << payload.platform_type)))
		return refuse(state, record, "platform", "platform type is unknown or declared twice");
	if (payload.highest_vtl != 0 && payload.highest_vtl != 2)
		return refuse(state, record, "platform", "highest VTL must be 0 or 2");
	if (payload.platform_version != 1)
		return refuse(state, record, "platform", "platform version must be 1");
	state->platforms |= payload.compatibility_mask;
	state->platform_types |= 1u << payload.platform_type;
	if (payload.platform_type == IGVM_PLATFORM_VSM)
		state->vsm_mask = payload.compatibility_mask;
	if (payload.platform_type <= IGVM_PLATFORM_VSM && payload.shared_gpa_boundary)
		return refuse(state, record, "platform", "shared GPA boundary must be 0 without isolation");
	return true;
}

static bool policy(struct state *state, const struct igvm_record *record)
{
	struct igvm_guest_policy payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved)
		return refuse(state, record, "reserved", "reserved field must be 0");
	mask_check(state, record, payload.compatibility_mask);
	if (state->seen_policy & payload.compatibility_mask)
		return refuse(state, record, "policy", "a second guest policy for the same platform");
	state->seen_policy |= payload.compatibility_mask;
	return true;
}

static bool parameter_area(struct state *state, const struct igvm_record *record)
{
	struct igvm_parameter_area payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.number_of_bytes == 0 || payload.number_of_bytes % SNP_PAGE_SIZE ||
	    payload.number_of_bytes > AREA_BYTES_MAX)
		return refuse(state, record, "parameter-area",
			      "size must be a non-zero multiple of 4096, at most 1 GiB");
	if (find_area(state, payload.parameter_area_index))
		return refuse(state, record, "parameter-area", "parameter area index is declared twice");
	if (state->area_count == IGVM_AREA_MAX)
		return refuse(state, record, "parameter-area", "more than 1024 parameter areas");
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
		return refuse(state, record, "parameter-area", "parameter area is not declared before");
	if (area->inserted)
		return refuse(state, record, "parameter-area", "parameter area was inserted before");
	if (payload.byte_offset >= area->bytes)
		return refuse(state, record, "parameter-offset", "byte offset leaves the parameter area");
	return true;
}

static bool parameter_insert(struct state *state, const struct igvm_record *record)
{
	struct igvm_parameter_insert payload;
	struct area *area;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	area = find_area(state, payload.parameter_area_index);
	if (!area)
		return refuse(state, record, "parameter-area", "parameter area is not declared before");
	if (area->inserted)
		return refuse(state, record, "parameter-area", "parameter area is inserted twice");
	area->inserted = true;
	mask_check(state, record, payload.compatibility_mask);
	return claim(state, record, payload.gpa, area->bytes, payload.compatibility_mask);
}

static bool page_data(struct state *state, const struct igvm_record *record)
{
	struct igvm_page_data payload;
	uint64_t size = SNP_PAGE_SIZE;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved || (payload.flags & ~(IGVM_PAGE_2MB | IGVM_PAGE_UNMEASURED | IGVM_PAGE_SHARED)))
		return refuse(state, record, "flags", "reserved field and unknown flags must be 0");
	if (payload.data_type > IGVM_PAGE_DATA_CPUID_XF)
		return refuse(state, record, "page-type", "page data type is unknown");
	if (payload.flags & IGVM_PAGE_2MB) {
		size = SNP_LARGE_PAGE_SIZE;
		if (payload.gpa % size)
			return refuse(state, record, "alignment",
				      "address of a 2 MiB page must be a multiple of 2 MiB");
	}
	mask_check(state, record, payload.compatibility_mask);
	return data_ok(state, record, payload.file_offset, size) &&
	       claim(state, record, payload.gpa, size, payload.compatibility_mask);
}

static bool vp_context(struct state *state, const struct igvm_record *record)
{
	struct igvm_vp_context payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved)
		return refuse(state, record, "reserved", "reserved field must be 0");
	if (payload.gpa % SNP_PAGE_SIZE || payload.gpa >= GPA_LIMIT)
		return refuse(state, record, "alignment", "address must be a multiple of 4096 below 2^52");
	mask_check(state, record, payload.compatibility_mask);
	/* A VBS context has a length of its own, which no other platform reads. */
	if (!data_ok(state, record, payload.file_offset,
		     payload.compatibility_mask == state->vsm_mask ? 1 : SNP_PAGE_SIZE))
		return false;
	if (payload.compatibility_mask & (payload.compatibility_mask - 1))
		return refuse(state, record, "vp-context-mask", "compatibility mask must name exactly one platform");
	return true;
}

static bool required_memory(struct state *state, const struct igvm_record *record)
{
	struct igvm_required_memory payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.reserved || (payload.flags & ~1u))
		return refuse(state, record, "flags", "reserved field and unknown flags must be 0");
	if (payload.gpa % SNP_PAGE_SIZE || payload.number_of_bytes % SNP_PAGE_SIZE || payload.number_of_bytes == 0 ||
	    payload.gpa >= GPA_LIMIT || GPA_LIMIT - payload.gpa < payload.number_of_bytes)
		return refuse(state, record, "alignment",
			      "address and size must be multiples of 4096 inside 52 bits, size not 0");
	mask_check(state, record, payload.compatibility_mask);
	return true;
}

static bool id_block(struct state *state, const struct igvm_record *record)
{
	struct igvm_snp_id_block payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	if (payload.version != 1 || payload.id_key_algorithm != SNP_SIGNATURE_ALGO_P384_SHA384 ||
	    payload.id_public_key.curve != SNP_ECC_CURVE_P384 || payload.id_public_key.reserved ||
	    payload.author_public_key.reserved)
		warn(state, record, "id-block",
		     "version must be 1, the key P-384 with SHA-384, reserved fields of keys 0");
	if (payload.author_key_enabled != (payload.author_public_key.curve != 0))
		warn(state, record, "id-block", "author key flag and author key disagree; QEMU looks at the key only");
	if (payload.author_key_enabled > 1 || payload.reserved[0] || payload.reserved[1] || payload.reserved[2])
		return refuse(state, record, "id-block", "author key flag must be 0 or 1 and reserved fields 0");
	if (state->id_blocks++)
		return refuse(state, record, "id-block", "a second ID block");
	mask_check(state, record, payload.compatibility_mask);
	return true;
}

static bool error_range(struct state *state, const struct igvm_record *record)
{
	struct igvm_error_range payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	mask_check(state, record, payload.compatibility_mask);
	if (payload.gpa >= GPA_LIMIT || GPA_LIMIT - payload.gpa < payload.size_bytes)
		return refuse(state, record, "address", "range leaves the 52-bit physical address space");
	return true;
}

static bool corim(struct state *state, const struct igvm_record *record)
{
	struct igvm_corim payload;

	igvm_record_read(state->file, record, &payload, sizeof(payload));
	mask_check(state, record, payload.compatibility_mask);
	return data_ok(state, record, payload.file_offset, payload.size_bytes);
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
	case IGVM_VHT_ERROR_RANGE:
		return error_range(state, record);
	case IGVM_VHT_CORIM_DOCUMENT:
	case IGVM_VHT_CORIM_SIGNATURE:
		return corim(state, record);
	default:
		/* Relocation regions and measurements of other platforms place nothing; only their framing is checked.
		 */
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
static void disjoint(struct state *state, uint32_t mask)
{
	const struct claim *last = NULL; /* the one that reaches farthest */

	for (size_t i = 0; i < state->claim_count; i++) {
		const struct claim *next = &state->claim[i];

		if (!(next->mask & mask))
			continue;
		if (last && last->gpa + last->size > next->gpa) {
			/* The header that comes later in the file is the one to blame. */
			const bool later = next->offset > last->offset;
			const struct igvm_record record = {.type = 0, .offset = later ? next->offset : last->offset};
			char message[120];

			snprintf(message, sizeof(message),
				 "address 0x%" PRIx64 " is already claimed by the header at offset 0x%" PRIx32,
				 next->gpa, later ? last->offset : next->offset);
			refuse(state, &record, "overlap", message);
		}
		if (!last || next->gpa + next->size > last->gpa + last->size)
			last = next;
	}
}

static bool check_all(struct state *state)
{
	const struct igvm_file *file = state->file;

	for (size_t i = 0; i < file->record_count; i++)
		(void)check(state, &file->record[i]);
	qsort(state->claim, state->claim_count, sizeof(*state->claim), by_gpa);
	for (uint32_t bit = 1; bit; bit <<= 1) {
		if (state->platforms & bit)
			disjoint(state, bit);
	}
	return !state->failed;
}

bool igvm_rules_check(const struct igvm_file *file, size_t data_start, struct findings *findings, struct error *error)
{
	struct state *state = calloc(1, sizeof(*state));
	bool ok;

	if (!state)
		return error_no_memory(error);
	state->file = file;
	state->data_start = data_start;
	state->findings = findings;
	state->error = error;
	state->claim = calloc(file->record_count + 1, sizeof(*state->claim));
	ok = state->claim ? check_all(state) : error_no_memory(error);
	free(state->claim);
	free(state);
	return ok;
}
