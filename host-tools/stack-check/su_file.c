/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Stack usage files. GCC writes "path:line:column:function TAB bytes TAB kind", newer versions one field more; clang
 * leaves the column out, and the return address out of the bytes.
 */
#include "evidence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 8
#define LINE_MAX_ 65536
#define BYTES_MAX 0x7fffffffffff

static bool parse_number(const char *text, int64_t *number)
{
	if (!*text || strlen(text) > 15)
		return false;
	*number = 0;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		*number = *number * 10 + (*text - '0');
	}
	return *number <= BYTES_MAX;
}

static bool parse_kind(const char *text, enum usage_kind *kind)
{
	if (strcmp(text, "static") == 0)
		*kind = USAGE_STATIC;
	else if (strcmp(text, "dynamic") == 0)
		*kind = USAGE_DYNAMIC;
	else if (strcmp(text, "dynamic,bounded") == 0 || strcmp(text, "bounded") == 0)
		*kind = USAGE_BOUNDED;
	else
		return false;
	return true;
}

/* path:line[:column]:function. C++ functions hold colons themselves: the numbers are what one looks for. */
static bool parse_location(char *text, struct usage *row)
{
	int64_t first, second;

	for (char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
		char *digits = colon + 1, *end;

		if (!isdigit((unsigned char)*digits))
			continue;
		end = digits + strspn(digits, "0123456789");
		if (*end != ':' || end[1] == '\0')
			continue;
		*end = '\0';
		if (!parse_number(digits, &first))
			return false;
		*colon = '\0';
		row->file = text;
		row->line = (unsigned int)first;
		row->function = end + 1;
		digits = end + 1;
		end = digits + strspn(digits, "0123456789");
		row->clang = true;
		if (end > digits && *end == ':') {
			if (!end[1])
				return false; /* the function's name is missing */
			*end = '\0';
			if (!parse_number(digits, &second))
				return false;
			row->function = end + 1;
			row->clang = false;
		}
		return *text != '\0';
	}
	return false;
}

static bool parse_row(struct evidence *evidence, const char *name, unsigned int number, char *line, struct error *error)
{
	struct usage row = {.from = name};
	char *fields[FIELDS_MAX];
	int count = 0;

	for (char *at = line; at && count < FIELDS_MAX; count++) {
		fields[count] = at;
		at = strchr(at, '\t');
		if (at)
			*at++ = '\0';
	}
	if (count < 3)
		return error_set(error, "%s:%u: not a row of a stack usage file: three fields are wanted", name,
				 number);
	if (!parse_kind(fields[count - 1], &row.kind) || !parse_number(fields[count - 2], &row.bytes)) {
		/* A field more at the end */
		if (count < 4 || !parse_kind(fields[count - 2], &row.kind) ||
		    !parse_number(fields[count - 3], &row.bytes))
			return error_set(error, "%s:%u: bytes and one of static, dynamic, dynamic,bounded are wanted",
					 name, number);
	}
	if (!parse_location(fields[0], &row))
		return error_set(error, "%s:%u: path:line:function is wanted", name, number);
	if (row.clang)
		row.bytes += 8;
	evidence_add(evidence, &row);
	return true;
}

bool su_parse(struct evidence *evidence, const char *name, const char *text, size_t size, struct error *error)
{
	unsigned int number = 0;

	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - (text + at)) : size - at;
		char *line;

		number++;
		if (length > LINE_MAX_ || memchr(text + at, '\0', length))
			return error_set(error, "%s:%u: not a text line", name, number);
		line = arena_string(evidence->arena, text + at, length);
		if (length && line[length - 1] == '\r')
			line[length - 1] = '\0';
		if (*line && !parse_row(evidence, name, number, line, error))
			return false;
		at += length + 1;
	}
	return true;
}
