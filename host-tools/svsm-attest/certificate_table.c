/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "certificate_table.h"

#include <string.h>

#define ENTRY_SIZE 24u
#define ENTRIES_MAX 64u

/* As in memory: the first three groups of a GUID are little-endian. */
static const uint8_t guid_vcek[16] = {0x8d, 0x75, 0xda, 0x63, 0x64, 0xe6, 0x64, 0x45,
				      0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd};
static const uint8_t guid_vlek[16] = {0xc2, 0x4b, 0x07, 0xa8, 0x5a, 0xa2, 0x3e, 0x48,
				      0xaa, 0xe6, 0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1};
static const uint8_t guid_ask[16] = {0x79, 0xb3, 0xb7, 0x4a, 0xac, 0xbb, 0xe4, 0x4f,
				     0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82};
static const uint8_t guid_ark[16] = {0xa4, 0x06, 0xb4, 0xc0, 0x03, 0xa8, 0x52, 0x49,
				     0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae};

static uint32_t number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bool certificate_table_parse(struct certificate_table *out, const struct blob *bytes, struct error *error)
{
	const struct {
		const uint8_t *guid;
		struct blob *place;
	} known[] = {{guid_vcek, &out->vcek}, {guid_vlek, &out->vlek}, {guid_ask, &out->ask}, {guid_ark, &out->ark}};
	static const uint8_t end[ENTRY_SIZE];
	size_t at = 0;

	*out = (struct certificate_table){.vcek = {NULL, 0}};
	for (unsigned int i = 0;; i++, at += ENTRY_SIZE) {
		const uint8_t *entry = bytes->data + at;
		uint32_t offset, length;

		/* Hosts leave the whole buffer empty when they have no certificates. */
		if (bytes->size - at < ENTRY_SIZE)
			return bytes->size == 0 || error_refuse(error, "certificate table: it does not end");
		if (memcmp(entry, end, ENTRY_SIZE) == 0)
			return true;
		offset = number(entry + 16);
		length = number(entry + 20);
		if (i >= ENTRIES_MAX || offset > bytes->size || length > bytes->size - offset)
			return error_refuse(error, "certificate table: entry %u points outside of it", i);
		for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
			if (memcmp(known[j].guid, entry, 16) != 0)
				continue;
			if (known[j].place->data)
				return error_refuse(error, "certificate table: entry %u is there twice", i);
			*known[j].place = (struct blob){bytes->data + offset, length};
		}
	}
}
