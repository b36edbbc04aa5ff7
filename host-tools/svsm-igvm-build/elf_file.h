/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Strict reader of static x86-64 ELF executables: the loadable segments by physical address. Source: System V gABI. */
#ifndef IGVM_BUILD_ELF_FILE_H
#define IGVM_BUILD_ELF_FILE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENT_MAX 64u

struct elf_segment {
	uint64_t gpa;	      /* p_paddr */
	uint64_t memory_size; /* bytes, not 0; gpa + memory_size does not wrap */
	uint64_t file_size;   /* bytes present in the file, <= memory_size; the rest is zero */
	const uint8_t *bytes; /* into the caller's file */
	bool executable;
};

struct elf_file {
	uint64_t entry; /* e_entry as written */
	size_t segment_count;
	struct elf_segment segment[ELF_SEGMENT_MAX]; /* ascending gpa, disjoint */
};

/* `name` is for messages. The result points into `bytes`. */
bool elf_file_parse(const char *name, const uint8_t *bytes, size_t size, struct elf_file *out,
		    struct error *error) MUST_CHECK;

/* True when the address lies in file contents of an executable segment. */
bool elf_file_is_code(const struct elf_file *file, uint64_t gpa);

#endif
