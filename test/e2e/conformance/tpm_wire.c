/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_wire.h"

#include <string.h>

#define SIZE_PLACE 2u /* of the command's size, in the header */

static uint8_t *reserve(struct tpm_writer *writer, size_t size)
{
	uint8_t *at = writer->out + writer->size;

	if (writer->failed || writer->capacity - writer->size < size) {
		writer->failed = true;
		return NULL;
	}
	writer->size += size;
	return at;
}

static void store(uint8_t *at, unsigned int size, uint32_t value)
{
	while (size > 0) {
		at[--size] = (uint8_t)value;
		value >>= 8;
	}
}

void tpm_put(struct tpm_writer *writer, unsigned int size, uint32_t value)
{
	uint8_t *at = reserve(writer, size);

	if (at != NULL)
		store(at, size, value);
}

void tpm_put_bytes(struct tpm_writer *writer, const uint8_t *data, size_t size)
{
	uint8_t *at = reserve(writer, size);

	if (at != NULL && size != 0)
		memcpy(at, data, size);
}

void tpm_put_2b(struct tpm_writer *writer, const uint8_t *data, size_t size)
{
	if (size > UINT16_MAX)
		writer->failed = true;
	tpm_put(writer, 2, (uint32_t)size);
	tpm_put_bytes(writer, data, size);
}

size_t tpm_open(struct tpm_writer *writer, unsigned int size_bytes)
{
	size_t place = writer->size;

	tpm_put(writer, size_bytes, 0);
	return place;
}

void tpm_close(struct tpm_writer *writer, size_t place, unsigned int size_bytes)
{
	size_t size;

	if (writer->failed)
		return;
	size = writer->size - place - size_bytes;
	if (size_bytes == 2 && size > UINT16_MAX) {
		writer->failed = true;
		return;
	}
	store(writer->out + place, size_bytes, (uint32_t)size);
}

void tpm_command(struct tpm_writer *writer, uint8_t *out, size_t capacity, uint16_t tag, uint32_t code)
{
	*writer = (struct tpm_writer){.out = out, .capacity = capacity};
	tpm_put(writer, 2, tag);
	tpm_put(writer, 4, 0);
	tpm_put(writer, 4, code);
}

bool tpm_command_end(struct tpm_writer *writer)
{
	if (writer->failed)
		return false;
	store(writer->out + SIZE_PLACE, 4, (uint32_t)writer->size);
	return true;
}

const uint8_t *tpm_get_bytes(struct tpm_reader *reader, size_t size)
{
	const uint8_t *at = reader->at;

	if (reader->failed || reader->left < size) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	reader->left -= size;
	return at;
}

uint32_t tpm_get(struct tpm_reader *reader, unsigned int size)
{
	const uint8_t *at = tpm_get_bytes(reader, size);
	uint32_t value = 0;

	for (unsigned int i = 0; at != NULL && i < size; i++)
		value = value << 8 | at[i];
	return value;
}

struct tpm_reader tpm_get_2b(struct tpm_reader *reader)
{
	size_t size = tpm_get(reader, 2);
	const uint8_t *at = tpm_get_bytes(reader, size);

	return at != NULL ? (struct tpm_reader){.at = at, .left = size} : (struct tpm_reader){.failed = true};
}

bool tpm_response(struct tpm_reader *reader, const uint8_t *data, size_t size, uint16_t tag, uint32_t *code)
{
	uint32_t got_tag, got_size;

	*reader = (struct tpm_reader){.at = data, .left = size};
	*code = 0;
	got_tag = tpm_get(reader, 2);
	got_size = tpm_get(reader, 4);
	*code = tpm_get(reader, 4);
	/* An error has no sessions and no parameters */
	return !reader->failed && got_size == size && got_tag == (*code == 0 ? tag : TPM_ST_NO_SESSIONS) &&
	       (*code == 0 || reader->left == 0);
}
