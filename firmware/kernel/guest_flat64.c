/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_flat64.h"

#include "console.h"
#include "freestanding_string.h"
#include "guest_handover.h"
#include "guest_long_mode.h"
#include "guest_memory.h"
#include "guest_ram.h"
#include "memory_map.h"
#include "paging.h"

static bool write_boot_params(const struct boot_guest *guest, void *scratch)
{
	struct flat64_boot *boot = scratch;

	memset(scratch, 0, PAGE_SIZE);
	boot->magic = FLAT64_MAGIC;
	boot->secrets = guest->secrets;
	boot->cpuid = guest->cpuid;
	boot->c_bit_mask = c_bit_mask;
	boot->range_count = memory_map_guest.count;
	static_assert(MEMORY_MAP_RANGE_MAX <= FLAT64_RANGE_MAX, "ranges fit");
	for (size_t i = 0; i < memory_map_guest.count; i++) {
		boot->range[i].gpa = memory_map_guest.range[i].start;
		boot->range[i].size = memory_map_guest.range[i].end - memory_map_guest.range[i].start;
	}
	return guest_memory_write(gpa_of(guest->boot_params), scratch, PAGE_SIZE);
}

bool guest_flat64_prepare(const struct boot_guest *guest, void *scratch)
{
	if (!guest_ram_validate(guest))
		return false;
	if (!guest_handover_write(guest, scratch) || !guest_long_mode_write(guest, scratch) ||
	    !write_boot_params(guest, scratch)) {
		console_printf("SVSM: guest: its pages cannot be written\n");
		return false;
	}
	return guest_long_mode_enter(guest);
}
