/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "object.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct arena *arena;
	const char *name;
	Elf *elf;
	size_t names; /* section header string table */
	struct object *object;
	struct error *error;
	bool bitcode;
};

static bool broken(const struct reader *reader, const char *what, size_t section)
{
	return error_set(reader->error, "%s: broken ELF file: %s (section %zu): %s", reader->name, what, section,
			 elf_errmsg(-1));
}

static bool is_kept(const GElf_Shdr *header, const char *name)
{
	return (header->sh_flags & SHF_ALLOC) || strcmp(name, ".stack_budget") == 0 ||
	       strcmp(name, ".stack_sizes") == 0;
}

static bool read_section(struct reader *reader, Elf_Scn *scn, const GElf_Shdr *header, const char *name)
{
	struct object_section section = {
		.name = arena_string(reader->arena, name, strlen(name)),
		.address = header->sh_addr,
		.size = header->sh_size,
		.align = header->sh_addralign,
		.flags = header->sh_flags,
		.index = (uint32_t)elf_ndxscn(scn),
		.type = header->sh_type,
	};

	if (header->sh_type != SHT_NOBITS && header->sh_size) {
		Elf_Data *data = elf_rawdata(scn, NULL);

		if (!data || !data->d_buf || data->d_size != header->sh_size)
			return broken(reader, "contents lie outside the file", section.index);
		section.bytes = arena_alloc(reader->arena, data->d_size);
		memcpy(section.bytes, data->d_buf, data->d_size);
	} else if (header->sh_size > (uint64_t)1 << 40) {
		return broken(reader, "size is absurd", section.index);
	}
	arena_push(reader->arena, reader->object->sections, reader->object->section_count, section);
	return true;
}

static bool read_symbols(struct reader *reader, Elf_Scn *scn, const GElf_Shdr *header, struct object_symbol **symbols,
			 size_t *count)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t total = header->sh_entsize == sizeof(Elf64_Sym) ? header->sh_size / sizeof(Elf64_Sym) : 0;
	const char *file = NULL;

	if (!data || header->sh_entsize != sizeof(Elf64_Sym) || data->d_size < total * sizeof(Elf64_Sym))
		return broken(reader, "symbol table", elf_ndxscn(scn));
	for (size_t i = 0; i < total; i++) {
		struct object_symbol symbol = {.name = ""};
		const char *name;
		GElf_Sym raw;

		if (!gelf_getsym(data, (int)i, &raw))
			return broken(reader, "symbol", elf_ndxscn(scn));
		name = elf_strptr(reader->elf, header->sh_link, raw.st_name);
		if (!name)
			return broken(reader, "a symbol's name", elf_ndxscn(scn));
		symbol.name = arena_string(reader->arena, name, strlen(name));
		symbol.type = GELF_ST_TYPE(raw.st_info);
		symbol.bind = GELF_ST_BIND(raw.st_info);
		symbol.hidden = GELF_ST_VISIBILITY(raw.st_other) == STV_HIDDEN ||
				GELF_ST_VISIBILITY(raw.st_other) == STV_INTERNAL;
		symbol.value = raw.st_value;
		symbol.size = raw.st_size;
		symbol.section = raw.st_shndx;
		if (raw.st_shndx == SHN_COMMON)
			symbol.section = OBJECT_COMMON;
		else if (raw.st_shndx >= SHN_LORESERVE)
			symbol.section = OBJECT_ABSOLUTE; /* SHN_XINDEX files have over 65,000 sections: not followed */
		if (symbol.type == STT_FILE) {
			file = symbol.name;
			if (!reader->object->source && *file)
				reader->object->source = file;
		} else if (symbol.bind == STB_LOCAL && file && *file) {
			symbol.file = file;
		}
		arena_push(reader->arena, *symbols, *count, symbol);
	}
	return true;
}

static bool read_relocations(struct reader *reader, Elf_Scn *scn, const GElf_Shdr *header)
{
	struct object *object = reader->object;
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t total = header->sh_entsize == sizeof(Elf64_Rela) ? header->sh_size / sizeof(Elf64_Rela) : 0;

	if (!data || header->sh_entsize != sizeof(Elf64_Rela) || data->d_size < total * sizeof(Elf64_Rela))
		return broken(reader, "relocations", elf_ndxscn(scn));
	for (size_t i = 0; i < total; i++) {
		struct object_relocation relocation = {.section = object->linked ? 0 : header->sh_info};
		GElf_Rela raw;

		if (!gelf_getrela(data, (int)i, &raw))
			return broken(reader, "relocation", elf_ndxscn(scn));
		relocation.offset = raw.r_offset;
		relocation.addend = raw.r_addend;
		relocation.symbol = (uint32_t)GELF_R_SYM(raw.r_info);
		relocation.type = (uint32_t)GELF_R_TYPE(raw.r_info);
		arena_push(reader->arena, object->relocations, object->relocation_count, relocation);
	}
	return true;
}

