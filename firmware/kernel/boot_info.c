/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "boot_info.h"

#include "addr.h"
#include "paging.h"

#include <stddef.h>

extern uint64_t boot_info_gpa; /* boot.S */

static const struct gpa_range region = {FW_BASE, FW_BASE + FW_SIZE};

static bool page_in_region(uint64_t gpa)
{
	return addr_is_aligned(gpa, PAGE_SIZE) && gpa_range_contains(region, gpa, PAGE_SIZE);
}

static bool modules_ok(const struct boot_info *info)
{
	if (info->module_count > BOOT_MODULE_MAX)
		return false;
	for (uint32_t i = 0; i < info->module_count; i++) {
		const struct boot_module *module = &info->module[i];

		if (!addr_is_aligned(module->gpa, PAGE_SIZE) || module->gpa < info->kernel_end ||
		    !gpa_range_contains(region, module->gpa, module->size) ||
		    module->gpa + module->size > info->image_end)
			return false;
	}
	return true;
}

/* Pages in ascending order, outside the firmware's region */
static bool ranges_ok(const struct boot_range *range, uint32_t count, uint32_t max)
{
	uint64_t last_end = 0;

	if (count > max)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t end;

		if (!addr_is_aligned(range[i].gpa | range[i].size, PAGE_SIZE) || range[i].size == 0 ||
		    range[i].gpa < last_end || __builtin_add_overflow(range[i].gpa, range[i].size, &end) ||
		    gpa_range_overlaps((struct gpa_range){range[i].gpa, end}, region))
			return false;
		last_end = end;
	}
	return true;
}

static bool guest_ok(const struct boot_guest *guest)
{
	return ranges_ok(guest->range, guest->range_count, BOOT_GUEST_RANGE_MAX) &&
	       ranges_ok(guest->section, guest->section_count, BOOT_GUEST_SECTION_MAX);
}

const struct boot_info *boot_info_get(void)
{
	const struct boot_info *info;

	if (!page_in_region(boot_info_gpa))
		return NULL;
	info = paging_pointer(gpa_of(boot_info_gpa));
	if (info->magic != BOOT_INFO_MAGIC || info->version != BOOT_INFO_VERSION || !page_in_region(info->cpuid_page) ||
	    !page_in_region(info->secrets_page) || !page_in_region(info->memory_map) ||
	    !addr_is_aligned(info->image_end, PAGE_SIZE) || info->image_end <= info->kernel_end ||
	    info->image_end >= FW_BASE + FW_SIZE || (info->options & ~BOOT_OPTIONS) != 0 || !modules_ok(info) ||
	    !guest_ok(&info->guest))
		return NULL;
	return info;
}
