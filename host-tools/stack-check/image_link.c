/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A link of all objects, and of those archive members that a linker would pull, into one image. */
#include "image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_BASE 0x400000u

struct definition {
	const char *name;
	uint32_t object, symbol; /* into link.objects; symbol into its table */
	bool weak;
	uint32_t next; /* another strong definition of the same name, or UINT32_MAX */
};

struct link {
	struct arena *arena;
	struct object **objects;
	size_t object_count;
	struct definition *definitions;
	size_t definition_count;
	struct map by_name; /* hash of a name -> definition */
	const char **wanted;
	size_t wanted_count;
	struct map is_wanted;
	struct image *image;
	uint64_t next;
	uint64_t got_next, got_start;
	uint8_t *got;
	struct map got_slots; /* symbol address -> slot address */
};

static uint32_t find(const struct link *link, const char *name)
{
	uint32_t at = map_get(&link->by_name, map_hash(name));

	return at != MAP_NONE && strcmp(link->definitions[at].name, name) == 0 ? at : MAP_NONE;
}

static bool is_defined(const struct object_symbol *symbol)
{
	return symbol->section != SHN_UNDEF && symbol->bind != STB_LOCAL && *symbol->name;
}

static void want(struct link *link, const char *name)
{
	uint64_t hash = map_hash(name);

	if (map_get(&link->is_wanted, hash) != MAP_NONE)
		return;
	map_set(&link->is_wanted, hash, 0);
	arena_push(link->arena, link->wanted, link->wanted_count, name);
}

static void define(struct link *link, uint32_t object, uint32_t index)
{
	const struct object_symbol *symbol = &link->objects[object]->symbols[index];
	struct definition definition = {symbol->name, object, index, symbol->bind == STB_WEAK, UINT32_MAX};
	uint32_t at = find(link, symbol->name);

	if (at == MAP_NONE) {
		map_set(&link->by_name, map_hash(symbol->name), (uint32_t)link->definition_count);
		arena_push(link->arena, link->definitions, link->definition_count, definition);
	} else if (link->definitions[at].weak && !definition.weak) {
		link->definitions[at] = definition;
	}
}

static void add_object(struct link *link, struct object *object)
{
	uint32_t index = (uint32_t)link->object_count;

	arena_push(link->arena, link->objects, link->object_count, object);
	for (size_t i = 0; i < object->symbol_count; i++) {
		const struct object_symbol *symbol = &object->symbols[i];

		if (is_defined(symbol))
			define(link, index, (uint32_t)i);
		else if (symbol->section == SHN_UNDEF && symbol->bind == STB_GLOBAL && *symbol->name)
			want(link, symbol->name);
	}
}

/* Pulls members until nothing more is wanted of any archive. A weak definition in place is kept, as linkers do. */
static void pull_members(struct link *link, struct image_archive *archives, size_t count)
{
	struct map offered = {.capacity = 0};
	struct {
		uint32_t archive, member;
		const char *name;
	} *offers = NULL, offer;
	size_t offer_count = 0;

	for (size_t a = 0; a < count; a++) {
		for (size_t m = 0; m < archives[a].count; m++) {
			const struct object *member = &archives[a].members[m];

			for (size_t s = 0; s < member->symbol_count; s++) {
				uint64_t hash = map_hash(member->symbols[s].name);

				if (!is_defined(&member->symbols[s]) || map_get(&offered, hash) != MAP_NONE)
					continue;
				offer.archive = (uint32_t)a;
				offer.member = (uint32_t)m;
				offer.name = member->symbols[s].name;
				map_set(&offered, hash, (uint32_t)offer_count);
				arena_push(link->arena, offers, offer_count, offer);
			}
		}
	}
	for (size_t i = 0; i < link->wanted_count; i++) {
		uint32_t at = map_get(&offered, map_hash(link->wanted[i]));

		if (at == MAP_NONE || find(link, link->wanted[i]) != MAP_NONE ||
		    archives[offers[at].archive].taken[offers[at].member])
			continue;
		archives[offers[at].archive].taken[offers[at].member] = true;
		add_object(link, &archives[offers[at].archive].members[offers[at].member]);
	}
	map_free(&offered);
}

static void place_section(struct link *link, struct object_section *from)
{
	uint64_t align =
		from->align > 16 && from->align <= 1u << 20 && !(from->align & (from->align - 1)) ? from->align : 16;
	struct image_section section = {
		.bytes = from->bytes,
		.name = from->name,
		.code = (from->flags & SHF_EXECINSTR) != 0,
		.constant = !(from->flags & SHF_WRITE) || strncmp(from->name, ".data.rel.ro", 12) == 0,
		.startup = strncmp(from->name, ".init_array", 11) == 0 || strncmp(from->name, ".fini_array", 11) == 0,
	};

	if (!(from->flags & SHF_ALLOC)) {
		section.end = from->size;
		arena_push(link->arena, link->image->notes, link->image->note_count, section);
		return;
	}
	link->next = (link->next + align - 1) & ~(align - 1);
	from->address = link->next;
	section.start = link->next;
	section.end = link->next + from->size;
	link->next = section.end + 16;
	if (from->size)
		arena_push(link->arena, link->image->sections, link->image->section_count, section);
}

