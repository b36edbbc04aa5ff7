/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * libFuzzer target: selectors and key-template manifests for the vtpm service, with the TPM behind it. A selector is
 * answered or refused, by the same answer when it comes again, and the guest's TPM is afterwards as it was.
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

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *why;

	(void)argc;
	(void)argv;
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct service_packet packet;
	struct key_templates templates;
	uint32_t index;

	if (size == 0 || size > sizeof(packet.payload))
		return 0;
	/* The same bytes as each of the inputs; a selector mostly has the right kind. */
	(void)key_templates_parse(&templates, bytes, size, &index);
	ask(&packet, VTPM_OP_MANIFEST, bytes, size);
	ask(&packet, 99, bytes, size);
	if (size >= 8 && bytes[0] < 250) {
		static uint8_t good[sizeof(packet.payload)];

		memcpy(good, bytes, size);
		memcpy(good, "\1\0\0\0\0\0\0\0", 8);
		selector(good, size);
	} else {
		selector(bytes, size);
	}
	return 0;
}
