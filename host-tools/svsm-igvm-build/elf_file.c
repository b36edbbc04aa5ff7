/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "elf_file.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool header_ok(const char *name, const Elf64_Ehdr *header, size_t size, struct error *error)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return error_set(error, ERROR_INVALID, "%s: not an ELF file", name);
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_X86_64)
		return error_set(error, ERROR_INVALID, "%s: not a little-endian x86-64 ELF file", name);
	if (header->e_type != ET_EXEC)
		return error_set(error, ERROR_INVALID, "%s: e_type is %u, must be a static non-PIE executable (2)",
				 name, header->e_type);
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 || header->e_phnum > ELF_SEGMENT_MAX)
		return error_set(error, ERROR_INVALID, "%s: program headers: %u of %u bytes, need 1 to %u of %zu bytes",
				 name, header->e_phnum, header->e_phentsize, ELF_SEGMENT_MAX, sizeof(Elf64_Phdr));
	if (header->e_phoff > size || size - header->e_phoff < header->e_phnum * sizeof(Elf64_Phdr))
		return error_set(error, ERROR_INVALID, "%s: program headers at offset 0x%" PRIx64 " leave the file",
				 name, header->e_phoff);
	return true;
}

static bool add_segment(const char *name, const uint8_t *bytes, size_t size, const Elf64_Phdr *program, unsigned index,
			struct elf_file *out, struct error *error)
{
	struct elf_segment *segment;
	uint64_t end;

	if (program->p_type == PT_INTERP || program->p_type == PT_DYNAMIC)
		return error_set(error, ERROR_INVALID, "%s: program header %u: dynamically linked", name, index);
	if (program->p_type != PT_LOAD || program->p_memsz == 0)
		return true;
	if (program->p_filesz > program->p_memsz)
		return error_set(error, ERROR_INVALID, "%s: program header %u: p_filesz exceeds p_memsz", name, index);
	if (program->p_offset > size || size - program->p_offset < program->p_filesz)
		return error_set(error, ERROR_INVALID, "%s: program header %u: contents leave the file", name, index);
	if (__builtin_add_overflow(program->p_paddr, program->p_memsz, &end))
		return error_set(error, ERROR_INVALID, "%s: program header %u: p_paddr + p_memsz wraps", name, index);
	segment = &out->segment[out->segment_count++];
	segment->gpa = program->p_paddr;
	segment->memory_size = program->p_memsz;
	segment->file_size = program->p_filesz;
	segment->bytes = bytes + program->p_offset;
	segment->executable = (program->p_flags & PF_X) != 0;
	return true;
}

static int by_gpa(const void *left, const void *right)
{
	const struct elf_segment *a = left, *b = right;

	return a->gpa < b->gpa ? -1 : a->gpa > b->gpa;
}

bool elf_file_parse(const char *name, const uint8_t *bytes, size_t size, struct elf_file *out, struct error *error)
{
	Elf64_Ehdr header;

	memset(out, 0, sizeof(*out));
	if (size < sizeof(header))
		return error_set(error, ERROR_INVALID, "%s: %zu bytes is too short for an ELF header", name, size);
	memcpy(&header, bytes, sizeof(header));
	if (!header_ok(name, &header, size, error))
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr program;

		memcpy(&program, bytes + header.e_phoff + i * sizeof(program), sizeof(program));
		if (!add_segment(name, bytes, size, &program, i, out, error))
			return false;
	}
	if (out->segment_count == 0)
		return error_set(error, ERROR_INVALID, "%s: no loadable segment", name);
	qsort(out->segment, out->segment_count, sizeof(out->segment[0]), by_gpa);
	for (size_t i = 1; i < out->segment_count; i++) {
		const struct elf_segment *before = &out->segment[i - 1];

		if (before->gpa + before->memory_size > out->segment[i].gpa)
			return error_set(error, ERROR_INVALID,
					 "%s: segments at physical 0x%" PRIx64 " and 0x%" PRIx64 " overlap", name,
					 before->gpa, out->segment[i].gpa);
	}
	out->entry = header.e_entry;
	return true;
}

bool elf_file_is_code(const struct elf_file *file, uint64_t gpa)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const struct elf_segment *segment = &file->segment[i];

		if (segment->executable && gpa >= segment->gpa && gpa - segment->gpa < segment->file_size)
			return true;
	}
	return false;
}
