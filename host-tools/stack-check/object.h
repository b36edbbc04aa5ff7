/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One ELF file for x86-64 as it lies on disk: an object, an archive's member, or a linked program or library. */
#ifndef STACK_CHECK_OBJECT_H
#define STACK_CHECK_OBJECT_H

#include "arena.h"
#include "error.h"

#include <libelf.h>

struct object_section {
	const char *name;
	uint8_t *bytes; /* a copy that relocations may change; NULL when the section holds none (.bss) */
	uint64_t address, size, align, flags;
	uint32_t index; /* in the file's section table */
	uint32_t type;
};

struct object_symbol {
	const char *name;
	const char *file; /* source file by STT_FILE, for local symbols; else NULL */
	uint64_t value, size;
	uint32_t section; /* index in the file's section table, SHN_UNDEF, or OBJECT_ABSOLUTE */
	uint8_t type, bind;
	bool hidden;
};

#define OBJECT_ABSOLUTE UINT32_MAX
#define OBJECT_COMMON (UINT32_MAX - 1)

struct object_relocation {
	uint64_t offset;
	int64_t addend;
	uint32_t section; /* index of the section changed; 0 in a linked file, whose offsets are addresses */
	uint32_t symbol;  /* into `symbols`, or into `dynamic` in a linked file */
	uint32_t type;
};

struct object_segment { /* loaded, [start, end) */
	uint64_t start, end;
	bool write, execute;
};

struct object {
	const char *name;   /* path, or path(member) */
	const char *source; /* first STT_FILE name, or NULL */
	bool linked;	    /* ET_EXEC or ET_DYN */
	bool relocatable;   /* ET_DYN */
	bool lto;	    /* holds a compiler's intermediate code and no machine code */
	uint64_t entry;	    /* ELF header's entry point */
	struct object_section *sections;
	size_t section_count;
	struct object_symbol *symbols;
	size_t symbol_count;
	struct object_symbol *dynamic; /* .dynsym of a linked file */
	size_t dynamic_count;
	struct object_relocation *relocations;
	size_t relocation_count;
	struct object_segment *segments;
	size_t segment_count;
	uint64_t relro_start, relro_end; /* made read-only once relocated */
};

/* False with `error` when the ELF file is broken. */
bool object_read(struct arena *arena, const char *name, Elf *elf, struct object *object,
		 struct error *error) MUST_CHECK;
/* The section with this index in the file, or NULL. */
struct object_section *object_section(const struct object *object, uint32_t index);

#endif
