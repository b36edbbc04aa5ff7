/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	va_list arguments;

	error->kind = kind;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	/* Names come from untrusted files: what reaches a terminal is one printable line. */
	for (char *at = error->text; *at; at++) {
		if (iscntrl((unsigned char)*at))
			*at = '?';
	}
	return false;
}

bool error_no_memory(struct error *error)
{
	return error_set(error, ERROR_IO, "out of memory");
}
