/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A Linux kernel entered directly at its 64-bit entry point (Linux, Documentation/arch/x86/boot.rst), without boot
 * firmware. Kernel, initramfs, command line and the pages of the boot protocol are part of the image, and so measured;
 * at boot the firmware adds only the memory map and the pages a launch cannot carry: secrets, CPUID, calling area, page
 * tables.
 */
#ifndef IGVM_BUILD_GUEST_LAYOUT_LINUX_H
#define IGVM_BUILD_GUEST_LAYOUT_LINUX_H

#include "abi/linux_boot.h"
#include "abi/snp.h"
#include "acpi_tables.h"
#include "elf_file.h"
#include "error.h"
#include "svsm/boot_info.h"

struct guest_linux_file {
	const char *label; /* for messages */
	const uint8_t *bytes;
	size_t size;
};

/* Pages made here, in the order they lie in memory */
struct guest_linux_pages {
	struct linux_boot_params boot_params;
	uint8_t command_line[SNP_PAGE_SIZE];
	uint8_t setup_data[SNP_PAGE_SIZE];
	uint8_t cc_blob[SNP_PAGE_SIZE];
	uint8_t acpi[ACPI_TABLES_SIZE_MAX]; /* elsewhere, and as many pages as are used */
};

/*
 * Checks the kernel's header and places everything. `initrd` may be NULL. `out` gets the addresses, `placed` what lies
 * there: its segments point into the files and into `pages`.
 */
bool guest_layout_linux(const struct guest_linux_file *kernel, const struct guest_linux_file *initrd,
			const char *command_line, uint32_t vcpus, struct guest_linux_pages *pages,
			struct elf_file *placed, struct boot_guest *out, struct error *error) MUST_CHECK;

#endif
