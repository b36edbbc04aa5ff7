/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "key_templates.h"

#include <string.h>

bool key_templates_name_ok(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
		      c == '_' || c == '-'))
			return false;
	}
	return length > 0 && length <= KEY_TEMPLATE_NAME_MAX;
}

static const char *check_header(const struct key_templates_header *header, size_t size)
{
	if (header->magic != KEY_TEMPLATES_MAGIC)
		return "does not start with the mark of a key-template manifest";
	if (header->version != KEY_TEMPLATES_VERSION)
		return "is of an unknown version";
	if (header->size != size)
		return "has another size than its header says";
	if (header->count == 0 || header->count > KEY_TEMPLATES_MAX)
		return "must list 1 to 16 keys";
	if (header->reserved != 0)
		return "has a reserved header field that is not 0";
	return NULL;
}

/* @left bytes follow the entry. */
static const char *take_entry(struct key_templates *out, const struct key_templates_entry *entry, size_t left)
{
	struct key_template_view *key = &out->key[out->count];
	size_t length = 0;

	while (length < sizeof(entry->name) && entry->name[length] != 0)
		length++;
	if (!key_templates_name_ok(entry->name, length))
		return "has a name that is not 1 to 32 letters, digits, '.', '_' or '-'";
	for (size_t i = length; i < sizeof(entry->name); i++) {
		if (entry->name[i] != 0)
			return "has a name that is not padded with zeros";
	}
	if (entry->reserved != 0)
		return "has a reserved field that is not 0";
	if (entry->template_size == 0 || entry->template_size > KEY_TEMPLATE_SIZE_MAX)
		return "has a template of 0 or more than 1016 bytes";
	if (entry->template_size > left)
		return "has a template that runs past the end";
	memset(key, 0, sizeof(*key));
	memcpy(key->name, entry->name, length);
	key->size = entry->template_size;
	for (uint32_t i = 0; i < out->count; i++) {
		if (memcmp(out->key[i].name, key->name, sizeof(key->name)) == 0)
			return "has the name of an earlier key";
	}
	return NULL;
}

const char *key_templates_parse(struct key_templates *out, const uint8_t *data, size_t size, uint32_t *index)
{
	struct key_templates_header header;
	struct key_templates_entry entry;
	const char *broken;
	size_t at = sizeof(header);

	out->count = 0;
	*index = KEY_TEMPLATES_MAX;
	if (size < sizeof(header))
		return "is shorter than a header";
	memcpy(&header, data, sizeof(header));
	broken = check_header(&header, size);
	for (uint32_t i = 0; broken == NULL && i < header.count; i++) {
		*index = i;
		if (size - at < sizeof(entry))
			return "runs past the end";
		memcpy(&entry, data + at, sizeof(entry));
		at += sizeof(entry);
		broken = take_entry(out, &entry, size - at);
		out->key[i].bytes = data + at;
		at += broken == NULL ? entry.template_size : 0;
		out->count += broken == NULL;
	}
	if (broken == NULL && at != size) {
		*index = KEY_TEMPLATES_MAX;
		broken = "has bytes behind the last key";
	}
	return broken;
}