static bool has_section(const struct object *object, uint32_t index)
{
	return object_section(object, index) != NULL;
}

static bool read_tables(struct reader *reader)
{
	struct object *object = reader->object;
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(reader->elf, scn))) {
		GElf_Shdr header;

		if (!gelf_getshdr(scn, &header))
			return broken(reader, "section header", elf_ndxscn(scn));
		if (header.sh_type == SHT_SYMTAB &&
		    !read_symbols(reader, scn, &header, &object->symbols, &object->symbol_count))
			return false;
		if (header.sh_type == SHT_DYNSYM && object->linked &&
		    !read_symbols(reader, scn, &header, &object->dynamic, &object->dynamic_count))
			return false;
		if (header.sh_type == SHT_RELA &&
		    (object->linked ? (header.sh_flags & SHF_ALLOC) != 0 : has_section(object, header.sh_info)) &&
		    !read_relocations(reader, scn, &header))
			return false;
	}
	return true;
}

static bool read_segments(struct reader *reader)
{
	size_t count;

	if (elf_getphdrnum(reader->elf, &count) != 0)
		return broken(reader, "program headers", 0);
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(reader->elf, (int)i, &header))
			return broken(reader, "program header", 0);
		if (header.p_type == PT_LOAD)
			arena_push(
				reader->arena, reader->object->segments, reader->object->segment_count,
				((struct object_segment){header.p_vaddr, header.p_vaddr + header.p_memsz,
							 (header.p_flags & PF_W) != 0, (header.p_flags & PF_X) != 0}));
		if (header.p_type == PT_GNU_RELRO) {
			reader->object->relro_start = header.p_vaddr;
			reader->object->relro_end = header.p_vaddr + header.p_memsz;
		}
	}
	return true;
}

static bool check_header(struct reader *reader, GElf_Ehdr *header)
{
	size_t size, sections;

	if (!gelf_getehdr(reader->elf, header))
		return broken(reader, "header", 0);
	if (gelf_getclass(reader->elf) != ELFCLASS64 || header->e_machine != EM_X86_64 ||
	    header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_set(reader->error, "%s: not an ELF file for x86-64", reader->name);
	if (header->e_type != ET_REL && header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return error_set(reader->error, "%s: ELF file is neither object, program nor library", reader->name);
	if (!elf_rawfile(reader->elf, &size) || header->e_shoff > size || header->e_shoff < sizeof(Elf64_Ehdr) ||
	    elf_getshdrnum(reader->elf, &sections) != 0 || !sections)
		return error_set(reader->error, "%s: broken ELF file: the section headers are missing or cut off",
				 reader->name);
	if (elf_getshdrstrndx(reader->elf, &reader->names) != 0)
		return broken(reader, "section names", 0);
	return true;
}

bool object_read(struct arena *arena, const char *name, Elf *elf, struct object *object, struct error *error)
{
	struct reader reader = {.arena = arena, .name = name, .elf = elf, .object = object, .error = error};
	bool has_code = false, has_lto = false;
	Elf_Scn *scn = NULL;
	GElf_Ehdr header;

	memset(object, 0, sizeof(*object));
	object->name = name;
	if (!check_header(&reader, &header))
		return false;
	object->linked = header.e_type != ET_REL;
	object->relocatable = header.e_type == ET_DYN;
	object->entry = header.e_entry;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *section_name;
		GElf_Shdr section;

		if (!gelf_getshdr(scn, &section))
			return broken(&reader, "section header", elf_ndxscn(scn));
		section_name = elf_strptr(elf, reader.names, section.sh_name);
		if (!section_name)
			return broken(&reader, "section name", elf_ndxscn(scn));
		has_lto |= strncmp(section_name, ".gnu.lto_", 9) == 0;
		has_code |= (section.sh_flags & SHF_EXECINSTR) && section.sh_size > 0;
		if (is_kept(&section, section_name) && !read_section(&reader, scn, &section, section_name))
			return false;
	}
	object->lto = has_lto && !has_code;
	return read_tables(&reader) && (!object->linked || read_segments(&reader));
}

struct object_section *object_section(const struct object *object, uint32_t index)
{
	size_t low = 0, high = object->section_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (object->sections[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < object->section_count && object->sections[low].index == index ? &object->sections[low] : NULL;
}
