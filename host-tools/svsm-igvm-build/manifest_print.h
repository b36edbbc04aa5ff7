/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Key templates for people, and as JSON for scripts. */
#ifndef IGVM_BUILD_MANIFEST_PRINT_H
#define IGVM_BUILD_MANIFEST_PRINT_H

#include "key_template.h"

#include <jansson.h>

void manifest_print(const struct key_template_document *document);

/* docs/schemas/svsm-key-template-listing.schema.json; new reference, NULL without memory */
json_t *manifest_print_json(const struct key_template_document *document);

#endif
