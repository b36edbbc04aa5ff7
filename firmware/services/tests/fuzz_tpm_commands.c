/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * libFuzzer target: what a guest may send to the vtpm service, one thing after the other: TPM commands, made from good
 * ones or of any bytes, manifests and selectors between them. What must hold: every command gets a response of the
 * form that the TPM 2.0 Library gives responses, every other request an answer; keys of the list stay the same until a
 * command that gives the TPM a new seed succeeds; the service goes on.
 */
#include "key_list.h"
#include "key_maker.h"
#include "requests.h"
#include "selected_key.h"
#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEPS_MAX 8u
#define CODE_AT 6u
#define HEADER 10u
#define CC_CHANGE_EPS 0x124u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define PASSWORD 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0
#define ECC_TEMPLATE                                                                                                   \
	0, 0x1a, 0, 0x23, 0, 0x0b, 0, 3, 4, 0x72, 0, 0, 0, 6, 0, 0x80, 0, 0x43, 0, 0x10, 0, 3, 0, 0x10, 0, 0, 0, 0
/* TPM 2.0 Library, part 3; sizes are put in later */
static const uint8_t get_random[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x7b, 0, 32};
static const uint8_t startup[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x44, 0, 0};
static const uint8_t shutdown_[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x45, 0, 0};
static const uint8_t self_test[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x43, 1};
static const uint8_t capability[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x7a, 0, 0, 0, 6, 0, 0, 1, 0, 0, 0, 0, 64};
static const uint8_t pcr_read[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x7e, 0, 0, 0, 1, 0, 0x0b, 3, 0xff, 0xff, 0};
static const uint8_t pcr_extend[] = {0x80, 2, 0, 0, 0, 0, 0, 0, 1, 0x82, 0,  0,	 0,  8,	 PASSWORD, 0,  0,  0,  1,  0, 4,
				     1,	   2, 3, 4, 5, 6, 7, 8, 9, 10,	 11, 12, 13, 14, 15,	   16, 17, 18, 19, 20};
static const uint8_t create_primary[] = {
	0x80, 2, 0, 0, 0, 0, 0, 0, 1, 0x31, 0x40, 0, 0, 1, PASSWORD, 0, 4, 0, 0, 0, 0, ECC_TEMPLATE, 0, 0, 0, 0, 0, 0};
static const uint8_t flush_context[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x65, 0x80, 0, 0, 0};
static const uint8_t context_save[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x62, 0x80, 0, 0, 0};
static const uint8_t read_public[] = {0x80, 1, 0, 0, 0, 0, 0, 0, 1, 0x73, 0x80, 0, 0, 0};
static const uint8_t start_session[] = {0x80, 1,  0,  0,  0,  0,  0, 0, 1, 0x76, 0x40, 0, 0,   7, 0x40,
					0,    0,  7,  0,  16, 1,  2, 3, 4, 5,	 6,    7, 8,   9, 10,
					11,   12, 13, 14, 15, 16, 0, 0, 1, 0,	 0x10, 0, 0x0b};
static const uint8_t nv_define[] = {0x80, 2,  0, 0,    0, 0, 0, 0,    1, 0x2a, 0x40, 0, 0, 1, PASSWORD, 0, 0,
				    0,	  14, 1, 0xc0, 0, 1, 0, 0x0b, 0, 4,    0,    4, 0, 0, 0,	32};
static const uint8_t nv_write[] = {0x80, 2,    0, 0, 0,	       0, 0, 0, 1, 0x37, 0x40, 0, 0, 1,
				   1,	 0xc0, 0, 1, PASSWORD, 0, 4, 1, 2, 3,	 4,    0, 0};
static const uint8_t clear[] = {0x80, 2, 0, 0, 0, 0, 0, 0, 1, 0x26, 0x40, 0, 0, 0x0c, PASSWORD};
static const uint8_t change_eps[] = {0x80, 2, 0, 0, 0, 0, 0, 0, 1, 0x24, 0x40, 0, 0, 0x0c, PASSWORD};
static const uint8_t change_auth[] = {0x80, 2, 0, 0, 0, 0, 0, 0, 1, 0x29, 0x40, 0, 0, 0x0b, PASSWORD, 0, 1, 'x'};

#define COMMAND(name)                                                                                                  \
	{                                                                                                              \
		name, sizeof(name)                                                                                     \
	}
