/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How a function of this tool says what is wrong. The kind is the exit code. */
#ifndef IGVM_BUILD_ERROR_H
#define IGVM_BUILD_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE = 0,
	ERROR_INVALID = 1, /* an input breaks a rule */
	ERROR_USAGE = 2,
	ERROR_IO = 3, /* cannot read, write, allocate, or OpenSSL failed */
};

struct error {
	enum error_kind kind;
	char text[600]; /* one sentence, starts with the file's name; no newline */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* Always returns false, so that a check reads `return error_set(...)`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool error_no_memory(struct error *error);

#endif
