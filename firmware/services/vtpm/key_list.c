/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "key_list.h"

#include "abi/svsm.h"
#include "key_maker.h"
#include "key_templates.h"
#include "svsm/service.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct listed_key {
	char name[KEY_TEMPLATE_NAME_MAX + 1];
	bool refused;
	struct primary_key_template template;
	struct primary_key key;
};

static struct listed_key list[KEY_TEMPLATES_MAX];
static uint32_t list_count;

/* All of the file, or one byte more than a manifest may have */
static size_t read_all(uint8_t *to, size_t capacity)
{
	size_t size = 0;
	ssize_t got;

	do {
		got = read(SERVICE_FD_KEY_TEMPLATES, to + size, capacity - size);
		size += got > 0 ? (size_t)got : 0;
	} while (got > 0 && size < capacity);
	return size;
}

static bool same(const struct primary_key_template *a, const struct primary_key_template *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static void add(const char *name, const uint8_t *template, uint32_t size)
{
	struct listed_key *entry = &list[list_count++];

	(void)snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->template.size = size;
	memcpy(entry->template.bytes, template, size);
}

bool key_list_load(const char **why)
{
	static uint8_t file[KEY_TEMPLATES_SIZE_MAX + 1];
	size_t size = read_all(file, sizeof(file));
	struct key_templates templates;
	uint32_t index;

	if (size == 0) {
		add("L-1", primary_key_default.bytes, primary_key_default.size);
		return true;
	}
	*why = key_templates_parse(&templates, file, size, &index);
	if (*why != NULL)
		return false;
	for (uint32_t i = 0; i < templates.count; i++)
		add(templates.key[i].name, templates.key[i].bytes, templates.key[i].size);
	*why = "does not begin with the default endorsement key, template L-1";
	return same(&list[0].template, &primary_key_default);
}

static uint64_t milliseconds(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool make(struct listed_key *entry)
{
	uint64_t start = milliseconds();
	uint32_t code;

	if (!key_maker_make(KEY_MAKER_MANUFACTURED, &entry->template, &entry->key, &code))
		return false;
	entry->refused = code != PRIMARY_KEY_RC_SUCCESS;
	if (entry->refused)
		printf("key %s cannot be made: TPM response code 0x%x\n", entry->name, code);
	else
		printf("key %s made in %u ms\n", entry->name, (unsigned int)(milliseconds() - start));
	(void)fflush(stdout);
	return true;
}

static struct listed_key *next(void)
{
	for (uint32_t i = 0; i < list_count; i++) {
		if (list[i].key.size == 0 && !list[i].refused)
			return &list[i];
	}
	return NULL;
}

bool key_list_unfinished(void)
{
	return next() != NULL;
}

bool key_list_make_next(void)
{
	struct listed_key *entry = next();

	return entry == NULL || make(entry);
}

const struct primary_key *key_list_default(void)
{
	struct listed_key *entry = &list[0];

	if (entry->key.size == 0 && !entry->refused)
		(void)make(entry);
	return entry->key.size != 0 ? &entry->key : NULL;
}

static void put_be(uint8_t *to, uint32_t value, unsigned int size)
{
	while (size-- > 0) {
		to[size] = (uint8_t)value;
		value >>= 8;
	}
}

uint32_t key_list_manifest(uint8_t *to, size_t capacity)
{
	size_t size = 8;

	while (key_list_unfinished()) {
		if (!key_list_make_next())
			return 0;
	}
	for (uint32_t i = 0; i < list_count; i++) {
		const struct primary_key *key = &list[i].key;

		if (key->size == 0 || capacity < size || capacity - size < 2u + key->size)
			return 0;
		put_be(to + size, key->size, 2);
		memcpy(to + size + 2, key->public_area, key->size);
		size += 2u + key->size;
	}
	put_be(to, SVSM_VTPM_MANIFEST_LIST, 4);
	put_be(to + 4, list_count, 4);
	return (uint32_t)size;
}

const struct primary_key *key_list_find(const struct primary_key_template *template)
{
	for (uint32_t i = 0; i < list_count; i++) {
		if (list[i].key.size != 0 && same(&list[i].template, template))
			return &list[i].key;
	}
	return NULL;
}

void key_list_forget(void)
{
	for (uint32_t i = 0; i < list_count; i++) {
		list[i].key.size = 0;
		list[i].refused = false;
	}
}
