/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Linux/x86 boot protocol, as far as a 64-bit direct boot needs it. Source: Linux, Documentation/arch/x86/boot.rst and
 * zero-page.rst; SETUP_CC_BLOB: AMD 56860 has the pages it names, Linux has the blob. Little-endian.
 */
#ifndef ABI_LINUX_BOOT_H
#define ABI_LINUX_BOOT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_BOOT_FLAG 0xaa55u
#define LINUX_HEADER_MAGIC 0x53726448u /* "HdrS" */
#define LINUX_VERSION_MIN 0x20cu       /* 2.12: xloadflags */
#define LINUX_LOADED_HIGH 0x01u
#define LINUX_XLF_KERNEL_64 0x0001u
#define LINUX_LOADER_UNDEFINED 0xffu
#define LINUX_SECTOR_SIZE 512u
#define LINUX_SETUP_SECTS_DEFAULT 4u /* when the field is 0 */
#define LINUX_ENTRY_64 0x200u	     /* 64-bit entry point, from the start of the protected-mode part */

/* Setup header: at 0x1f1 of the file's first sector and of the zero page */
#define LINUX_HEADER_OFFSET 0x1f1u
struct __attribute__((packed)) linux_setup_header {
	uint8_t setup_sects; /* 0x1f1 */
	uint16_t root_flags;
	uint32_t syssize; /* 0x1f4: protected-mode part in units of 16 bytes */
	uint16_t ram_size;
	uint16_t vid_mode;
	uint16_t root_dev;
	uint16_t boot_flag; /* 0x1fe */
	uint8_t jump;
	uint8_t jump_distance; /* 0x201: the header ends this many bytes after 0x202 */
	uint32_t header;       /* 0x202 */
	uint16_t version;
	uint32_t realmode_swtch;
	uint16_t start_sys_seg;
	uint16_t kernel_version;
	uint8_t type_of_loader; /* 0x210 */
	uint8_t loadflags;
	uint16_t setup_move_size;
	uint32_t code32_start;
	uint32_t ramdisk_image; /* 0x218 */
	uint32_t ramdisk_size;
	uint32_t bootsect_kludge;
	uint16_t heap_end_ptr;
	uint8_t ext_loader_ver;
	uint8_t ext_loader_type;
	uint32_t cmd_line_ptr; /* 0x228 */
	uint32_t initrd_addr_max;
	uint32_t kernel_alignment;
	uint8_t relocatable_kernel;
	uint8_t min_alignment;
	uint16_t xloadflags; /* 0x236 */
	uint32_t cmdline_size;
	uint32_t hardware_subarch;
	uint64_t hardware_subarch_data;
	uint32_t payload_offset;
	uint32_t payload_length;
	uint64_t setup_data; /* 0x250 */
	uint64_t pref_address;
	uint32_t init_size; /* 0x260: memory the kernel uses before it knows the memory map */
	uint32_t handover_offset;
	uint32_t kernel_info_offset;
};
static_assert(LINUX_HEADER_OFFSET + offsetof(struct linux_setup_header, header) == 0x202, "magic");
static_assert(LINUX_HEADER_OFFSET + offsetof(struct linux_setup_header, cmd_line_ptr) == 0x228, "command line");
static_assert(LINUX_HEADER_OFFSET + offsetof(struct linux_setup_header, xloadflags) == 0x236, "xloadflags");
static_assert(LINUX_HEADER_OFFSET + offsetof(struct linux_setup_header, setup_data) == 0x250, "setup_data");
static_assert(LINUX_HEADER_OFFSET + offsetof(struct linux_setup_header, init_size) == 0x260, "init_size");

#define LINUX_E820_MAX 128u
#define LINUX_E820_RAM 1u
#define LINUX_E820_RESERVED 2u
#define LINUX_E820_ACPI 3u
struct __attribute__((packed)) linux_e820_entry {
	uint64_t start, size;
	uint32_t type;
};

/* The zero page ("struct boot_params"), which RSI points to at the 64-bit entry */
struct __attribute__((packed)) linux_boot_params {
	uint8_t reserved_000[0x70];
	uint64_t acpi_rsdp_addr; /* 0x070 */
	uint8_t reserved_078[0x1e8 - 0x78];
	uint8_t e820_entries; /* 0x1e8 */
	uint8_t reserved_1e9[LINUX_HEADER_OFFSET - 0x1e9];
	struct linux_setup_header hdr; /* 0x1f1 */
	uint8_t reserved_26c[0x2d0 - 0x26c];
	struct linux_e820_entry e820_table[LINUX_E820_MAX]; /* 0x2d0 */
	uint8_t reserved_cd0[0x1000 - 0xcd0];
};
static_assert(sizeof(struct linux_boot_params) == 4096, "zero page");
static_assert(offsetof(struct linux_boot_params, acpi_rsdp_addr) == 0x70, "RSDP");
static_assert(offsetof(struct linux_boot_params, e820_entries) == 0x1e8, "e820 count");
static_assert(offsetof(struct linux_boot_params, e820_table) == 0x2d0, "e820 table");

/* What setup_data of type SETUP_CC_BLOB says: where the blob is */
#define LINUX_SETUP_CC_BLOB 7u
struct __attribute__((packed)) linux_setup_cc_blob {
	uint64_t next;
	uint32_t type, length; /* length of what follows */
	uint32_t address;
};
static_assert(sizeof(struct linux_setup_cc_blob) == 20, "setup_data");

/* Linux, struct cc_blob_sev_info */
#define LINUX_CC_BLOB_MAGIC 0x45444d41u /* "AMDE" */
struct linux_cc_blob {
	uint32_t magic;
	uint16_t version, reserved_6;
	uint64_t secrets;
	uint32_t secrets_size, reserved_14;
	uint64_t cpuid;
	uint32_t cpuid_size, reserved_24;
};
static_assert(sizeof(struct linux_cc_blob) == 0x28, "confidential computing blob");

#endif
