/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_layout.h"

#include "abi/snp.h"

#include <inttypes.h>
#include <string.h>

#define FW_END (FW_BASE + FW_SIZE)
#define FLAT64_LIMIT (1ull << 32)      /* the identity map the guest starts with */
#define FLAT64_SIZE_MAX (256ull << 20) /* all ranges together; bounds this tool's memory */
#define FLAT64_PAGE_TABLE_PAGES 7u     /* PML4, PDPT, 4 page directories, GDT */

static uint64_t page_down(uint64_t value)
{
	return value & ~(uint64_t)(SNP_PAGE_SIZE - 1);
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Segments, rounded to pages and joined where they touch. */
static bool ranges(const char *name, const struct elf_file *elf, struct boot_guest *out, struct error *error)
{
	uint64_t total = 0;

	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segment[i];
		struct boot_range *last = out->range_count ? &out->range[out->range_count - 1] : NULL;
		uint64_t start, end;

		if (segment->gpa >= FLAT64_LIMIT || FLAT64_LIMIT - segment->gpa < segment->memory_size)
			return error_set(error, ERROR_INVALID,
					 "%s: segment at physical 0x%" PRIx64 " leaves the first 4 GiB, which is what "
					 "a flat64 guest can address",
					 name, segment->gpa);
		start = page_down(segment->gpa);
		end = page_down(segment->gpa + segment->memory_size + SNP_PAGE_SIZE - 1);
		if (overlap(start, end - start, FW_BASE, FW_SIZE))
			return error_set(error, ERROR_INVALID,
					 "%s: segment at physical 0x%" PRIx64
					 " overlaps the firmware region [0x%llx, 0x%llx)",
					 name, segment->gpa, FW_BASE, FW_END);
		if (last && start <= last->gpa + last->size) {
			last->size = end - last->gpa;
			continue;
		}
		if (out->range_count == BOOT_GUEST_RANGE_MAX)
			return error_set(error, ERROR_INVALID,
					 "%s: more than %u separate page ranges; the boot info page holds no more",
					 name, BOOT_GUEST_RANGE_MAX);
		out->range[out->range_count++] = (struct boot_range){start, end - start};
	}
	for (uint32_t i = 0; i < out->range_count; i++)
		total += out->range[i].size;
	if (total > FLAT64_SIZE_MAX)
		return error_set(error, ERROR_INVALID, "%s: 0x%" PRIx64 " bytes of memory, at most 0x%llx", name, total,
				 FLAT64_SIZE_MAX);
	return true;
}

struct special {
	const char *field;
	uint64_t gpa;
	uint64_t pages;
};

static bool special_ok(const char *path, const struct special *page, const struct boot_guest *guest,
		       struct error *error)
{
	const uint64_t size = page->pages * SNP_PAGE_SIZE;

	if (page->gpa == 0 || page->gpa % SNP_PAGE_SIZE)
		return error_set(error, ERROR_INVALID,
				 "%s: guest.%s: 0x%" PRIx64 " is not a non-zero multiple of 0x1000", path, page->field,
				 page->gpa);
	if (page->gpa >= FLAT64_LIMIT || FLAT64_LIMIT - page->gpa < size)
		return error_set(error, ERROR_INVALID, "%s: guest.%s: 0x%" PRIx64 " is not below 4 GiB", path,
				 page->field, page->gpa);
	if (overlap(page->gpa, size, FW_BASE, FW_SIZE))
		return error_set(error, ERROR_INVALID,
				 "%s: guest.%s: 0x%" PRIx64 " lies in the firmware region [0x%llx, 0x%llx)", path,
				 page->field, page->gpa, FW_BASE, FW_END);
	for (uint32_t i = 0; i < guest->range_count; i++) {
		const struct boot_range *range = &guest->range[i];

		if (overlap(page->gpa, size, range->gpa, range->size))
			return error_set(error, ERROR_INVALID,
					 "%s: guest.%s: [0x%" PRIx64 ", 0x%" PRIx64
					 ") overlaps pages of the guest's file [0x%" PRIx64 ", 0x%" PRIx64 ")",
					 path, page->field, page->gpa, page->gpa + size, range->gpa,
					 range->gpa + range->size);
	}
	return true;
}

/* Pages the firmware fills are not part of the image: each has its own place. */
static bool specials(const char *path, const struct boot_guest *guest, struct error *error)
{
	const struct special page[] = {
		{"page_tables", guest->page_tables, FLAT64_PAGE_TABLE_PAGES},
		{"boot_params", guest->boot_params, 1},
		{"secrets", guest->secrets, 1},
		{"cpuid", guest->cpuid, 1},
		{"calling_area", guest->calling_area, 1},
	};
	const size_t count = sizeof(page) / sizeof(page[0]);

	for (size_t i = 0; i < count; i++) {
		if (!special_ok(path, &page[i], guest, error))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (overlap(page[i].gpa, page[i].pages * SNP_PAGE_SIZE, page[j].gpa,
				    page[j].pages * SNP_PAGE_SIZE))
				return error_set(error, ERROR_INVALID,
						 "%s: guest.%s and guest.%s overlap at 0x%" PRIx64, path, page[j].field,
						 page[i].field, page[i].gpa);
		}
		if (guest->stack_top > page[i].gpa && guest->stack_top <= page[i].gpa + page[i].pages * SNP_PAGE_SIZE)
			return error_set(error, ERROR_INVALID, "%s: guest.stack_top: 0x%" PRIx64 " lies in guest.%s",
					 path, guest->stack_top, page[i].field);
	}
	if (guest->secrets / SNP_LARGE_PAGE_SIZE != guest->cpuid / SNP_LARGE_PAGE_SIZE ||
	    guest->secrets / SNP_LARGE_PAGE_SIZE != guest->calling_area / SNP_LARGE_PAGE_SIZE)
		return error_set(error, ERROR_INVALID,
				 "%s: guest.secrets, guest.cpuid and guest.calling_area must lie in one 2 MiB region",
				 path);
	return true;
}

bool guest_layout(const char *path, const struct description_guest *description, const char *name,
		  const struct elf_file *elf, struct boot_guest *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->kind = description->kind;
	out->entry = elf->entry;
	out->stack_top = description->stack_top;
	out->page_tables = description->page_tables;
	out->boot_params = description->boot_params;
	out->secrets = description->secrets;
	out->cpuid = description->cpuid;
	out->calling_area = description->calling_area;
	if (!ranges(name, elf, out, error))
		return false;
	if (!elf_file_is_code(elf, elf->entry))
		return error_set(error, ERROR_INVALID,
				 "%s: entry point 0x%" PRIx64 " is not in an executable segment's file contents", name,
				 elf->entry);
	if (out->stack_top == 0 || out->stack_top % 16 || out->stack_top > FLAT64_LIMIT ||
	    (out->stack_top > FW_BASE && out->stack_top <= FW_END))
		return error_set(error, ERROR_INVALID,
				 "%s: guest.stack_top: 0x%" PRIx64
				 " must be a multiple of 16 below 4 GiB and outside the "
				 "firmware region",
				 path, out->stack_top);
	return specials(path, out, error);
}
