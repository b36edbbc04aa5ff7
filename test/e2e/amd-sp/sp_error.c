/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_error.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

bool sp_error(const char *format, ...)
{
	va_list arguments;

	flockfile(stderr);
	fputs("amd-sp: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
	return false;
}

bool sp_error_openssl(const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	sp_error("%s failed: %s", what, reason != NULL ? reason : "OpenSSL gives no reason");
	ERR_clear_error();
	return false;
}
