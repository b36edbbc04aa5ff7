/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void error_sanitize(char *text)
{
	for (char *at = text; *at; at++) {
		if (iscntrl((unsigned char)*at))
			*at = '?';
	}
}

bool error_set(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	error_sanitize(error->text);
	return false;
}
