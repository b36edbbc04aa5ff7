/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The two compiled documents: svsm/key_templates.h, and the selector of abi/svsm.h. */
#include "document.h"

#include "abi/svsm.h"
#include "key_templates.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool document_refuse(const char *path, struct key_template_error *error, const char *format, ...)
{
	size_t used = (size_t)snprintf(error->text, sizeof(error->text), "%s:", path);
	va_list arguments;

	if (used < sizeof(error->text)) {
		va_start(arguments, format);
		(void)vsnprintf(error->text + used, sizeof(error->text) - used, format, arguments);
		va_end(arguments);
	}
	for (char *at = error->text; *at; at++) {
		if (iscntrl((unsigned char)*at))
			*at = '?';
	}
	return false;
}

const char *document_check_key(const struct key_template_document *list, size_t index)
{
	const struct key_template *key = &list->key[index];
	const char *profile;

	for (size_t i = 0; i < index; i++) {
		if (strcmp(list->key[i].name, key->name) == 0)
			return "this name is taken by an earlier template";
		if (list->key[i].size == key->size && memcmp(list->key[i].bytes, key->bytes, key->size) == 0)
			return "this template is listed before, perhaps under another name";
	}
	profile = index == 0 ? key_template_profile(key) : "";
	if (!profile || (index == 0 && strcmp(profile, "L-1") != 0))
		return "the first template must be L-1, the default endorsement key";
	return NULL;
}

bool key_template_is_text(const void *data, size_t size)
{
	const char *text = data;

	while (size > 0 && strchr(" \t\r\n", *text) && *text)
		text++, size--;
	return size > 0 && (*text == '{' || *text == '[' || *text == '"');
}

static bool read_key(const char *path, struct key_template *out, const uint8_t *bytes, size_t size,
		     struct key_template_error *error)
{
	const char *field, *rule;

	return key_template_from_bytes(out, bytes, size, &field, &rule) ||
	       document_refuse(path, error, " key '%s': %s: %s", out->name, field, rule);
}

static bool read_list(const char *path, const uint8_t *data, size_t size, struct key_template_document *out,
		      struct key_template_error *error)
{
	struct key_templates list;
	uint32_t index;
	const char *problem = key_templates_parse(&list, data, size, &index);

	out->kind = KEY_TEMPLATE_LIST;
	if (problem && index == KEY_TEMPLATES_MAX)
		return document_refuse(path, error, " the compiled manifest %s", problem);
	if (problem)
		return document_refuse(path, error, " key %u of the compiled manifest %s", index, problem);
	for (size_t i = 0; i < list.count; i++) {
		memcpy(out->key[i].name, list.key[i].name, sizeof(out->key[i].name));
		if (!read_key(path, &out->key[i], list.key[i].bytes, list.key[i].size, error))
			return false;
		problem = document_check_key(out, i);
		if (problem)
			return document_refuse(path, error, " key '%s': %s", out->key[i].name, problem);
		out->count++;
	}
	return true;
}

static bool read_selector(const char *path, const uint8_t *data, size_t size, struct key_template_document *out,
			  struct key_template_error *error)
{
	uint64_t kind = 0;

	out->kind = KEY_TEMPLATE_SELECTOR;
	memcpy(out->key[0].name, DOCUMENT_SELECTOR_NAME, sizeof(DOCUMENT_SELECTOR_NAME));
	if (size >= sizeof(kind))
		memcpy(&kind, data, sizeof(kind));
	if (kind != SVSM_VTPM_SELECTOR_TEMPLATE)
		return document_refuse(path, error, " neither a key-template manifest nor a selector of kind 1");
	if (size == sizeof(kind) || size > KEY_TEMPLATE_SELECTOR_MAX)
		return document_refuse(path, error, " a selector of kind 1 cannot have %zu bytes", size);
	out->count = 1;
	return read_key(path, &out->key[0], data + sizeof(kind), size - sizeof(kind), error);
}

static bool is_list(const uint8_t *data, size_t size)
{
	uint64_t magic = 0;

	memcpy(&magic, data, size < sizeof(magic) ? size : sizeof(magic));
	return magic == KEY_TEMPLATES_MAGIC;
}

bool key_template_read(const char *path, const void *data, size_t size, struct key_template_document *out,
		       struct key_template_error *error)
{
	const struct key_document_text text = {path, data, size, error};

	memset(out, 0, sizeof(*out));
	if (size == 0)
		return document_refuse(path, error, " is empty");
	if (size > KEY_TEMPLATE_TEXT_MAX)
		return document_refuse(path, error, " is larger than %u bytes", KEY_TEMPLATE_TEXT_MAX);
	if (key_template_is_text(data, size))
		return document_read_text(&text, out);
	return is_list(data, size) ? read_list(path, data, size, out, error)
				   : read_selector(path, data, size, out, error);
}

static size_t put(uint8_t *out, size_t at, const void *data, size_t size)
{
	memcpy(out + at, data, size);
	return at + size;
}

size_t key_template_bytes(const struct key_template_document *document, uint8_t out[KEY_TEMPLATE_BYTES_MAX])
{
	struct key_templates_header header = {KEY_TEMPLATES_MAGIC, KEY_TEMPLATES_VERSION, (uint32_t)document->count, 0,
					      0};
	const uint64_t kind = SVSM_VTPM_SELECTOR_TEMPLATE;
	size_t size = sizeof(header);

	if (document->kind == KEY_TEMPLATE_SELECTOR) {
		size = put(out, 0, &kind, sizeof(kind));
		return put(out, size, document->key[0].bytes, document->key[0].size);
	}
	for (size_t i = 0; i < document->count; i++) {
		const struct key_template *key = &document->key[i];
		struct key_templates_entry entry = {.template_size = (uint32_t)key->size};

		memcpy(entry.name, key->name, strlen(key->name));
		size = put(out, size, &entry, sizeof(entry));
		size = put(out, size, key->bytes, key->size);
	}
	header.size = (uint32_t)size;
	(void)put(out, 0, &header, sizeof(header));
	return size;
}
