/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The page with the hashes of kernel, initrd and command line that QEMU gives to OVMF. Source: abi/ovmf.h. */
#ifndef IGVM_BUILD_SEV_HASHES_H
#define IGVM_BUILD_SEV_HASHES_H

#include "abi/snp.h"
#include "error.h"

#include <stddef.h>
#include <stdint.h>

struct sev_hashes_input {
	const uint8_t *kernel;
	size_t kernel_size;
	const uint8_t *initrd; /* NULL, 0: none */
	size_t initrd_size;
	const char *command_line; /* NULL counts as "" */
};

/* Writes the table at `offset` of a page of zeros. */
bool sev_hashes_page(const struct sev_hashes_input *input, size_t offset, uint8_t page[SNP_PAGE_SIZE],
		     struct error *error) MUST_CHECK;

#endif
