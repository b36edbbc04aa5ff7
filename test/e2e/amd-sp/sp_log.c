/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static FILE *file;

bool sp_log_open(const char *path)
{
	file = fopen(path, "we");
	if (file == NULL)
		return sp_error("cannot write %s: %s", path, strerror(errno));
	setvbuf(file, NULL, _IOLBF, 0);
	return true;
}

void sp_log_close(void)
{
	if (file != NULL)
		fclose(file);
	file = NULL;
}

void sp_log(const char *format, ...)
{
	FILE *to = file != NULL ? file : stderr;
	va_list arguments;

	flockfile(to);
	fputs("amd-sp: ", to);
	va_start(arguments, format);
	vfprintf(to, format, arguments);
	va_end(arguments);
	fputc('\n', to);
	funlockfile(to);
}
