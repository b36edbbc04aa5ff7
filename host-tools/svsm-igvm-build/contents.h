/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What lies where in an image that this project built, by its boot info page. */
#ifndef IGVM_BUILD_CONTENTS_H
#define IGVM_BUILD_CONTENTS_H

#include "igvm_parse.h"
#include "svsm/boot_info.h"

/* Data of the SEV-SNP page at an address; NULL: no such page, or one without data. */
const uint8_t *contents_page(const struct igvm_file *file, uint64_t gpa);

/* False: the file has no boot info page this version understands. */
bool contents_boot_info(const struct igvm_file *file, struct boot_info *info) MUST_CHECK;

/* Name of what an address belongs to. NULL: nothing known, or `info` is NULL. */
const char *contents_place(const struct boot_info *info, uint64_t gpa);

#endif
