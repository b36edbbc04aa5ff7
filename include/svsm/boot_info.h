/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Boot info page: what svsm-igvm-build tells the firmware about the image it built. One page, measured, so trusted as
 * far as the launch measurement is. Addresses are guest-physical. Contract: docs/contracts.md section 1.
 */
#ifndef SVSM_BOOT_INFO_H
#define SVSM_BOOT_INFO_H

#include <assert.h>
#include <stdint.h>

#define FW_BASE 0x08000000ull /* 128 MiB, 2 MiB aligned */
#define FW_SIZE 0x02000000ull /* 32 MiB */

#define BOOT_INFO_MAGIC 0x4f464e494d535653ull /* "SVSMINFO" */
#define BOOT_INFO_VERSION 1u
#define BOOT_MODULE_MAX 8u

enum boot_module_kind {
	BOOT_MODULE_NONE = 0,
	BOOT_MODULE_VTPM = 1,	       /* ELF of the vtpm service */
	BOOT_MODULE_ATTEST = 2,	       /* ELF of the attest service */
	BOOT_MODULE_KEY_TEMPLATES = 3, /* compiled key-template manifest */
};

enum boot_guest_kind {
	BOOT_GUEST_NONE = 0, /* no guest: the firmware stops after start-up */
	BOOT_GUEST_FLAT64 = 1,
	BOOT_GUEST_LINUX = 2, /* a Linux kernel at its 64-bit entry point (abi/linux_boot.h) */
	BOOT_GUEST_OVMF = 3,  /* UEFI firmware in flash, entered at the reset vector */
};

struct boot_module {
	uint32_t kind;
	uint32_t reserved;
	uint64_t gpa;  /* page aligned, inside the firmware's region */
	uint64_t size; /* bytes; the rest of the last page is zero */
};

struct boot_range {
	uint64_t gpa;  /* page aligned */
	uint64_t size; /* bytes, page multiple */
};

#define BOOT_GUEST_RANGE_MAX 16u
#define BOOT_GUEST_SECTION_MAX 16u
struct boot_guest {
	uint32_t kind;
	uint32_t range_count;
	uint64_t entry;
	uint64_t stack_top;
	uint64_t page_tables; /* 7 free pages: PML4, PDPT, 4 page directories, GDT */
	uint64_t boot_params; /* RSI at entry; one page. FLAT64: written by the firmware; LINUX: in the image, the
			       * firmware adds the memory map */
	uint64_t secrets;     /* these three in one 2 MiB region */
	uint64_t cpuid;
	uint64_t calling_area;
	uint64_t cc_blob; /* LINUX: page of the image that names secrets and CPUID page to the kernel, else 0 */
	uint64_t acpi;	  /* LINUX: pages of the image with ACPI tables, and how many bytes these pages are */
	uint64_t acpi_size;
	/* Pages of the guest that were loaded by the image (already validated), ascending, disjoint, outside the
	 * firmware */
	struct boot_range range[BOOT_GUEST_RANGE_MAX];
	/* OVMF: pages of RAM it expects validated and zero before it starts (its SEV metadata), disjoint from all
	 * ranges; secrets, cpuid and calling_area lie in them. It validates the rest of RAM itself. */
	uint32_t section_count;
	uint32_t reserved;
	struct boot_range section[BOOT_GUEST_SECTION_MAX];
};

/* What an image asks of the firmware beside serving its guest. Measured like all of this. */
#define BOOT_OPTION_STACK_MARKS 1u /* log how far each stack has been used: stack_marks.h */
#define BOOT_OPTIONS BOOT_OPTION_STACK_MARKS

struct boot_info {
	uint64_t magic;
	uint32_t version;
	uint32_t module_count;
	uint64_t kernel_end; /* first page after kernel and BSS */
	uint64_t image_end;  /* first free page of the region after all modules */
	uint64_t cpuid_page;
	uint64_t secrets_page;
	uint64_t memory_map; /* page with igvm_memory_map_entry[], filled by the host, not measured */
	struct boot_module module[BOOT_MODULE_MAX];
	struct boot_guest guest;
	uint32_t options; /* BOOT_OPTION_ bits; one the firmware does not know is refused */
	uint32_t reserved;
};
static_assert(sizeof(struct boot_info) <= 4096, "boot info fits in a page");

/* Page a FLAT64 guest finds at boot_params: its RAM. Written by the firmware. */
#define FLAT64_MAGIC 0x3436544c46ull /* "FLT64" */
#define FLAT64_RANGE_MAX 64u
struct flat64_boot {
	uint64_t magic;
	uint64_t secrets;
	uint64_t cpuid;
	uint64_t c_bit_mask; /* 1 << position */
	uint64_t range_count;
	struct boot_range range[FLAT64_RANGE_MAX]; /* private, validated, RWX for VMPL2; firmware's region excluded */
};
static_assert(sizeof(struct flat64_boot) <= 4096, "flat64 boot data fits in a page");

#endif
