/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where the guest lies: checks its ELF file and the pages the firmware fills for it against each other. */
#ifndef IGVM_BUILD_GUEST_LAYOUT_H
#define IGVM_BUILD_GUEST_LAYOUT_H

#include "description.h"
#include "elf_file.h"
#include "error.h"
#include "svsm/boot_info.h"

/* `name` is the ELF file's, for messages. Fills all of `out`. */
bool guest_layout(const char *name, const struct description_guest *description, const struct elf_file *elf,
		  struct boot_guest *out, struct error *error) MUST_CHECK;

#endif
