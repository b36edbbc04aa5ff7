/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "primary_key.h"

#include "tpm_engine.h"

#include <string.h>

/* TPM 2.0 Library, part 3: 9.3, 10.4, 28.4 and 24.1 */
static const uint8_t startup_clear[] = {0x80, 0x01, 0, 0, 0, 12, 0x00, 0x00, 0x01, 0x44, 0x00, 0x00};
static const uint8_t get_test_result[] = {0x80, 0x01, 0, 0, 0, 10, 0x00, 0x00, 0x01, 0x7c};
static const uint8_t flush_head[] = {0x80, 0x01, 0, 0, 0, 14, 0x00, 0x00, 0x01, 0x65};
/* TPM2_CreatePrimary up to the template, and after it */
static const uint8_t create_head[] = {
	0x80, 0x02,						 /* TPM_ST_SESSIONS */
	0,    0,    0,	  0,					 /* commandSize */
	0x00, 0x00, 0x01, 0x31,					 /* TPM_CC_CreatePrimary */
	0x40, 0x00, 0x00, 0x0b,					 /* TPM_RH_ENDORSEMENT */
	0,    0,    0,	  9,					 /* one password session, empty */
	0x40, 0x00, 0x00, 0x09, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, /* inSensitive: no password, no data */
	0,    0,						 /* size of inPublic */
};
static const uint8_t create_tail[] = {
	0, 0,	    /* outsideInfo */
	0, 0, 0, 0, /* creationPCR: none */
};

#define L_1_HEAD                                                                                                       \
	0x00, 0x01,			/* TPM_ALG_RSA */                                                              \
		0x00, 0x0b,		/* TPM_ALG_SHA256 */                                                           \
		0x00, 0x03, 0x00, 0xb2, /* fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted,    \
					   decrypt */                                                                  \
		0, 32,			/* PolicyA */                                                                  \
		0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd,  \
		0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa, 0x00, 0x06,  \
		0x00, 0x80, 0x00, 0x43, /* AES 128 CFB */                                                              \
		0x00, 0x10,		/* no scheme */                                                                \
		0x08, 0x00,		/* 2048 bits */                                                                \
		0, 0, 0, 0,		/* default exponent */                                                         \
		0x01, 0x00		/* unique: 256 bytes, all 0 */
#define L_1_UNIQUE_SIZE 256u
const struct primary_key_template primary_key_default = {
	.size = sizeof((uint8_t[]){L_1_HEAD}) + L_1_UNIQUE_SIZE,
	.bytes = {L_1_HEAD},
};

#define RESPONSE_HEADER 10u
#define TRANSIENT_FIRST 0x80000000u
#define TRANSIENT_SLOTS 16u /* more than any build of libtpms has */
#define NO_ANSWER UINT32_MAX

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_be32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

/* Response code, or NO_ANSWER */
static uint32_t run(const uint8_t *command, uint32_t size, const uint8_t **response, uint32_t *response_size)
{
	if (!tpm_engine_run(command, size, response, response_size) || *response_size < RESPONSE_HEADER)
		return NO_ANSWER;
	return be32(*response + 6);
}

uint32_t primary_key_startup(void)
{
	const uint8_t *response;
	uint32_t size;

	return run(startup_clear, sizeof(startup_clear), &response, &size);
}

bool primary_key_tpm_failed(void)
{
	const uint8_t *response;
	uint32_t size;

	/* One of the two commands that a failed TPM runs; its result ends the response. */
	return run(get_test_result, sizeof(get_test_result), &response, &size) == PRIMARY_KEY_RC_SUCCESS &&
	       size >= RESPONSE_HEADER + 4 && be32(response + size - 4) == PRIMARY_KEY_RC_FAILURE;
}

static void flush(uint32_t handle)
{
	uint8_t command[sizeof(flush_head) + 4];
	const uint8_t *response;
	uint32_t size;

	memcpy(command, flush_head, sizeof(flush_head));
	put_be32(command + sizeof(flush_head), handle);
	(void)run(command, sizeof(command), &response, &size); /* a handle that is not there is fine */
}

/* Handle and public area from a response: handle, parameterSize, TPM2B_PUBLIC, ... */
static bool take_public(const uint8_t *response, uint32_t size, struct primary_key *key)
{
	const uint32_t at = RESPONSE_HEADER + 4 + 4;

	if (size < at + 2)
		return false;
	key->size = (uint32_t)response[at] << 8 | response[at + 1];
	if (key->size == 0 || key->size > sizeof(key->public_area) || key->size > size - at - 2) {
		key->size = 0;
		return false;
	}
	memcpy(key->public_area, response + at + 2, key->size);
	return true;
}

bool primary_key_create(const struct primary_key_template *template, struct primary_key *key, uint32_t *code)
{
	uint8_t command[sizeof(create_head) + KEY_TEMPLATE_SIZE_MAX + sizeof(create_tail)];
	uint32_t command_size = (uint32_t)(sizeof(create_head) + template->size + sizeof(create_tail)), size, handle;
	const uint8_t *response;
	bool made;

	key->size = 0;
	for (uint32_t i = 0; i < TRANSIENT_SLOTS; i++)
		flush(TRANSIENT_FIRST + i);
	memcpy(command, create_head, sizeof(create_head));
	put_be32(command + 2, command_size);
	command[sizeof(create_head) - 2] = (uint8_t)(template->size >> 8);
	command[sizeof(create_head) - 1] = (uint8_t) template->size;
	memcpy(command + sizeof(create_head), template->bytes, template->size);
	memcpy(command + sizeof(create_head) + template->size, create_tail, sizeof(create_tail));
	*code = run(command, command_size, &response, &size);
	if (*code == NO_ANSWER)
		return false;
	if (*code != PRIMARY_KEY_RC_SUCCESS)
		return true;
	made = take_public(response, size, key);
	handle = size >= RESPONSE_HEADER + 4 ? be32(response + RESPONSE_HEADER) : TRANSIENT_FIRST;
	flush(handle);
	return made;
}
