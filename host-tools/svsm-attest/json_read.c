/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "json_read.h"

#include "file.h"

#include <errno.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void wipe_and_free(void *memory)
{
	if (memory)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

void json_read_wipe_memory(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

bool json_read_bytes(const char *name, const struct blob *bytes, json_t **out, struct error *error)
{
	json_error_t problem;

	*out = json_loadb((const char *)bytes->data, bytes->size, JSON_REJECT_DUPLICATES, &problem);
	if (!*out)
		return error_refuse(error, "%s: line %d column %d: %s", name, problem.line, problem.column,
				    problem.text);
	return true;
}

bool json_read_file(const char *path, size_t max, json_t **out, struct error *error)
{
	struct blob bytes;
	bool ok;

	if (!file_read(path, max, &bytes, error))
		return false;
	ok = json_read_bytes(path, &bytes, out, error);
	blob_free(&bytes);
	return ok;
}

/* True when `names`, separated by spaces, hold `key`. */
static bool listed(const char *names, const char *key)
{
	size_t length = strlen(key);

	while (*names) {
		size_t word = strcspn(names, " ");

		if (word == length && memcmp(names, key, length) == 0)
			return true;
		names += word;
		names += *names == ' ';
	}
	return false;
}

bool json_read_shape(const json_t *object, const char *where, const char *required, const char *optional,
		     struct error *error)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return error_refuse(error, "%s: must be an object", where);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (!listed(required, key) && !listed(optional, key))
			return error_refuse(error, "%s: unknown field '%.60s'", where, key);
	}
	while (*required) {
		char name[64];
		size_t word = strcspn(required, " ");

		if (word >= sizeof(name))
			return error_refuse(error, "%s: a field name is too long", where);
		memcpy(name, required, word);
		name[word] = 0;
		if (!json_object_get(object, name))
			return error_refuse(error, "%s: field '%s' is missing", where, name);
		required += word;
		required += *required == ' ';
	}
	return true;
}

bool json_read_given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value && !json_is_null(value);
}

bool json_read_format(const json_t *object, const char *where, const char *format, struct error *error)
{
	const json_t *name = json_object_get(object, "format"), *version = json_object_get(object, "version");

	if (!json_is_string(name) || strcmp(json_string_value(name), format) != 0)
		return error_refuse(error, "%s: field 'format' must be \"%s\"", where, format);
	if (!json_is_integer(version) || json_integer_value(version) != 1)
		return error_refuse(error, "%s: field 'version' must be 1, the only one this program knows", where);
	return true;
}

bool json_read_string(const json_t *object, const char *where, const char *key, const char **out, struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return error_refuse(error, "%s: field '%s' must be a string", where, key);
	*out = json_string_value(value);
	return true;
}

bool json_read_number(const json_t *object, const char *where, const char *key, uint64_t max, uint64_t *out,
		      struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > max)
		return error_refuse(error, "%s: field '%s' must be a number from 0 to %llu", where, key,
				    (unsigned long long)max);
	*out = (uint64_t)json_integer_value(value);
	return true;
}

bool json_read_boolean(const json_t *object, const char *where, const char *key, bool *out, struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		return error_refuse(error, "%s: field '%s' must be true or false", where, key);
	*out = json_is_true(value);
	return true;
}

bool json_read_bits(const json_t *object, const char *where, const char *key, uint64_t *out, struct error *error)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		return json_read_number(object, where, key, INT64_MAX, out, error);
	if (!text || strncmp(text, "0x", 2) != 0 || strlen(text) < 3 || strlen(text) > 18 ||
	    strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text) - 2)
		return error_refuse(error, "%s: field '%s' must be a number or \"0x\" and 1 to 16 digits", where, key);
	*out = strtoull(text, NULL, 16);
	return true;
}

bool json_read_array(const json_t *object, const char *where, const char *key, size_t max, const json_t **out,
		     struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_array(value) || json_array_size(value) > max)
		return error_refuse(error, "%s: field '%s' must be an array of at most %zu items", where, key, max);
	*out = value;
	return true;
}

bool json_read_blob(const json_t *object, const char *where, const char *key, size_t min, size_t max, struct blob *out,
		    struct error *error)
{
	const char *text = json_string_value(json_object_get(object, key));

	*out = (struct blob){NULL, 0};
	if (!text)
		return error_refuse(error, "%s: field '%s' must be a base64 string", where, key);
	if (!blob_from_base64(out, text, max) || out->size < min) {
		blob_free(out);
		if (min == max)
			return error_refuse(error, "%s: field '%s' must be canonical base64 of %zu bytes", where, key,
					    max);
		return error_refuse(error, "%s: field '%s' must be canonical base64 of %zu to %zu bytes", where, key,
				    min, max);
	}
	return true;
}

bool json_read_hex(const json_t *object, const char *where, const char *key, uint8_t *out, size_t size,
		   struct error *error)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !blob_hex_exact(out, size, text))
		return error_refuse(error, "%s: field '%s' must be %zu hexadecimal digits", where, key, 2 * size);
	return true;
}
