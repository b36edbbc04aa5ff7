/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Table of the variable header types: name, payload length, section. */
#ifndef IGVM_BUILD_IGVM_TYPES_H
#define IGVM_BUILD_IGVM_TYPES_H

#include <stddef.h>
#include <stdint.h>

enum igvm_section {
	IGVM_SECTION_PLATFORM = 1,
	IGVM_SECTION_INITIALIZATION = 2,
	IGVM_SECTION_DIRECTIVE = 3,
};

struct igvm_type {
	uint32_t type;
	uint32_t length; /* payload bytes */
	enum igvm_section section;
	const char *name;
};

/* NULL: not a type this tool reads. */
const struct igvm_type *igvm_type_find(uint32_t type);

/* Does the payload hold only { parameter_area_index, byte_offset }? */
int igvm_type_is_parameter(uint32_t type);

#endif
