/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "findings.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void findings_add(struct findings *findings, enum finding_severity severity, const char *scope, const char *rule,
		  uint64_t offset, const char *format, ...)
{
	struct finding *item;
	va_list arguments;

	if (!findings)
		return;
	if (severity == FINDING_ERROR)
		findings->errors++;
	findings->count++;
	if (findings->kept == FINDINGS_MAX)
		return;
	item = &findings->item[findings->kept++];
	item->scope = scope;
	item->rule = rule;
	item->severity = severity;
	item->offset = offset;
	va_start(arguments, format);
	vsnprintf(item->message, sizeof(item->message), format, arguments);
	va_end(arguments);
	for (char *at = item->message; *at; at++) {
		if (iscntrl((unsigned char)*at))
			*at = '?';
	}
}
