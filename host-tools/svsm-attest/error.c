/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void error_printable(char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
	}
}

void error_set(struct error *error, enum error_kind kind, const char *format, va_list arguments)
{
	error->kind = kind;
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	error_printable(error->text);
}

bool error_refuse(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(error, ERROR_REFUSED, format, arguments);
	va_end(arguments);
	return false;
}

bool error_io(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(error, ERROR_IO, format, arguments);
	va_end(arguments);
	return false;
}

bool error_network(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(error, ERROR_NETWORK, format, arguments);
	va_end(arguments);
	return false;
}

bool error_resources(struct error *error, const char *what)
{
	return error_io(error, "cannot %s: out of memory or OpenSSL failed", what);
}
