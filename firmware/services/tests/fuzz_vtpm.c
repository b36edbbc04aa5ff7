/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * libFuzzer target: selectors and key-template manifests for the vtpm service, with the TPM behind it. A selector is
 * answered or refused, by the same answer when it comes again, and the guest's TPM is afterwards as it was. Inputs
 * whose first byte is above 7Fh name a template of the conformance image and change fields of it: libtpms has no
 * coverage instrumentation that could guide the fuzzer there.
 */
#include "key_list.h"
#include "key_maker.h"
#include "key_templates.h"
#include "requests.h"
#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What the TPM's volatile state ends with holds the time and a checksum (libtpms, VolatileState_Marshal). */
#define STATE_TIMES 300u
#define KEYS_FILE "build/keys/conformance.keys"
#define KIND "\1\0\0\0\0\0\0\0"
#define KIND_SIZE 8u
#define MAY_BE_RSA 240u /* RSA keys take long: few inputs make one */
#define TYPE_ECC 0x23u

static uint8_t file[KEY_TEMPLATES_SIZE_MAX];
static struct key_templates shipped;

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

static void read_shipped(void)
{
	FILE *in = fopen(KEYS_FILE, "rb");
	size_t size = in != NULL ? fread(file, 1, sizeof(file), in) : 0;
	uint32_t index;

	if (in != NULL)
		(void)fclose(in);
	check(key_templates_parse(&shipped, file, size, &index) == NULL, KEYS_FILE ", which make images builds");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *why;

	(void)argc;
	(void)argv;
	read_shipped();
	close(SERVICE_FD_KEY_TEMPLATES); /* there is none */
	check(key_list_load(&why) && tpm_engine_power_on(&why) && key_maker_start(), "start");
	check(primary_key_startup() == PRIMARY_KEY_RC_SUCCESS, "TPM2_Startup");
	return 0;
}

static void ask(struct service_packet *packet, uint32_t op, const uint8_t *bytes, size_t size)
{
	packet->header = (struct service_message){.op = op, .size = (uint32_t)size};
	memcpy(packet->payload, bytes, size);
	requests_handle(packet);
	check(packet->header.op == op && packet->header.size <= sizeof(packet->payload), "a reply's form");
}

static void same_state(const struct tpm_state *a, const struct tpm_state *b)
{
	check(a->permanent_size == b->permanent_size && memcmp(a->permanent, b->permanent, a->permanent_size) == 0,
	      "the permanent state has changed");
	check(a->volatile_size == b->volatile_size && a->volatile_size > STATE_TIMES &&
		      memcmp(a->volatile_part, b->volatile_part, a->volatile_size - STATE_TIMES) == 0,
	      "the volatile state has changed");
}

static void selector(const uint8_t *bytes, size_t size)
{
	static struct service_packet first, second;
	struct tpm_state before, after;

	check(tpm_engine_save(&before), "save");
	ask(&first, VTPM_OP_SELECT, bytes, size);
	check(tpm_engine_save(&after), "save");
	same_state(&before, &after);
	tpm_state_drop(&before);
	tpm_state_drop(&after);
	ask(&second, VTPM_OP_SELECT, bytes, size);
	check(first.header.status == second.header.status && first.header.size == second.header.size &&
		      memcmp(first.payload, second.payload, first.header.size) == 0,
	      "the same selector has another answer");
}

static bool is_ecc(const struct key_template_view *key)
{
	return key->bytes[0] == 0 && key->bytes[1] == TYPE_ECC;
}

/* Bytes: which template, then changes of three bytes each: place, how, value. */
static void edited_selector(const uint8_t *bytes, size_t size)
{
	/* Algorithms, curves and sizes; each TPM has some of them (TCG Algorithm Registry) */
	static const uint16_t values[] = {0,	1,    3,    4,	  5,	6,    8,    0xb,    0xc,   0xd,
					  0x10, 0x14, 0x16, 0x18, 0x1a, 0x20, 0x23, 0x25,   0x27,  0x43,
					  0x44, 128,  192,  256,  521,	1024, 2048, 0x7fff, 0xffff};
	const struct key_template_view *key = &shipped.key[bytes[0] % shipped.count];
	uint8_t selected[KIND_SIZE + KEY_TEMPLATE_SIZE_MAX];

	if (bytes[0] < MAY_BE_RSA) {
		while (!is_ecc(key))
			key = key + 1 < shipped.key + shipped.count ? key + 1 : shipped.key;
	}
	memcpy(selected, KIND, KIND_SIZE);
	memcpy(selected + KIND_SIZE, key->bytes, key->size);
	for (size_t i = 1; i + 2 < size; i += 3) {
		uint8_t *at = selected + KIND_SIZE + bytes[i] % (key->size - 1);
		uint16_t value = values[bytes[i + 2] % (sizeof(values) / sizeof(values[0]))];

		if (bytes[i + 1] % 3 == 0) {
			*at = bytes[i + 2];
		} else if (bytes[i + 1] % 3 == 1) {
			*at = (uint8_t)(*at ^ 1u << bytes[i + 2] % 8);
		} else {
			at[0] = (uint8_t)(value >> 8);
			at[1] = (uint8_t)value;
		}
	}
	selector(selected, KIND_SIZE + key->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct service_packet packet;
	struct key_templates templates;
	uint32_t index;

	if (size == 0 || size > sizeof(packet.payload))
		return 0;
	if (size > 1 && bytes[0] > 0x7f) {
		edited_selector(bytes + 1, size - 1);
		return 0;
	}
	/* The same bytes as each of the inputs */
	(void)key_templates_parse(&templates, bytes, size, &index);
	ask(&packet, VTPM_OP_MANIFEST, bytes, size);
	ask(&packet, 99, bytes, size);
	selector(bytes, size);
	return 0;
}
