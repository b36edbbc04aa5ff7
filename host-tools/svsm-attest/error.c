/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

bool error_refuse_file(struct error *error, const char *what, const char *path, const struct error *detail)
{
	char start[ERROR_TEXT_MAX];
	bool named;

	/* As it stands in a text: printable */
	snprintf(start, sizeof(start), "%s:", path);
	error_printable(start);
	named = strncmp(detail->text, start, strlen(start)) == 0;
	return named ? error_refuse(error, "%s %.500s", what, detail->text)
		     : error_refuse(error, "%s %s: %.500s", what, path, detail->text);
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
