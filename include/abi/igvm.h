/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* IGVM file format, version 1. Source: Microsoft igvm, igvm_defs crate 0.4/0.5. Little-endian. */
#ifndef ABI_IGVM_H
#define ABI_IGVM_H

#include <assert.h>
#include <stdint.h>

#define IGVM_MAGIC 0x4d564749u
#define IGVM_FORMAT_V1 1u
#define IGVM_FORMAT_V2 2u

struct igvm_fixed_header {
	uint32_t magic;
	uint32_t format_version;
	uint32_t variable_header_offset;
	uint32_t variable_header_size;
	uint32_t total_file_size;
	uint32_t checksum; /* CRC-32 of this header with 0 here, then of the variable headers */
};
static_assert(sizeof(struct igvm_fixed_header) == 24, "fixed header");

struct igvm_variable_header {
	uint32_t type;	 /* bit 31: optional */
	uint32_t length; /* of the payload, without padding to 8 */
};

#define IGVM_VHT_OPTIONAL (1u << 31)
#define IGVM_VHT_SUPPORTED_PLATFORM 0x1u
#define IGVM_VHT_GUEST_POLICY 0x101u
#define IGVM_VHT_RELOCATABLE_REGION 0x102u
#define IGVM_VHT_PAGE_TABLE_RELOCATION 0x103u
#define IGVM_VHT_CORIM_DOCUMENT 0x104u
#define IGVM_VHT_CORIM_SIGNATURE 0x105u
#define IGVM_VHT_CCA_POLICY 0x106u
#define IGVM_VHT_PARAMETER_AREA 0x301u
#define IGVM_VHT_PAGE_DATA 0x302u
#define IGVM_VHT_PARAMETER_INSERT 0x303u
#define IGVM_VHT_VP_CONTEXT 0x304u
#define IGVM_VHT_REQUIRED_MEMORY 0x305u
#define IGVM_VHT_VP_COUNT 0x307u
#define IGVM_VHT_SRAT 0x308u
#define IGVM_VHT_MADT 0x309u
#define IGVM_VHT_MMIO_RANGES 0x30au
#define IGVM_VHT_SNP_ID_BLOCK 0x30bu
#define IGVM_VHT_MEMORY_MAP 0x30cu
#define IGVM_VHT_ERROR_RANGE 0x30du
#define IGVM_VHT_COMMAND_LINE 0x30eu
#define IGVM_VHT_SLIT 0x30fu
#define IGVM_VHT_PPTT 0x310u
#define IGVM_VHT_VBS_MEASUREMENT 0x311u
#define IGVM_VHT_DEVICE_TREE 0x312u
#define IGVM_VHT_ENVIRONMENT_INFO 0x313u

#define IGVM_PLATFORM_NATIVE 0u
#define IGVM_PLATFORM_VSM 1u
#define IGVM_PLATFORM_SEV_SNP 2u

