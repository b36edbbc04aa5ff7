/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How a function of this tool says what is wrong with an input. Every such error ends the program with exit code 3. */
#ifndef STACK_CHECK_ERROR_H
#define STACK_CHECK_ERROR_H

#include <stdbool.h>

#define PROGRAM "stack-check"
#define MUST_CHECK __attribute__((warn_unused_result))

enum exit_code {
	EXIT_WITHIN = 0,
	EXIT_OVER = 1,
	EXIT_UNKNOWN = 2,
	EXIT_BAD_INPUT = 3,
};

struct error {
	char text[600]; /* one printable line that starts with the file's name (and line); no newline */
};

/* Always returns false, so that a check reads `return error_set(...)`. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes `text` printable on a terminal: control characters become '?'. */
void error_sanitize(char *text);

#endif
