/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reads a compiled key-template manifest (svsm/key_templates.h). Used by the vtpm service and by the host tools. */
#ifndef LIB_KEY_TEMPLATES_H
#define LIB_KEY_TEMPLATES_H

#include "svsm/key_templates.h"

#include <stdbool.h>
#include <stddef.h>

struct key_template_view {
	char name[KEY_TEMPLATE_NAME_MAX + 1];
	const uint8_t *bytes; /* inside the manifest; a TPMT_PUBLIC that nobody has looked into yet */
	uint32_t size;
};

struct key_templates {
	uint32_t count;
	struct key_template_view key[KEY_TEMPLATES_MAX];
};

/*
 * NULL when every byte of @data belongs to a well-formed manifest, and then *out refers into it. Otherwise the rule
 * that is broken, and *index is the entry it is about, or KEY_TEMPLATES_MAX for the header.
 */
const char *key_templates_parse(struct key_templates *out, const uint8_t *data, size_t size, uint32_t *index);

/* A name of 1 to KEY_TEMPLATE_NAME_MAX characters: letters, digits, '.', '_', '-' */
bool key_templates_name_ok(const char *name, size_t length);

#endif
