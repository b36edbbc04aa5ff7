/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The key-template manifest that an image carries for its vTPM. */
#ifndef IGVM_BUILD_IMAGE_KEYS_H
#define IGVM_BUILD_IMAGE_KEYS_H

#include "error.h"
#include "igvm_parse.h"
#include "key_template.h"

#include <jansson.h>

/* False: the file is not an image of this project, has no manifest, or one that breaks the rules. */
bool image_keys_read(const struct igvm_file *file, struct key_template_document *out) MUST_CHECK;

/* The templates as docs/schemas/svsm-key-templates.schema.json spells them: a new reference, NULL without memory. */
json_t *image_keys_json(const struct key_template_document *document) MUST_CHECK;

#endif
