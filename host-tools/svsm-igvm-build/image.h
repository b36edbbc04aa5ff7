/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Boot image in memory: what is placed at which guest-physical address. Rules: docs/contracts.md section 1. Nothing
 * here knows about IGVM.
 */
#ifndef IGVM_BUILD_IMAGE_H
#define IGVM_BUILD_IMAGE_H

#include "abi/snp.h"
#include "description.h"
#include "error.h"
#include "file.h"
#include "svsm/boot_info.h"

#include <stddef.h>
#include <stdint.h>

/* The files a description names, read into memory. `label` is the name as the description writes it. */
struct image_input {
	const char *label;
	const uint8_t *bytes;
	size_t size;
};
struct image_inputs {
	const char *description; /* the file's name, for messages */
	struct image_input firmware;
	struct image_input module[BOOT_MODULE_MAX];
	struct image_input guest;
	struct image_input initrd; /* of a Linux guest; no bytes: none */
};

/* Contiguous pages that the image loads. */
struct image_extent {
	uint64_t gpa; /* page aligned */
	size_t pages;
	uint8_t *bytes; /* owned */
};

#define IMAGE_EXTENT_MAX (1 + BOOT_GUEST_RANGE_MAX)
struct image {
	uint64_t guest_policy;
	struct boot_info info;
	uint64_t boot_info_gpa;
	size_t extent_count;
	/* ascending, disjoint. The one at FW_BASE holds info.cpuid_page, info.secrets_page and info.memory_map, whose
	 * contents come from elsewhere. */
	struct image_extent extent[IMAGE_EXTENT_MAX];
	struct snp_vmsa vmsa;
};

/* Every broken rule is an error that names file and address. Call image_free also after a failure. */
bool image_layout(const struct description *description, const struct image_inputs *inputs, struct image *out,
		  struct error *error) MUST_CHECK;
void image_free(struct image *image);

#endif
