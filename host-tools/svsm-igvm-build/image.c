/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "image.h"

#include "elf_file.h"
#include "guest_layout.h"
#include "guest_layout_linux.h"
#include "guest_layout_ovmf.h"
#include "vmsa.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "boot info and VMSA are written as they lie in memory");

#define FW_END (FW_BASE + FW_SIZE)

static uint64_t page_up(uint64_t value)
{
	return (value + SNP_PAGE_SIZE - 1) & ~(uint64_t)(SNP_PAGE_SIZE - 1);
}

static bool firmware_ok(const char *name, const struct elf_file *elf, struct error *error)
{
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segment[i];

		if (segment->gpa < FW_BASE || segment->gpa > FW_END || FW_END - segment->gpa < segment->memory_size)
			return error_set(error, ERROR_INVALID,
					 "%s: segment at physical 0x%" PRIx64 ", 0x%" PRIx64
					 " bytes, leaves the firmware region [0x%llx, 0x%llx)",
					 name, segment->gpa, segment->memory_size, FW_BASE, FW_END);
	}
	if (!elf_file_is_code(elf, elf->entry))
		return error_set(error, ERROR_INVALID,
				 "%s: entry point 0x%" PRIx64
				 " is not a physical address inside an executable segment's file contents",
				 name, elf->entry);
	return true;
}

/* Takes `size` bytes, page aligned, at *next. */
static bool take(uint64_t *next, uint64_t size, const char *what, uint64_t *gpa, struct error *error)
{
	/* The firmware needs at least one free page behind the image. */
	if (size > FW_SIZE || page_up(*next + size) >= FW_END)
		return error_set(error, ERROR_INVALID,
				 "%s: does not fit: 0x%" PRIx64 " bytes at 0x%" PRIx64
				 " leave no free page in the firmware region, which ends at 0x%llx",
				 what, size, *next, FW_END);
	*gpa = *next;
	*next = page_up(*next + size);
	return true;
}

/* Addresses of everything in the firmware's region, in the contract's order. */
static bool assign(const struct description *description, const struct image_inputs *inputs,
		   const struct elf_file *firmware, struct image *out, struct error *error)
{
	const struct elf_segment *last = &firmware->segment[firmware->segment_count - 1];
	struct boot_info *info = &out->info;
	uint64_t next = page_up(last->gpa + last->memory_size);

	info->magic = BOOT_INFO_MAGIC;
	info->version = BOOT_INFO_VERSION;
	info->kernel_end = next;
	info->options = description->options;
	if (!take(&next, SNP_PAGE_SIZE, "boot info page", &out->boot_info_gpa, error) ||
	    !take(&next, SNP_PAGE_SIZE, "CPUID page", &info->cpuid_page, error) ||
	    !take(&next, SNP_PAGE_SIZE, "secrets page", &info->secrets_page, error) ||
	    !take(&next, SNP_PAGE_SIZE, "memory map page", &info->memory_map, error))
		return false;
	for (size_t i = 0; i < description->module_count; i++) {
		const struct image_input *input = &inputs->module[i];
		struct boot_module *module = &info->module[i];

		if (input->size == 0)
			return error_set(error, ERROR_INVALID, "%s: module is empty", input->label);
		module->kind = description->module[i].kind;
		module->size = input->size;
		if (!take(&next, input->size, input->label, &module->gpa, error))
			return false;
	}
	info->module_count = (uint32_t)description->module_count;
	info->image_end = next;
	return true;
}

static void copy_segments(const struct elf_file *elf, struct image_extent *extent)
{
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *segment = &elf->segment[i];

		if (segment->gpa >= extent->gpa && segment->gpa - extent->gpa < extent->pages * SNP_PAGE_SIZE &&
		    segment->file_size > 0)
			memcpy(extent->bytes + (segment->gpa - extent->gpa), segment->bytes, segment->file_size);
	}
}

static bool new_extent(struct image_extent *extent, uint64_t gpa, uint64_t size, struct error *error)
{
	extent->gpa = gpa;
	extent->pages = size / SNP_PAGE_SIZE;
	extent->bytes = calloc(extent->pages, SNP_PAGE_SIZE);
	return extent->bytes || error_no_memory(error);
}

