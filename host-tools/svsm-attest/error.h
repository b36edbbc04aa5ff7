/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How a function of this tool says what is wrong. */
#ifndef SVSM_ATTEST_ERROR_H
#define SVSM_ATTEST_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

enum error_kind {
	ERROR_NONE = 0,
	ERROR_REFUSED, /* what was read breaks a rule */
	ERROR_IO,      /* cannot read, write or allocate */
	ERROR_NETWORK, /* cannot fetch */
};

#define ERROR_TEXT_MAX 640u

struct error {
	enum error_kind kind;
	char text[ERROR_TEXT_MAX]; /* one printable line */
};

#define MUST_CHECK __attribute__((warn_unused_result))

void error_set(struct error *error, enum error_kind kind, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
/* Always return false, so that a check reads `return error_refuse(...)`. */
bool error_refuse(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "WHAT PATH: DETAIL", where some details already start with the path and others with a section of the file */
bool error_refuse_file(struct error *error, const char *what, const char *path, const struct error *detail);
bool error_io(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool error_network(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* No memory, or OpenSSL failed where only a lack of resources explains it */
bool error_resources(struct error *error, const char *what);

/* Replaces what must not reach a terminal: names and words may come from a hostile file. */
void error_printable(char *text);

#endif
