/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_layout_ovmf.h"

#include "abi/snp.h"
#include "ovmf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool in_firmware_region(uint64_t gpa, uint64_t size)
{
	return gpa < FW_BASE + FW_SIZE && FW_BASE < gpa + size;
}

/* The one page of a type; the parser has checked that it is one page. */
static bool find_page(const struct ovmf *ovmf, enum ovmf_section_type type, const char *what, uint64_t *gpa,
		      struct error *error)
{
	size_t count = 0;

	for (size_t i = 0; i < ovmf->section_count; i++) {
		if (ovmf->section[i].type != type)
			continue;
		*gpa = ovmf->section[i].gpa;
		count++;
	}
	if (count == 1)
		return true;
	return error_set(error, ERROR_INVALID, "%s: its SEV metadata has %zu pages for %s, one is needed%s", ovmf->name,
			 count, what, count == 0 ? "; is this an OVMF built with SVSM support?" : "");
}

static int by_gpa(const void *left, const void *right)
{
	const struct ovmf_section *a = left, *b = right;

	return a->gpa < b->gpa ? -1 : a->gpa > b->gpa;
}

/* Sections in ascending order, joined where they touch. */
static bool list_sections(const struct ovmf *ovmf, struct boot_guest *out, struct error *error)
{
	struct ovmf_section sorted[OVMF_SECTION_MAX];

	memcpy(sorted, ovmf->section, ovmf->section_count * sizeof(sorted[0]));
	qsort(sorted, ovmf->section_count, sizeof(sorted[0]), by_gpa);
	for (size_t i = 0; i < ovmf->section_count; i++) {
		const struct ovmf_section *section = &sorted[i];
		struct boot_range *last = out->section_count ? &out->section[out->section_count - 1] : NULL;

		if (in_firmware_region(section->gpa, section->size) ||
		    section->gpa + (uint64_t)section->size > ovmf->gpa)
			return error_set(error, ERROR_INVALID,
					 "%s: offset 0x%" PRIx32 ": SEV metadata section at 0x%" PRIx32
					 " overlaps the SVSM's region or the image itself",
					 ovmf->name, section->offset, section->gpa);
		if (last && last->gpa + last->size == section->gpa) {
			last->size += section->size;
			continue;
		}
		if (out->section_count == BOOT_GUEST_SECTION_MAX)
			return error_set(
				error, ERROR_INVALID,
				"%s: more than %u separate SEV metadata sections; the boot info page holds no more",
				ovmf->name, BOOT_GUEST_SECTION_MAX);
		out->section[out->section_count++] = (struct boot_range){section->gpa, section->size};
	}
	return true;
}

bool guest_layout_ovmf(const char *label, const uint8_t *bytes, size_t size, struct elf_file *placed,
		       struct boot_guest *out, struct error *error)
{
	struct ovmf ovmf;

	memset(placed, 0, sizeof(*placed));
	*out = (struct boot_guest){.kind = BOOT_GUEST_OVMF};
	if (!ovmf_parse(label, bytes, size, &ovmf, error) ||
	    !find_page(&ovmf, OVMF_SECTION_SECRETS, "secrets", &out->secrets, error) ||
	    !find_page(&ovmf, OVMF_SECTION_CPUID, "the CPUID table", &out->cpuid, error) ||
	    !find_page(&ovmf, OVMF_SECTION_SVSM_CAA, "the calling area of an SVSM", &out->calling_area, error) ||
	    !list_sections(&ovmf, out, error))
		return false;
	if (in_firmware_region(ovmf.gpa, ovmf.size))
		return error_set(error, ERROR_INVALID, "%s: 0x%zx bytes below 4 GiB reach into the SVSM's region",
				 label, size);
	out->range[out->range_count++] = (struct boot_range){ovmf.gpa, ovmf.size};
	placed->segment[placed->segment_count++] =
		(struct elf_segment){.gpa = ovmf.gpa, .memory_size = size, .file_size = size, .bytes = bytes};
	return true;
}
