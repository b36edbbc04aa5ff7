/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "endorsement_key.h"

#include "tpm_engine.h"
#include "tpm_store.h"

#include <string.h>

/* TPM2_Startup(TPM_SU_CLEAR): TPM 2.0 Library, part 3, 9.3 */
static const uint8_t startup_clear[] = {0x80, 0x01, 0, 0, 0, 12, 0x00, 0x00, 0x01, 0x44, 0x00, 0x00};

/* Constant part of TPM2_CreatePrimary (part 3, 24.1): everything before the 256 zero bytes of unique and after them */
static const uint8_t create_head[] = {
	0x80, 0x02,						 /* TPM_ST_SESSIONS */
	0, 0, 0x01, 0x63,					 /* commandSize: checked below */
	0x00, 0x00, 0x01, 0x31,					 /* TPM_CC_CreatePrimary */
	0x40, 0x00, 0x00, 0x0b,					 /* TPM_RH_ENDORSEMENT */
	0, 0, 0, 9,						 /* one password session, empty */
	0x40, 0x00, 0x00, 0x09, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, /* inSensitive: no password, no data */
	0x01, 0x3a,						 /* inPublic: 314 bytes */
	0x00, 0x01,						 /* TPM_ALG_RSA */
	0x00, 0x0b,						 /* TPM_ALG_SHA256 */
	0x00, 0x03, 0x00, 0xb2,
	/* fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt: with attributes PolicyA */
	0, 32, 0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd,
	0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa, 0x00, 0x06, 0x00,
	0x80, 0x00, 0x43, /* AES 128 CFB */
	0x00, 0x10,	  /* TPM_ALG_NULL: no scheme */
	0x08, 0x00,	  /* 2048 bits */
	0, 0, 0, 0,	  /* default exponent */
	0x01, 0x00,	  /* unique: 256 bytes */
};
#define UNIQUE_SIZE 256u
static const uint8_t create_tail[] = {
	0, 0,	    /* outsideInfo */
	0, 0, 0, 0, /* creationPCR: none */
};

#define RESPONSE_HEADER 10u
#define RC_SUCCESS 0u

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool run(const uint8_t *command, uint32_t size, const uint8_t **response, uint32_t *response_size)
{
	return tpm_engine_run(command, size, response, response_size) && *response_size >= RESPONSE_HEADER &&
	       be32(*response + 6) == RC_SUCCESS;
}

static bool create_primary(struct endorsement_key *key)
{
	uint8_t command[sizeof(create_head) + UNIQUE_SIZE + sizeof(create_tail)] = {0};
	const uint8_t *response;
	uint32_t size, at = RESPONSE_HEADER + 4 /* handle */ + 4 /* parameterSize */;

	memcpy(command, create_head, sizeof(create_head));
	memcpy(command + sizeof(create_head) + UNIQUE_SIZE, create_tail, sizeof(create_tail));
	command[4] = (uint8_t)(sizeof(command) >> 8);
	command[5] = (uint8_t)sizeof(command);
	if (!run(command, sizeof(command), &response, &size) || size < at + 2)
		return false;
	key->size = (uint32_t)response[at] << 8 | response[at + 1];
	if (key->size == 0 || key->size > sizeof(key->public_area) || size - at - 2 < key->size)
		return false;
	memcpy(key->public_area, response + at + 2, key->size);
	return true;
}

bool endorsement_key_make(struct endorsement_key *key, const char **why)
{
	const uint8_t *response;
	uint32_t size;
	bool made;

	*why = "snapshot of the TPM's memory";
	if (!tpm_store_snapshot())
		return false;
	*why = "TPM2_Startup";
	if (!run(startup_clear, sizeof(startup_clear), &response, &size))
		return false;
	*why = "TPM2_CreatePrimary";
	made = create_primary(key);
	/* Objects and PCRs go with the power; counters that start-up advanced go with the snapshot. */
	tpm_engine_power_off();
	if (!made)
		return false;
	*why = "return to the snapshot";
	return tpm_store_restore() && tpm_engine_power_on(why);
}
