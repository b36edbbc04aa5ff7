/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_linux.h"

#include "abi/linux_boot.h"
#include "addr.h"
#include "console.h"
#include "freestanding_string.h"
#include "guest_handover.h"
#include "guest_long_mode.h"
#include "guest_memory.h"
#include "guest_ram.h"
#include "memory_map.h"
#include "paging.h"

#define RESERVED_COUNT 7u
#define LEGACY_START                                                                                                   \
	0xa0000ull /* video memory and ROMs of a PC; here RAM, validated, but Linux looks for tables in it */
#define LEGACY_END 0x100000ull
static_assert(MEMORY_MAP_RANGE_MAX + 2 * RESERVED_COUNT <= LINUX_E820_MAX, "the map fits");

/*
 * Pages Linux may read but must not use: what it got from the launch stays as it is, and it maps reserved ranges
 * encrypted. setup_data is not among them, for Linux maps that unencrypted unless it is in RAM. ACPI tables have a type
 * of their own: it reads them by ioremap(), which takes reserved memory for a device's. Ascending.
 */
static void list_reserved(const struct boot_guest *guest, struct gpa_range reserved[RESERVED_COUNT])
{
	const uint64_t page[] = {guest->cc_blob, guest->secrets, guest->cpuid, guest->calling_area};
	unsigned int count = 0;

	reserved[count++] = (struct gpa_range){LEGACY_START, LEGACY_END};
	reserved[count++] = (struct gpa_range){FW_BASE, FW_BASE + FW_SIZE};
	reserved[count++] = (struct gpa_range){guest->acpi, guest->acpi + guest->acpi_size};
	for (unsigned int i = 0; i < sizeof(page) / sizeof(page[0]); i++)
		reserved[count++] = (struct gpa_range){page[i], page[i] + PAGE_SIZE};
	for (unsigned int i = 1; i < count; i++) {
		for (unsigned int j = i; j > 0 && reserved[j - 1].start > reserved[j].start; j--) {
			struct gpa_range earlier = reserved[j];

			reserved[j] = reserved[j - 1];
			reserved[j - 1] = earlier;
		}
	}
}

static void add(struct linux_boot_params *params, uint64_t start, uint64_t end, uint32_t type)
{
	if (start < end)
		params->e820_table[params->e820_entries++] =
			(struct linux_e820_entry){.start = start, .size = end - start, .type = type};
}

/* RAM without the reserved ranges, then these. Linux sorts the table. */
static void write_memory_map(const struct boot_guest *guest, struct linux_boot_params *params)
{
	struct gpa_range reserved[RESERVED_COUNT];

	list_reserved(guest, reserved);
	params->e820_entries = 0;
	for (size_t i = 0; i < memory_map_guest.count; i++) {
		uint64_t at = memory_map_guest.range[i].start, end = memory_map_guest.range[i].end;

		for (unsigned int j = 0; j < RESERVED_COUNT; j++) {
			if (!gpa_range_overlaps(reserved[j], (struct gpa_range){at, end}))
				continue;
			add(params, at, reserved[j].start, LINUX_E820_RAM);
			at = reserved[j].end;
			if (at >= end)
				break;
		}
		add(params, at, end, LINUX_E820_RAM);
	}
	for (unsigned int j = 0; j < RESERVED_COUNT; j++)
		add(params, reserved[j].start, reserved[j].end,
		    reserved[j].start == guest->acpi ? LINUX_E820_ACPI : LINUX_E820_RESERVED);
}

static bool write_boot_params(const struct boot_guest *guest, struct linux_boot_params *params)
{
	if (!guest_memory_read(params, gpa_of(guest->boot_params), sizeof(*params)))
		return false;
	write_memory_map(guest, params);
	return guest_memory_write(gpa_of(guest->boot_params), params, sizeof(*params));
}

bool guest_linux_prepare(const struct boot_guest *guest, void *scratch)
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
