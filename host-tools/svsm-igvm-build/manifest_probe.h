/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Asks the libtpms of this build whether it can make the keys of a document: it makes each once and throws it away. */
#ifndef IGVM_BUILD_MANIFEST_PROBE_H
#define IGVM_BUILD_MANIFEST_PROBE_H

#include "error.h"
#include "key_template.h"

/* `path` is for messages. An error names the key and what the TPM says. */
bool manifest_probe(const char *path, const struct key_template_document *document, struct error *error) MUST_CHECK;

#endif