/*
 * The whole of [FW_BASE, image_end) is loaded, gaps between segments too: the firmware takes each page of it as already
 * validated.
 */
static bool fill_firmware(const struct image_inputs *inputs, const struct elf_file *elf, struct image *out,
			  struct image_extent *extent, struct error *error)
{
	if (!new_extent(extent, FW_BASE, out->info.image_end - FW_BASE, error))
		return false;
	copy_segments(elf, extent);
	memcpy(extent->bytes + (out->boot_info_gpa - FW_BASE), &out->info, sizeof(out->info));
	for (size_t i = 0; i < out->info.module_count; i++)
		memcpy(extent->bytes + (out->info.module[i].gpa - FW_BASE), inputs->module[i].bytes,
		       inputs->module[i].size);
	return true;
}

static bool fill(const struct image_inputs *inputs, const struct elf_file *firmware, const struct elf_file *guest,
		 struct image *out, struct error *error)
{
	uint32_t range = 0;
	bool firmware_done = false;

	while (!firmware_done || range < out->info.guest.range_count) {
		struct image_extent *extent = &out->extent[out->extent_count++];
		const struct boot_range *next = &out->info.guest.range[range];

		if (!firmware_done && (range == out->info.guest.range_count || next->gpa > FW_BASE)) {
			if (!fill_firmware(inputs, firmware, out, extent, error))
				return false;
			firmware_done = true;
			continue;
		}
		if (!new_extent(extent, next->gpa, next->size, error))
			return false;
		copy_segments(guest, extent);
		range++;
	}
	return true;
}

static bool place_linux(const struct description *description, const struct image_inputs *inputs, struct image *out,
			struct guest_linux_pages *pages, struct elf_file *guest, struct error *error)
{
	const struct guest_linux_file kernel = {inputs->guest.label, inputs->guest.bytes, inputs->guest.size};
	const struct guest_linux_file initrd = {inputs->initrd.label, inputs->initrd.bytes, inputs->initrd.size};

	return guest_layout_linux(&kernel, inputs->initrd.label ? &initrd : NULL, description->guest.command_line,
				  description->vcpus, pages, guest, &out->info.guest, error);
}

static bool place_guest(const struct description *description, const struct image_inputs *inputs, struct image *out,
			struct guest_linux_pages *pages, struct elf_file *guest, struct error *error)
{
	switch (description->guest.kind) {
	case BOOT_GUEST_NONE:
		return true;
	case BOOT_GUEST_LINUX:
		return place_linux(description, inputs, out, pages, guest, error);
	case BOOT_GUEST_OVMF:
		return guest_layout_ovmf(inputs->guest.label, inputs->guest.bytes, inputs->guest.size, guest,
					 &out->info.guest, error);
	case BOOT_GUEST_FLAT64:
		break;
	}
	return elf_file_parse(inputs->guest.label, inputs->guest.bytes, inputs->guest.size, guest, error) &&
	       guest_layout(inputs->description, &description->guest, inputs->guest.label, guest, &out->info.guest,
			    error);
}

bool image_layout(const struct description *description, const struct image_inputs *inputs, struct image *out,
		  struct error *error)
{
	struct elf_file firmware, guest;
	struct guest_linux_pages pages; /* fill() copies what the guest's segments point to */

	memset(out, 0, sizeof(*out));
	memset(&guest, 0, sizeof(guest));
	if (!elf_file_parse(inputs->firmware.label, inputs->firmware.bytes, inputs->firmware.size, &firmware, error) ||
	    !firmware_ok(inputs->firmware.label, &firmware, error) ||
	    !assign(description, inputs, &firmware, out, error) ||
	    !place_guest(description, inputs, out, &pages, &guest, error))
		return false;
	out->guest_policy = description->guest_policy;
	vmsa_initial(&out->vmsa, firmware.entry, out->boot_info_gpa, description->sev_features);
	return fill(inputs, &firmware, &guest, out, error);
}

void image_free(struct image *image)
{
	for (size_t i = 0; i < image->extent_count; i++)
		free(image->extent[i].bytes);
	image->extent_count = 0;
}
