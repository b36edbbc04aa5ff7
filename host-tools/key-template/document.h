/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Shared by the readers of text and of bytes. */
#ifndef KEY_TEMPLATE_DOCUMENT_H
#define KEY_TEMPLATE_DOCUMENT_H

#include "internal.h"

#define DOCUMENT_SELECTOR_NAME "selector"

/* Sets "path:" and the text, which brings a space or a line number; gives false. */
bool document_refuse(const char *path, struct key_template_error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The rule of lists that key `index` breaks against those before it; NULL when it breaks none. */
const char *document_check_key(const struct key_template_document *list, size_t index);

bool document_read_text(const struct key_document_text *document, struct key_template_document *out);

#endif
