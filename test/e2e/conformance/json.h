/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Writes one JSON text into a buffer. Commas come by themselves. Names and strings are printable ASCII without quote
 * and backslash; anything else, or a full buffer, sets @failed and writes no more.
 */
#ifndef CONFORMANCE_JSON_H
#define CONFORMANCE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *out;
	size_t capacity;
	size_t size;
	bool failed;
	bool comma; /* a value was written before on this level */
};

/* @name is NULL for members of an array and the outermost value. */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
void json_string(struct json *json, const char *name, const char *text);
void json_number(struct json *json, const char *name, uint32_t number);
void json_null(struct json *json, const char *name);
void json_base64(struct json *json, const char *name, const uint8_t *data, size_t size);

#endif
