/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where OVMF lies: its image ends at 4 GiB, and its SEV metadata names the pages the firmware prepares for it. */
#ifndef IGVM_BUILD_GUEST_LAYOUT_OVMF_H
#define IGVM_BUILD_GUEST_LAYOUT_OVMF_H

#include "elf_file.h"
#include "error.h"
#include "svsm/boot_info.h"

#include <stddef.h>
#include <stdint.h>

/*
 * `label` is the file's name, for messages. Fills all of `out`, and `placed` with the one piece the image loads, which
 * points to `bytes`. An image without a calling area for an SVSM, or with sections it cannot have, is an error.
 */
bool guest_layout_ovmf(const char *label, const uint8_t *bytes, size_t size, struct elf_file *placed,
		       struct boot_guest *out, struct error *error) MUST_CHECK;

#endif
