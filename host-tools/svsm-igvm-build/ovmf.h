/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What a bare OVMF image says about itself: the GUIDed table in front of its reset vector and its SEV metadata.
 * Source: edk2 OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm, OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm.
 */
#ifndef IGVM_BUILD_OVMF_H
#define IGVM_BUILD_OVMF_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define OVMF_SECTION_MAX 256u

enum ovmf_section_type {
	OVMF_SECTION_SEC_MEM = 1,
	OVMF_SECTION_SECRETS = 2,
	OVMF_SECTION_CPUID = 3,
	OVMF_SECTION_SVSM_CAA = 4,
	OVMF_SECTION_KERNEL_HASHES = 0x10,
};

struct ovmf_section {
	uint32_t gpa; /* page aligned, like size */
	uint32_t size;
	enum ovmf_section_type type;
	uint32_t offset; /* of the descriptor in the file */
};

struct ovmf {
	const char *name;
	const uint8_t *bytes;
	size_t size; /* multiple of 4096; the image ends at 4 GiB */
	uint64_t gpa;
	bool has_reset_eip;
	uint32_t reset_eip; /* where vCPUs after the first start */
	bool has_hash_table;
	uint32_t hash_table_gpa; /* where the hashes of kernel, initrd and command line go; 0: nowhere */
	uint32_t hash_table_size;
	size_t section_count;
	struct ovmf_section section[OVMF_SECTION_MAX]; /* in the metadata's order */
};

/* `bytes` must stay while `out` is used. An error names the offset and what is wrong there. */
bool ovmf_parse(const char *name, const uint8_t *bytes, size_t size, struct ovmf *out, struct error *error) MUST_CHECK;

#endif
