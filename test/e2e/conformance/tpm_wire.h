/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Builds TPM commands and reads responses (TCG TPM 2.0 Library, part 1 section 18 and part 2): big-endian, bounded. An
 * error sticks: it is enough to look at @failed once at the end.
 */
#ifndef CONFORMANCE_TPM_WIRE_H
#define CONFORMANCE_TPM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TPM_ST_NO_SESSIONS 0x8001u
#define TPM_ST_SESSIONS 0x8002u
#define TPM_HEADER_BYTES 10u

struct tpm_writer {
	uint8_t *out;
	size_t capacity;
	size_t size;
	bool failed;
};

/* Any slice of a message */
struct tpm_reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

void tpm_put(struct tpm_writer *writer, unsigned int size, uint32_t value);
void tpm_put_bytes(struct tpm_writer *writer, const uint8_t *data, size_t size);
/* A sized buffer: u16 size, bytes */
void tpm_put_2b(struct tpm_writer *writer, const uint8_t *data, size_t size);

/* A size field of @size_bytes whose value is what follows up to tpm_close(). Gives its place. */
size_t tpm_open(struct tpm_writer *writer, unsigned int size_bytes);
void tpm_close(struct tpm_writer *writer, size_t place, unsigned int size_bytes);

/* Header with a size that tpm_command_end() fills in. */
void tpm_command(struct tpm_writer *writer, uint8_t *out, size_t capacity, uint16_t tag, uint32_t code);
/* False when the command did not fit. */
bool tpm_command_end(struct tpm_writer *writer);

uint32_t tpm_get(struct tpm_reader *reader, unsigned int size);
/* The next @size bytes, in place; NULL when there are not as many. */
const uint8_t *tpm_get_bytes(struct tpm_reader *reader, size_t size);
/* Contents of a sized buffer */
struct tpm_reader tpm_get_2b(struct tpm_reader *reader);

/* Checks tag and size of a response and takes its header. @code is set even for an error response. */
bool tpm_response(struct tpm_reader *reader, const uint8_t *data, size_t size, uint16_t tag, uint32_t *code);

#endif