struct igvm_supported_platform {
	uint32_t compatibility_mask;
	uint8_t highest_vtl;
	uint8_t platform_type;
	uint16_t platform_version;
	uint64_t shared_gpa_boundary;
};
static_assert(sizeof(struct igvm_supported_platform) == 16, "supported platform");
struct igvm_guest_policy {
	uint64_t policy;
	uint32_t compatibility_mask;
	uint32_t reserved;
};
static_assert(sizeof(struct igvm_guest_policy) == 16, "guest policy");
struct igvm_parameter_area {
	uint64_t number_of_bytes;
	uint32_t parameter_area_index;
	uint32_t file_offset;
};
static_assert(sizeof(struct igvm_parameter_area) == 16, "parameter area");
#define IGVM_PAGE_2MB (1u << 0)
#define IGVM_PAGE_UNMEASURED (1u << 1)
#define IGVM_PAGE_SHARED (1u << 2)
#define IGVM_PAGE_DATA_NORMAL 0u
#define IGVM_PAGE_DATA_SECRETS 1u
#define IGVM_PAGE_DATA_CPUID 2u
#define IGVM_PAGE_DATA_CPUID_XF 3u
struct igvm_page_data {
	uint64_t gpa;
	uint32_t compatibility_mask;
	uint32_t file_offset; /* 0: zero page */
	uint32_t flags;
	uint16_t data_type;
	uint16_t reserved;
};
static_assert(sizeof(struct igvm_page_data) == 24, "page data");
struct __attribute__((packed)) igvm_parameter_insert {
	uint64_t gpa;
	uint32_t compatibility_mask;
	uint32_t parameter_area_index;
};
static_assert(sizeof(struct igvm_parameter_insert) == 16, "parameter insert");
struct __attribute__((packed)) igvm_vp_context {
	uint64_t gpa;
	uint32_t compatibility_mask;
	uint32_t file_offset;
	uint16_t vp_index;
	uint16_t reserved;
};
static_assert(sizeof(struct igvm_vp_context) == 20, "VP context");
struct igvm_relocatable_region {
	uint32_t compatibility_mask;
	uint16_t vp_index;
	uint8_t vtl;
	uint8_t flags; /* 1: VTL 2, 2: instruction pointer, 4: GDTR */
	uint64_t alignment;
	uint64_t gpa;
	uint64_t size;
	uint64_t minimum_gpa;
	uint64_t maximum_gpa;
};
static_assert(sizeof(struct igvm_relocatable_region) == 48, "relocatable region");
struct igvm_page_table_relocation {
	uint32_t compatibility_mask;
	uint16_t vp_index;
	uint8_t vtl;
	uint8_t reserved;
	uint64_t gpa;
	uint64_t size;
	uint64_t used_size;
};
static_assert(sizeof(struct igvm_page_table_relocation) == 32, "page table relocation");
struct igvm_error_range {
	uint64_t gpa;
	uint32_t compatibility_mask;
	uint32_t size_bytes;
};
static_assert(sizeof(struct igvm_error_range) == 16, "error range");
struct igvm_corim {
	uint32_t compatibility_mask;
	uint32_t file_offset;
	uint32_t size_bytes;
	uint32_t reserved;
};
static_assert(sizeof(struct igvm_corim) == 16, "CoRIM document and signature");
struct igvm_required_memory {
	uint64_t gpa;
	uint32_t compatibility_mask;
	uint32_t number_of_bytes;
	uint32_t flags;
	uint32_t reserved;
};
static_assert(sizeof(struct igvm_required_memory) == 24, "required memory");
struct igvm_parameter {
	uint32_t parameter_area_index;
	uint32_t byte_offset;
};
static_assert(sizeof(struct igvm_parameter) == 8, "parameter");

#define IGVM_MEMORY_RAM 0u
#define IGVM_MEMORY_RESERVED 1u
struct igvm_memory_map_entry {
	uint64_t starting_page; /* 4 KiB page number */
	uint64_t page_count;	/* 0 ends the list */
	uint16_t type;
	uint16_t flags;
	uint32_t reserved;
};
static_assert(sizeof(struct igvm_memory_map_entry) == 24, "memory map entry");

#define IGVM_SNP_VMSA_GPA_KVM 0xfffffffff000ull /* where KVM measures VMSAs */

struct igvm_snp_id_block_key {
	uint32_t curve; /* 2 = P-384 */
	uint32_t reserved;
	uint8_t qx[72];
	uint8_t qy[72];
};
struct igvm_snp_id_block_signature {
	uint8_t r[72];
	uint8_t s[72];
};
struct igvm_snp_id_block {
	uint32_t compatibility_mask;
	uint8_t author_key_enabled;
	uint8_t reserved[3];
	uint8_t ld[48];
	uint8_t family_id[16];
	uint8_t image_id[16];
	uint32_t version;
	uint32_t guest_svn;
	uint32_t id_key_algorithm;
	uint32_t author_key_algorithm;
	struct igvm_snp_id_block_signature id_key_signature;
	struct igvm_snp_id_block_key id_public_key;
	struct igvm_snp_id_block_signature author_key_signature;
	struct igvm_snp_id_block_key author_public_key;
};
static_assert(sizeof(struct igvm_snp_id_block) == 696, "ID block");

#endif
