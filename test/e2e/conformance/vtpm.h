/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* vTPM protocol (AMD 58019): one page that carries a command in and its response out. */
#ifndef CONFORMANCE_VTPM_H
#define CONFORMANCE_VTPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the page; false when there is no memory. */
bool vtpm_start(void);
uint8_t *vtpm_page(void);

/* Writes a request header and copies a command behind it, at any place. */
void vtpm_request(uint8_t *at, uint32_t command, uint8_t locality, uint32_t size, const uint8_t *data,
		  size_t data_size);

/* CMD with the request at @gpa. Gives RAX. */
uint64_t vtpm_call(uint64_t gpa);

/* SEND_COMMAND with the buffer at @at and @size in its header, again while the TPM asks for a retry. Gives RAX. */
uint64_t vtpm_send_at(uint8_t *at, uint32_t size, const uint8_t *command, size_t command_size);

/*
 * Sends a TPM command. Gives RAX; on success @response points into the page at @response_size bytes, valid until the
 * next command. A TPM that asks for a retry is asked again for a while.
 */
uint64_t vtpm_send(const uint8_t *command, size_t size, const uint8_t **response, size_t *response_size);

#endif
