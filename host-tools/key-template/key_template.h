/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Key templates as people write them (JSON), as the vtpm service and the TPM read them (TPMT_PUBLIC), and as a relying
 * party checks keys against them. Two documents hold templates:
 * - the key-template manifest of an image, a list: docs/schemas/svsm-key-templates.schema.json, svsm/key_templates.h;
 * - a manifest selector, one template: docs/schemas/svsm-manifest-selector.schema.json, abi/svsm.h.
 * Text becomes bytes and bytes become text without loss: from valid bytes comes canonical text, which gives the same
 * bytes again.
 */
#ifndef KEY_TEMPLATE_H
#define KEY_TEMPLATE_H

#include "svsm/key_templates.h"

#include <stdbool.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

#define KEY_TEMPLATE_SELECTOR_MAX (8u + KEY_TEMPLATE_SIZE_MAX)
#define KEY_TEMPLATE_TEXT_MAX (256u * 1024) /* largest document read */

/* One sentence for people: "file:line: field: rule". Control characters are replaced. */
struct key_template_error {
	char text[600];
};

struct key_template {
	char name[KEY_TEMPLATE_NAME_MAX + 1]; /* unique in a list; "selector" in a selector */
	TPMT_PUBLIC area;
	uint8_t bytes[KEY_TEMPLATE_SIZE_MAX]; /* area, marshalled */
	size_t size;
};

enum key_template_document_kind {
	KEY_TEMPLATE_LIST,
	KEY_TEMPLATE_SELECTOR, /* count is 1 */
};

struct key_template_document {
	enum key_template_document_kind kind;
	size_t count;
	struct key_template key[KEY_TEMPLATES_MAX];
};

/*
 * Reads a document: from text, or from bytes, told apart by the first byte. `path` is for messages. A relying party or
 * a build that wants one kind compares `kind` itself.
 */
bool key_template_read(const char *path, const void *data, size_t size, struct key_template_document *out,
		       struct key_template_error *error) __attribute__((warn_unused_result));
bool key_template_is_text(const void *data, size_t size);

/* Canonical text with a newline at its end, to be freed; NULL without memory */
char *key_template_text(const struct key_template_document *document);

/* Writes the compiled form, gives its size. */
#define KEY_TEMPLATE_BYTES_MAX KEY_TEMPLATES_SIZE_MAX
size_t key_template_bytes(const struct key_template_document *document, uint8_t out[KEY_TEMPLATE_BYTES_MAX]);

/*
 * Fills area and bytes of `out` from exactly one marshalled TPMT_PUBLIC that keeps the rules of a key template. On
 * failure *field and *rule name what is wrong.
 */
bool key_template_from_bytes(struct key_template *out, const uint8_t *bytes, size_t size, const char **field,
			     const char **rule) __attribute__((warn_unused_result));

/* Templates of the TCG EK Credential Profile 2.6: "L-1", "H-6", ... False: no such template. */
bool key_template_from_profile(struct key_template *out, const char *profile) __attribute__((warn_unused_result));
/* The profile's name for this template; NULL when it has none. */
const char *key_template_profile(const struct key_template *template);
/* Names of all profiles, then NULL */
const char *key_template_profile_name(size_t index);

/*
 * True when `key` is one that a TPM makes from the template: equal in every field but unique. Otherwise `text` says
 * which field differs and how: "policy is <hex>, must be PolicyA".
 */
bool key_template_matches(const struct key_template *template, const TPMT_PUBLIC *key, char *text, size_t text_size)
	__attribute__((warn_unused_result));

#endif
