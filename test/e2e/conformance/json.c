/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "json.h"

#include "base64.h"

static void put(struct json *json, char c)
{
	if (json->failed || json->size >= json->capacity) {
		json->failed = true;
		return;
	}
	json->out[json->size++] = c;
}

static void quoted(struct json *json, const char *text)
{
	put(json, '"');
	for (; *text != 0; text++) {
		if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\')
			json->failed = true;
		put(json, *text);
	}
	put(json, '"');
}

static void begin(struct json *json, const char *name)
{
	if (json->comma)
		put(json, ',');
	json->comma = true;
	if (name == NULL)
		return;
	quoted(json, name);
	put(json, ':');
}

void json_open(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	put(json, bracket);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	put(json, bracket);
	json->comma = true;
}

void json_string(struct json *json, const char *name, const char *text)
{
	begin(json, name);
	quoted(json, text);
}

void json_number(struct json *json, const char *name, uint32_t number)
{
	char digits[10];
	size_t count = 0;

	begin(json, name);
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		put(json, digits[--count]);
}

void json_null(struct json *json, const char *name)
{
	begin(json, name);
	for (const char *text = "null"; *text != 0; text++)
		put(json, *text);
}

void json_base64(struct json *json, const char *name, const uint8_t *data, size_t size)
{
	begin(json, name);
	put(json, '"');
	if (!json->failed && size != 0) {
		size_t written = base64_encode(json->out + json->size, json->capacity - json->size, data, size);

		if (written == 0)
			json->failed = true;
		json->size += written;
	}
	put(json, '"');
}
