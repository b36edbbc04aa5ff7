/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What compilers wrote about their output: stack usage files (.su) and call graph files (.ci). */
#ifndef STACK_CHECK_EVIDENCE_H
#define STACK_CHECK_EVIDENCE_H

#include "arena.h"
#include "error.h"

enum usage_kind { USAGE_STATIC, USAGE_DYNAMIC, USAGE_BOUNDED };

struct usage {		      /* a row of a .su file, or a node of a .ci file */
	const char *function; /* as written: a clone's suffix included */
	const char *file;     /* source file */
	unsigned int line;
	int64_t bytes; /* the return address included, also where the compiler leaves it out */
	enum usage_kind kind;
	bool clang;
	const char *from; /* the .su or .ci file */
};

struct ci_node {
	const char *title;    /* without a linker's temporary file name */
	const char *function; /* symbol */
	const char *file;     /* source file, or NULL */
	int64_t bytes;
	enum usage_kind kind;
	bool defined;
	bool local; /* static, or a weak definition */
	bool vla;   /* it lists dynamic objects */
	uint32_t unit;
};

struct ci_edge {
	const char *from, *to; /* titles */
	const char *location;  /* file:line:column, or NULL */
	uint32_t unit;
};

struct evidence {
	struct arena *arena;
	struct usage *usage;
	size_t usage_count;
	struct map by_function; /* hash of a function's name -> first usage + 1, linked by `next_usage` */
	uint32_t *next_usage;
	struct ci_node *nodes;
	size_t node_count;
	struct ci_edge *edges;
	size_t edge_count;
	const char **units; /* .ci files */
	size_t unit_count;
};

/* The title of the placeholder for calls through pointers */
#define CI_INDIRECT "__indirect_call"

bool su_parse(struct evidence *evidence, const char *name, const char *text, size_t size,
	      struct error *error) MUST_CHECK;
/* What it finds points into `text`, which it changes and which has to stay. */
bool ci_parse(struct evidence *evidence, const char *name, char *text, size_t size, struct error *error) MUST_CHECK;
/* The first row for this symbol, and the next one after `row`; NULL when there is none. */
const struct usage *evidence_usage(const struct evidence *evidence, const char *function);
const struct usage *evidence_next(const struct evidence *evidence, const struct usage *row);
void evidence_add(struct evidence *evidence, const struct usage *row);
void evidence_free(struct evidence *evidence);

#endif
