/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "image.h"

#include <elf.h>
#include <string.h>

#define EXTERN_BASE 0x6f00000000000000u /* no program is linked there */

static bool is_pointer_table(const char *name)
{
	/* Filled in by the dynamic linker and by nobody else */
	return strcmp(name, ".got") == 0 || strcmp(name, ".got.plt") == 0;
}

static bool is_startup(const char *name)
{
	return strncmp(name, ".init_array", 11) == 0 || strncmp(name, ".fini_array", 11) == 0 ||
	       strncmp(name, ".preinit_array", 14) == 0 || strncmp(name, ".ctors", 6) == 0 ||
	       strncmp(name, ".dtors", 6) == 0;
}

static void add_section(struct arena *arena, struct image *image, const struct object *object,
			const struct object_section *from)
{
	struct image_section section = {
		.start = from->address,
		.end = from->address + from->size,
		.bytes = from->bytes,
		.name = from->name,
		.code = (from->flags & SHF_EXECINSTR) != 0,
		.startup = is_startup(from->name),
	};
	bool writable = (from->flags & SHF_WRITE) != 0;

	/* What is loaded is protected as its segment says, whatever a linker script made of the section's flags. */
	for (size_t i = 0; i < object->segment_count; i++) {
		const struct object_segment *segment = &object->segments[i];

		if (from->address < segment->start || from->address >= segment->end)
			continue;
		writable = segment->write;
		section.code &= segment->execute;
	}
	section.constant = !writable || is_pointer_table(from->name) ||
			   (section.start >= object->relro_start && section.end <= object->relro_end);
	if (!(from->flags & SHF_ALLOC))
		arena_push(arena, image->notes, image->note_count, section);
	else if (from->size && !(from->flags & SHF_TLS && !from->bytes))
		arena_push(arena, image->sections, image->section_count, section);
}

static bool is_executed(const struct object *object, const struct object_section *section)
{
	for (size_t i = 0; i < object->segment_count; i++) {
		if (section->address >= object->segments[i].start && section->address < object->segments[i].end &&
		    !object->segments[i].execute)
			return false;
	}
	return (section->flags & SHF_EXECINSTR) != 0;
}

static void add_symbol(struct arena *arena, struct image *image, const struct object *object,
		       const struct object_symbol *symbol)
{
	const struct object_section *section = object_section(object, symbol->section);
	const struct image_builder_symbol function = {
		.name = symbol->name,
		.file = symbol->file,
		.object = object->name,
		.address = symbol->value,
		.size = symbol->size,
		.type = symbol->type,
		.bind = symbol->bind,
	};

	if (!section || !*symbol->name || symbol->value < section->address ||
	    symbol->value - section->address >= section->size)
		return;
	/* A linker script may put data and code into one section: the symbol's type decides. */
	if (is_executed(object, section) && symbol->type != STT_OBJECT) {
		if (symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC || symbol->type == STT_NOTYPE)
			image_add_function(arena, image, &function);
	} else if (symbol->size && (symbol->type == STT_OBJECT || symbol->type == STT_NOTYPE)) {
		struct image_data data = {symbol->value, symbol->value + symbol->size, symbol->name, symbol->file};

		if (symbol->size <= section->size)
			arena_push(arena, image->data, image->data_count, data);
	}
}

static bool write_pointer(struct object *object, uint64_t address, uint64_t value)
{
	for (size_t i = 0; i < object->section_count; i++) {
		struct object_section *section = &object->sections[i];

		if ((section->flags & SHF_ALLOC) && section->bytes && address >= section->address &&
		    address - section->address < section->size && section->size - (address - section->address) >= 8) {
			memcpy(section->bytes + (address - section->address), &value, 8);
			return true;
		}
	}
	return false;
}

/* Data of another file; copied into this one, or not. Tools refer weakly to what mostly is nowhere. */
static bool is_foreign(const struct object_symbol *symbol, uint32_t type)
{
	static const char *const nowhere[] = {"__gmon_start__", "_ITM_deregisterTMCloneTable",
					      "_ITM_registerTMCloneTable"};

	if (type == R_X86_64_COPY)
		return true;
	if (symbol->section != SHN_UNDEF || symbol->type == STT_FUNC ||
	    (type != R_X86_64_GLOB_DAT && type != R_X86_64_64))
		return false;
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		if (strcmp(symbol->name, nowhere[i]) == 0)
			return false;
	}
	return true;
}

/* What the dynamic linker would do, with pseudo addresses for what other files define */
static void relocate(struct arena *arena, struct image *image, struct object *object)
{
	for (size_t i = 0; i < object->relocation_count; i++) {
		const struct object_relocation *relocation = &object->relocations[i];
		const struct object_symbol *symbol =
			relocation->symbol < object->dynamic_count ? &object->dynamic[relocation->symbol] : NULL;
		uint64_t value = 0;

		if (!image->foreign && symbol && is_foreign(symbol, relocation->type))
			image->foreign = symbol->name;
		switch (relocation->type) {
		case R_X86_64_RELATIVE:
		case R_X86_64_IRELATIVE:
			value = (uint64_t)relocation->addend;
			break;
		case R_X86_64_64:
		case R_X86_64_GLOB_DAT:
		case R_X86_64_JUMP_SLOT:
			if (!symbol)
				continue;
			if (symbol->section != SHN_UNDEF)
				value = symbol->value;
			else if (*symbol->name)
				value = image_add_extern(arena, image, symbol->name);
			if (relocation->type == R_X86_64_64)
				value += (uint64_t)relocation->addend;
			break;
		default:
			continue;
		}
		if (write_pointer(object, relocation->offset, value))
			arena_push(arena, image->pointers, image->pointer_count, relocation->offset);
	}
}

static void add_exports(struct arena *arena, struct image *image, const struct object *object)
{
	for (size_t i = 0; i < object->dynamic_count; i++) {
		const struct object_symbol *symbol = &object->dynamic[i];
		const struct image_builder_symbol exported = {.name = symbol->name, .address = symbol->value};

		if (symbol->section == SHN_UNDEF || (symbol->type != STT_FUNC && symbol->type != STT_GNU_IFUNC) ||
		    image_export(image, symbol->name))
			continue;
		map_set(&image->exports, map_hash(symbol->name), (uint32_t)image->export_count);
		arena_push(arena, image->exported, image->export_count, exported);
	}
}

bool image_from_linked(struct arena *arena, struct object *object, struct image *image, struct error *error)
{
	memset(image, 0, sizeof(*image));
	image->name = object->name;
	image->linked = true;
	image->relocatable = object->relocatable;
	image->entry = object->entry;
	image->extern_next = EXTERN_BASE;
	relocate(arena, image, object);
	for (size_t i = 0; i < object->section_count; i++)
		add_section(arena, image, object, &object->sections[i]);
	for (size_t i = 0; i < object->symbol_count; i++)
		add_symbol(arena, image, object, &object->symbols[i]);
	if (!object->symbol_count) {
		for (size_t i = 0; i < object->dynamic_count; i++)
			add_symbol(arena, image, object, &object->dynamic[i]);
	}
	add_exports(arena, image, object);
	image_finish(arena, image);
	for (size_t i = 1; i < image->section_count; i++) {
		if (image->sections[i].start < image->sections[i - 1].end) {
			image_free(image);
			return error_set(error, "%s: broken ELF file: sections %s and %s overlap", object->name,
					 image->sections[i - 1].name, image->sections[i].name);
		}
	}
	return true;
}
