/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Shared by the files of this library. */
#ifndef KEY_TEMPLATE_INTERNAL_H
#define KEY_TEMPLATE_INTERNAL_H

#include "key_template.h"

#include <jansson.h>

/* Names of numbers in JSON (names.c). The tables end with a NULL name. */
struct key_name {
	const char *name;
	uint32_t value;
};
extern const struct key_name key_names_hash[], key_names_attribute[], key_names_symmetric[], key_names_mode[],
	key_names_scheme[], key_names_curve[], key_names_policy[];

const struct key_name *key_names_find(const struct key_name *table, const char *name);
/* NULL when the number has no name */
const char *key_names_of(const struct key_name *table, uint32_t value);
/* "a, b or c", for messages */
void key_names_list(const struct key_name *table, char *out, size_t size);

/* Bytes of a digest or a curve's coordinate; 0 for what this library does not know */
size_t key_sizes_hash(TPMI_ALG_HASH algorithm);
size_t key_sizes_curve(TPMI_ECC_CURVE curve);

/* PolicyA, PolicyB or PolicyC of the EK Credential Profile for a name algorithm (policy.c) */
enum key_policy {
	KEY_POLICY_A,
	KEY_POLICY_B,
	KEY_POLICY_C,
};
bool key_policy_digest(enum key_policy policy, TPMI_ALG_HASH algorithm, TPM2B_DIGEST *out);

/* Checks the rules of a key template; on failure names field and rule (rules.c). */
bool key_rules_check(const TPMT_PUBLIC *area, const char **field, const char **rule);

/* Marshals area into bytes; false when it does not fit. */
bool key_template_marshal(struct key_template *template);

/* A place in a document that is being read: the value, and where it is for messages (place.c). */
struct key_document_text {
	const char *path;
	const char *text;
	size_t size;
	struct key_template_error *error;
};
struct key_place {
	const struct key_document_text *document;
	const struct key_place *parent;
	const char *key; /* in the parent when that is an object */
	size_t index;	 /* in the parent when that is an array */
	json_t *value;
};
/* A field of an object; its value is NULL when it is not there. */
struct key_place key_place_field(const struct key_place *object, const char *key);
struct key_place key_place_element(const struct key_place *array, size_t index);
/* Sets the error to "path:line: field: rule" and gives false. A field that is not there has the line of its object. */
bool key_place_refuse(const struct key_place *place, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Refuses a value that is no object, or has a field that is not one of the words of `known`. */
bool key_place_object(const struct key_place *place, const char *known);

/* One template object, not its name, to and from JSON */
bool key_json_read_template(const struct key_place *place, struct key_template *out);
json_t *key_json_write_template(const struct key_template *template);

#endif