static const struct {
	const uint8_t *bytes;
	size_t size;
} commands[] = {
	COMMAND(get_random),	COMMAND(startup),      COMMAND(shutdown_),   COMMAND(self_test),
	COMMAND(capability),	COMMAND(pcr_read),     COMMAND(pcr_extend),  COMMAND(create_primary),
	COMMAND(flush_context), COMMAND(context_save), COMMAND(read_public), COMMAND(start_session),
	COMMAND(nv_define),	COMMAND(nv_write),     COMMAND(clear),	     COMMAND(change_eps),
	COMMAND(change_auth),
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static struct tpm_state fresh; /* every input begins with this TPM */
static struct primary_key default_key;
static struct service_packet packet;
static bool seed_changed;

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *why;

	(void)argc;
	(void)argv;
	close(SERVICE_FD_KEY_TEMPLATES); /* there is none */
	check(key_list_load(&why) && tpm_engine_power_on(&why) && key_maker_start(), "start");
	check(key_list_default() != NULL, "the default key");
	default_key = *key_list_default();
	check(primary_key_startup() == PRIMARY_KEY_RC_SUCCESS && tpm_engine_save(&fresh), "TPM2_Startup");
	return 0;
}

static uint32_t ask(uint32_t op, uint32_t size)
{
	packet.header = (struct service_message){.op = op, .size = size};
	requests_handle(&packet);
	check(packet.header.op == op && packet.header.size <= sizeof(packet.payload), "a reply's form");
	return packet.header.status;
}

static void command(uint32_t size)
{
	uint32_t code = size >= HEADER ? be32(packet.payload + CODE_AT) : 0;

	check(ask(VTPM_OP_COMMAND, size) == SERVICE_OK, "a command without response");
	check(packet.header.size >= HEADER && packet.payload[0] == 0x80 &&
		      be32(packet.payload + 2) == packet.header.size,
	      "a response's header");
	if (code == CC_CHANGE_EPS && be32(packet.payload + CODE_AT) == PRIMARY_KEY_RC_SUCCESS)
		seed_changed = true;
}

/* A good command with @edits of two bytes each: place and value. Sizes are right unless changed. */
static void edited_command(const uint8_t *edits, size_t size)
{
	size_t length = commands[edits[0] % COMMAND_COUNT].size;

	memcpy(packet.payload, commands[edits[0] % COMMAND_COUNT].bytes, length);
	packet.payload[5] = (uint8_t)length;
	for (size_t i = 1; i + 1 < size; i += 2)
		packet.payload[edits[i] % length] = edits[i + 1];
	command((uint32_t)length);
}

static void default_manifest(void)
{
	memset(packet.payload, 0, 4);
	check(ask(VTPM_OP_MANIFEST, 4) == SERVICE_OK, "no default key");
	check((packet.header.size == default_key.size &&
	       memcmp(packet.payload, default_key.public_area, default_key.size) == 0) != seed_changed,
	      "the default key has changed without its seed, or not with it");
}

static void ecc_selector(uint8_t unique)
{
	static const uint8_t kind[8] = {1};
	static const uint8_t template[] = {ECC_TEMPLATE};

	memcpy(packet.payload, kind, sizeof(kind));
	memcpy(packet.payload + sizeof(kind), template + 2, sizeof(template) - 2);
	packet.payload[sizeof(kind) + 7] ^= unique;
	(void)ask(VTPM_OP_SELECT, (uint32_t)(sizeof(kind) + sizeof(template) - 2));
}

static void step(const uint8_t *bytes, size_t size)
{
	switch (bytes[0] % 8) {
	case 0:
		memcpy(packet.payload, bytes + 1, size - 1);
		command((uint32_t)size - 1);
		break;
	case 1:
		default_manifest();
		break;
	case 2:
		ecc_selector(size > 1 ? bytes[1] : 0);
		break;
	default:
		if (size > 1)
			edited_command(bytes + 1, size - 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *why;

	/* Steps: their size, then their bytes */
	for (unsigned int i = 0; i < STEPS_MAX && size > 1; i++) {
		size_t length = 1u + bytes[0] % 32;

		bytes++;
		size--;
		length = length < size ? length : size;
		step(bytes, length);
		bytes += length;
		size -= length;
	}
	check(tpm_engine_resume(&fresh, &why), "resume");
	if (seed_changed) {
		/* The old seed is back: what has to be made again is made from it */
		check(key_maker_start(), "memory");
		key_list_forget();
		seed_changed = false;
	}
	selected_key_forget();
	return 0;
}
