/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What OVMF tells a VMM inside its image. Sources: edk2 OvmfPkg/ResetVector (GUIDed table, SEV metadata), QEMU
 * target/i386/sev.c (table of kernel hashes). GUIDs are written as they lie in memory.
 */
#ifndef ABI_OVMF_H
#define ABI_OVMF_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define OVMF_GUID_SIZE 16u
#define OVMF_TABLE_END 0x20u			  /* the table ends this far before the image's end */
#define OVMF_ENTRY_OVERHEAD (2u + OVMF_GUID_SIZE) /* u16 size of the entry, GUID; both behind its data */

/* 96b582de-1fb2-45f7-baea-a366c55a082d */
#define OVMF_GUID_TABLE_FOOTER                                                                                         \
	{                                                                                                              \
		0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45, 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d         \
	}
/* 00f771de-1a7e-4fcb-890e-68c77e2fb44e: u32 EIP of vCPUs after the first */
#define OVMF_GUID_SEV_ES_RESET                                                                                         \
	{                                                                                                              \
		0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f, 0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e         \
	}
/* 7255371f-3a3b-4b04-927b-1da6efa8d454: u32 address, u32 size of the kernel hashes table */
#define OVMF_GUID_SEV_HASH_TABLE                                                                                       \
	{                                                                                                              \
		0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b, 0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54         \
	}
/* dc886566-984a-4798-a75e-5585a7bf67cc: u32 distance of the SEV metadata from the image's end */
#define OVMF_GUID_SEV_METADATA                                                                                         \
	{                                                                                                              \
		0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47, 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc         \
	}

#define OVMF_SEV_METADATA_SIGNATURE "ASEV"
#define OVMF_SEV_METADATA_VERSION 1u
struct ovmf_sev_metadata {
	char signature[4];
	uint32_t length; /* with this header */
	uint32_t version;
	uint32_t count; /* of struct ovmf_sev_section behind it */
};
static_assert(sizeof(struct ovmf_sev_metadata) == 16, "SEV metadata");
struct ovmf_sev_section {
	uint32_t base;
	uint32_t size;
	uint32_t type; /* 1 SEC_MEM, 2 secrets, 3 CPUID, 4 SVSM calling area, 0x10 kernel hashes */
};
static_assert(sizeof(struct ovmf_sev_section) == 12, "SEV metadata section");

/* Kernel hashes: header, then command line, initrd, kernel, in this order; zero-padded to 16 bytes */
/* 9438d606-4f22-4cc9-b479-a793d411fd21 */
#define OVMF_GUID_HASHES_HEADER                                                                                        \
	{                                                                                                              \
		0x06, 0xd6, 0x38, 0x94, 0x22, 0x4f, 0xc9, 0x4c, 0xb4, 0x79, 0xa7, 0x93, 0xd4, 0x11, 0xfd, 0x21         \
	}
/* 97d02dd8-bd20-4c94-aa78-e7714d36ab2a */
#define OVMF_GUID_HASHES_COMMAND_LINE                                                                                  \
	{                                                                                                              \
		0xd8, 0x2d, 0xd0, 0x97, 0x20, 0xbd, 0x94, 0x4c, 0xaa, 0x78, 0xe7, 0x71, 0x4d, 0x36, 0xab, 0x2a         \
	}
/* 44baf731-3a2f-4bd7-9af1-41e29169781d */
#define OVMF_GUID_HASHES_INITRD                                                                                        \
	{                                                                                                              \
		0x31, 0xf7, 0xba, 0x44, 0x2f, 0x3a, 0xd7, 0x4b, 0x9a, 0xf1, 0x41, 0xe2, 0x91, 0x69, 0x78, 0x1d         \
	}
/* 4de79437-abd2-427f-b835-d5b172d2045b */
#define OVMF_GUID_HASHES_KERNEL                                                                                        \
	{                                                                                                              \
		0x37, 0x94, 0xe7, 0x4d, 0xd2, 0xab, 0x7f, 0x42, 0xb8, 0x35, 0xd5, 0xb1, 0x72, 0xd2, 0x04, 0x5b         \
	}

struct __attribute__((packed)) ovmf_hash_entry {
	uint8_t guid[OVMF_GUID_SIZE];
	uint16_t length; /* of this entry */
	uint8_t sha256[32];
};
struct __attribute__((packed)) ovmf_hash_table {
	uint8_t guid[OVMF_GUID_SIZE];
	uint16_t length;		     /* without the padding */
	struct ovmf_hash_entry command_line; /* with its terminating NUL */
	struct ovmf_hash_entry initrd;
	struct ovmf_hash_entry kernel;
	uint8_t padding[8];
};
static_assert(sizeof(struct ovmf_hash_entry) == 50, "hash entry");
static_assert(sizeof(struct ovmf_hash_table) == 176, "hash table");

#endif
