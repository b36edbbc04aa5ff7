/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where the guest lies: checks its ELF file and the pages the firmware fills for it against each other. */
#ifndef IGVM_BUILD_GUEST_LAYOUT_H
#define IGVM_BUILD_GUEST_LAYOUT_H

#include "description.h"
#include "elf_file.h"
#include "error.h"
#include "svsm/boot_info.h"

/* `path` is the description's and `name` the ELF file's, both for messages. Fills all of `out`. */
bool guest_layout(const char *path, const struct description_guest *description, const char *name,
		  const struct elf_file *elf, struct boot_guest *out, struct error *error) MUST_CHECK;

#endif