/* Address of a symbol of `object`; what nothing defines gets a pseudo address. */
static uint64_t resolve(struct link *link, const struct object *object, uint32_t index)
{
	const struct object_symbol *symbol;
	const struct object_section *section;

	if (index >= object->symbol_count)
		return 0;
	symbol = &object->symbols[index];
	if (symbol->bind != STB_LOCAL && *symbol->name) {
		uint32_t at = find(link, symbol->name);

		if (at != MAP_NONE) {
			object = link->objects[link->definitions[at].object];
			symbol = &object->symbols[link->definitions[at].symbol];
		} else if (symbol->section == SHN_UNDEF) {
			return image_add_extern(link->arena, link->image, symbol->name);
		}
	}
	if (symbol->section == OBJECT_ABSOLUTE || symbol->section == OBJECT_COMMON)
		return symbol->section == OBJECT_ABSOLUTE ? symbol->value : 0;
	section = object_section(object, symbol->section);
	return section && (section->flags & SHF_ALLOC) ? section->address + symbol->value : 0;
}

static uint64_t got_slot(struct link *link, uint64_t value, size_t room)
{
	uint32_t at = value ? map_get(&link->got_slots, value) : MAP_NONE;

	if (at == MAP_NONE) {
		if (link->got_next + 8 > room)
			return link->got_start;
		at = (uint32_t)link->got_next;
		memcpy(link->got + at, &value, 8);
		if (value)
			map_set(&link->got_slots, value, at);
		link->got_next += 8;
	}
	return link->got_start + at;
}

static void relocate_one(struct link *link, struct object *object, const struct object_relocation *relocation,
			 size_t got_room)
{
	struct object_section *section = object_section(object, relocation->section);
	uint64_t place, value = resolve(link, object, relocation->symbol), addend = (uint64_t)relocation->addend;
	unsigned int width = 4;

	if (!section || !section->bytes)
		return;
	if (relocation->type != R_X86_64_PLT32 && !link->image->foreign)
		link->image->foreign = image_extern(link->image, value);
	place = section->address + relocation->offset;
	switch (relocation->type) {
	case R_X86_64_64:
		value += addend;
		width = 8;
		break;
	case R_X86_64_PC64:
		value += addend - place;
		width = 8;
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value += addend - place;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
		value += addend;
		break;
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		value = got_slot(link, value, got_room) + addend - place;
		break;
	default:
		return; /* thread-local storage and the like: no function's address */
	}
	if (relocation->offset <= section->size && section->size - relocation->offset >= width)
		memcpy(section->bytes + relocation->offset, &value, width);
}

static void relocate(struct link *link)
{
	struct image_section got = {.name = ".got", .constant = true};
	size_t room = 8;

	for (size_t i = 0; i < link->object_count; i++) {
		for (size_t r = 0; r < link->objects[i]->relocation_count; r++) {
			uint32_t type = link->objects[i]->relocations[r].type;

			room += type == R_X86_64_GOTPCREL || type == R_X86_64_GOTPCRELX ||
						type == R_X86_64_REX_GOTPCRELX
					? 8
					: 0;
		}
	}
	link->next = (link->next + 15) & ~(uint64_t)15;
	link->got = arena_alloc(link->arena, room);
	link->got_start = got.start = link->next;
	got.end = got.start + room;
	got.bytes = link->got;
	arena_push(link->arena, link->image->sections, link->image->section_count, got);
	link->image->extern_next = (got.end + 0xfff) & ~(uint64_t)0xfff;
	for (size_t i = 0; i < link->object_count; i++) {
		struct object *object = link->objects[i];

		for (size_t r = 0; r < object->relocation_count; r++)
			relocate_one(link, object, &object->relocations[r], room);
	}
	map_free(&link->got_slots);
}

static void add_symbols(struct link *link, const struct object *object)
{
	for (size_t i = 0; i < object->symbol_count; i++) {
		const struct object_symbol *symbol = &object->symbols[i];
		const struct object_section *section = object_section(object, symbol->section);
		struct image_builder_symbol function = {
			.name = symbol->name,
			.file = symbol->file ? symbol->file : object->source,
			.object = object->name,
			.size = symbol->size,
			.type = symbol->type,
			.bind = symbol->bind,
		};

		if (!section || !(section->flags & SHF_ALLOC) || !*symbol->name || symbol->value >= section->size)
			continue;
		function.address = section->address + symbol->value;
		if ((section->flags & SHF_EXECINSTR) &&
		    (symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC || symbol->type == STT_NOTYPE)) {
			image_add_function(link->arena, link->image, &function);
		} else if (symbol->type == STT_OBJECT && symbol->size && symbol->size <= section->size) {
			struct image_data data = {function.address, function.address + symbol->size, symbol->name,
						  function.file};

			arena_push(link->arena, link->image->data, link->image->data_count, data);
		}
	}
}

bool image_from_objects(struct arena *arena, struct object *objects, size_t count, struct image_archive *archives,
			size_t archive_count, const char *const *roots, size_t root_count, struct image *image,
			struct error *error)
{
	struct link link = {.arena = arena, .image = image, .next = IMAGE_BASE};
	bool fits;

	memset(image, 0, sizeof(*image));
	image->name = count == 1 && !archive_count ? objects[0].name : "objects";
	for (size_t i = 0; i < root_count; i++)
		want(&link, roots[i]);
	for (size_t i = 0; i < count; i++)
		add_object(&link, &objects[i]);
	pull_members(&link, archives, archive_count);
	for (size_t i = 0; i < link.object_count; i++) {
		for (size_t s = 0; s < link.objects[i]->section_count; s++)
			place_section(&link, &link.objects[i]->sections[s]);
	}
	fits = link.next < 0x70000000;
	if (fits) {
		relocate(&link);
		for (size_t i = 0; i < link.object_count; i++)
			add_symbols(&link, link.objects[i]);
		image_finish(arena, image);
	}
	map_free(&link.by_name);
	map_free(&link.is_wanted);
	return fits || error_set(error, "%s: the objects hold more than 2 GiB", image->name);
}
