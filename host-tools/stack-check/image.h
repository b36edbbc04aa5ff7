/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A program's code and data at the addresses they have, or would have, in memory. A linked file gives one image; all
 * objects and archives together give another, by a link that keeps everything and needs nothing to be defined.
 * Reads are bounded by sections; an address outside all of them is refused.
 */
#ifndef STACK_CHECK_IMAGE_H
#define STACK_CHECK_IMAGE_H

#include "object.h"

struct image_section {
	uint64_t start, end;  /* [start, end) */
	const uint8_t *bytes; /* NULL when zero-filled */
	const char *name;
	bool code, constant, startup; /* constant: never written once the program runs; startup: .init_array and like */
};

/* A function or, with `label`, a symbol without type in code, as assembly leaves them. */
struct image_function {
	uint64_t start, end; /* end: by symbol size, else the next symbol's start */
	const char *name;    /* the most public of its names */
	const char *file;    /* source file, or NULL */
	const char **aliases;
	size_t alias_count;
	const char *object;				/* file it was read from */
	bool label, ifunc, global, sized, continuation; /* continuation: a .cold part of another function */
};

struct image_data { /* a data object */
	uint64_t start, end;
	const char *name;
	const char *file; /* source file, or NULL */
};

struct image_builder_symbol {
	const char *name, *file, *object;
	uint64_t address, size;
	uint8_t type, bind;
};

struct image {
	const char *name;
	bool linked;
	bool relocatable; /* position-independent: numbers in it are addresses only where `pointers` says so */
	uint64_t entry;
	uint64_t *pointers; /* places of relocated pointers in data */
	size_t pointer_count;
	struct image_section *sections; /* sorted, disjoint */
	size_t section_count;
	struct image_function *functions; /* sorted by start */
	size_t function_count;
	struct image_data *data; /* sorted by start */
	size_t data_count;
	struct map function_at; /* start -> function */
	struct map exports;	/* hash of a name other files can refer to -> exported */
	struct image_builder_symbol *exported;
	size_t export_count;
	struct map externs; /* pseudo address -> extern_names */
	const char **extern_names;
	size_t extern_count;
	uint64_t extern_next; /* next pseudo address */
	const char *foreign; /* something outside it whose contents or address it uses, not only calls; NULL: nothing */
	/* Contents of .stack_budget and .stack_sizes sections, relocated */
	struct image_section *notes;
	size_t note_count;
};

bool image_from_linked(struct arena *arena, struct object *object, struct image *image, struct error *error) MUST_CHECK;
/* `roots`: names that pull members out of archives. */
struct image_archive {
	struct object *members;
	size_t count;
	bool *taken;
};
bool image_from_objects(struct arena *arena, struct object *objects, size_t count, struct image_archive *archives,
			size_t archive_count, const char *const *roots, size_t root_count, struct image *image,
			struct error *error) MUST_CHECK;
void image_free(struct image *image); /* what is not in the arena */

const struct image_section *image_section_at(const struct image *image, uint64_t address);
/* Code bytes from `address` to the end of its section; NULL when it is no code. */
const uint8_t *image_code(const struct image *image, uint64_t address, size_t *left);
/* Function that starts here, or NULL. */
struct image_function *image_function_at(const struct image *image, uint64_t address);
/* Where the function after this one of the image starts; UINT64_MAX behind the last. */
uint64_t image_next_start(const struct image *image, const struct image_function *function);
/* Function that covers `address`, or NULL. */
struct image_function *image_function_covering(const struct image *image, uint64_t address);
const struct image_data *image_data_covering(const struct image *image, uint64_t address);
/* Reads `size` (1 to 8) bytes of memory that is never written while the program runs. */
bool image_constant(const struct image *image, uint64_t address, unsigned int size, uint64_t *value);
/* Name of the function outside the image that `address` stands for, or NULL. */
const char *image_extern(const struct image *image, uint64_t address);

/* Address of a function that other files can refer to by name; 0 when there is none. */
uint64_t image_export(const struct image *image, const char *name);

/* Shared by the two makers */
uint64_t image_add_extern(struct arena *arena, struct image *image, const char *name);
void image_finish(struct arena *arena, struct image *image);
void image_add_function(struct arena *arena, struct image *image, const struct image_builder_symbol *symbol);

#endif
