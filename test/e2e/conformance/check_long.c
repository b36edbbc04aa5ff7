/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * TPM commands that take longer than a call may: answered with TPM_RC_RETRY until they are done, executed once, and
 * never answered with another command's result. The command is TPM2_CreatePrimary of an RSA key. A host that withholds
 * the firmware's timer makes it one long call; then there is nothing to retry, which the summary line shows.
 */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "freestanding_string.h"
#include "tpm.h"
#include "tpm_key.h"
#include "tpm_wire.h"
#include "vtpm.h"

#define CC_CREATE_PRIMARY 0x131u
#define RC_RETRY 0x922u
#define RH_ENDORSEMENT 0x4000000bu
#define RS_PW 0x40000009u
#define ALG_RSA 0x0001u
#define ALG_AES 0x0006u
#define ALG_SHA256 0x000bu
#define ALG_NULL 0x0010u
#define ALG_CFB 0x0043u
/* fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, decrypt */
#define STORAGE_KEY 0x00030072u
#define RSA_BYTES 256u
#define COMMAND_MAX 512u
#define DEBUG_PCR 16u
#define TRIES_MAX 200u

struct command {
	uint8_t bytes[COMMAND_MAX];
	size_t size;
	uint32_t handle;	/* of the key its answer gave */
	struct tpm_blob public; /* and that key */
};

static uint32_t retries;

/* Each @variant is another key, always the same one from the same TPM. */
static bool make(struct command *command, uint8_t variant)
{
	uint8_t unique[RSA_BYTES];
	struct tpm_writer out;
	size_t place;

	memset(unique, variant, sizeof(unique));
	tpm_command(&out, command->bytes, sizeof(command->bytes), TPM_ST_SESSIONS, CC_CREATE_PRIMARY);
	tpm_put(&out, 4, RH_ENDORSEMENT);
	place = tpm_open(&out, 4);
	tpm_put(&out, 4, RS_PW);
	tpm_put_2b(&out, NULL, 0);
	tpm_put(&out, 1, 0);
	tpm_put_2b(&out, NULL, 0);
	tpm_close(&out, place, 4);
	place = tpm_open(&out, 2);
	tpm_put_2b(&out, NULL, 0); /* authorisation value */
	tpm_put_2b(&out, NULL, 0); /* data */
	tpm_close(&out, place, 2);
	place = tpm_open(&out, 2);
	tpm_put(&out, 2, ALG_RSA);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 4, STORAGE_KEY);
	tpm_put_2b(&out, NULL, 0); /* policy */
	tpm_put(&out, 2, ALG_AES);
	tpm_put(&out, 2, 128);
	tpm_put(&out, 2, ALG_CFB);
	tpm_put(&out, 2, ALG_NULL); /* scheme */
	tpm_put(&out, 2, RSA_BYTES * 8);
	tpm_put(&out, 4, 0); /* default exponent */
	tpm_put_2b(&out, unique, sizeof(unique));
	tpm_close(&out, place, 2);
	tpm_put_2b(&out, NULL, 0); /* outside information */
	tpm_put(&out, 4, 0);	   /* no creation PCRs */
	command->size = out.size;
	return tpm_command_end(&out);
}

/* One call. Gives the TPM's code; a success fills in the key. */
static uint32_t once(struct command *command)
{
	uint8_t *page = vtpm_page();
	struct tpm_reader in, public;
	uint32_t code;

	vtpm_request(page, VTPM_SEND_COMMAND, 0, (uint32_t)command->size, command->bytes, command->size);
	if (vtpm_call((uint64_t)page) != R_SUCCESS || bytes_get32(page + VTPM_RSP_SIZE) > VTPM_RSP_MAX)
		return TPM_FAILED;
	if (!tpm_response(&in, page + VTPM_RSP_DATA, bytes_get32(page + VTPM_RSP_SIZE), TPM_ST_SESSIONS, &code))
		return TPM_FAILED;
	retries += code == RC_RETRY;
	if (code != TPM_RC_SUCCESS)
		return code;
	command->handle = tpm_get(&in, 4);
	(void)tpm_get(&in, 4); /* parameter size */
	public = tpm_get_2b(&in);
	if (public.failed || public.left > sizeof(command->public.data))
		return TPM_FAILED;
	command->public.size = public.left;
	memcpy(command->public.data, public.at, public.left);
	return TPM_RC_SUCCESS;
}

static uint32_t until_done(struct command *command, uint32_t *tries)
{
	uint32_t code;

	*tries = 0;
	do {
		code = once(command);
		++*tries;
	} while (code == RC_RETRY && *tries < TRIES_MAX);
	return code;
}

static bool same_key(const struct tpm_blob *a, const struct tpm_blob *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static void expect_keys(uint32_t expected)
{
	uint32_t count = 0;

	check_equal("  TPM2_GetCapability", tpm_count_handles(TPM_HANDLES_TRANSIENT, &count), TPM_RC_SUCCESS);
	check_equal("  transient objects", count, expected);
}

static void flush(const struct command *command)
{
	check_equal("  TPM2_FlushContext", tpm_flush(command->handle), TPM_RC_SUCCESS);
}

static void alone(struct command *command)
{
	uint32_t tries;

	check_equal("long command", until_done(command, &tries), TPM_RC_SUCCESS);
	console_printf("note: long command took %u tries\n", tries);
	expect_keys(1);
	flush(command);
}

/* A command in between has an effect of its own, once. */
static void extend_in_between(struct command *command)
{
	static struct tpm_blob input, expected;
	uint8_t *old = input.data, *event = input.data + TPM_SHA256_BYTES, now[TPM_SHA256_BYTES];

	input.size = 2 * sizeof(now);
	memset(event, 0x17, sizeof(now));
	check_equal("PCR before", tpm_pcr_read(DEBUG_PCR, old), TPM_RC_SUCCESS);
	check_either("long command", once(command), RC_RETRY, TPM_RC_SUCCESS);
	check_equal("  TPM2_PCR_Extend in between", tpm_pcr_extend(DEBUG_PCR, event), TPM_RC_SUCCESS);
	check_equal("  TPM2_PCR_Read", tpm_pcr_read(DEBUG_PCR, now), TPM_RC_SUCCESS);
	check_equal("  TPM2_Hash", tpm_hash(&input, &expected), TPM_RC_SUCCESS);
	check_true("  the PCR is extended once",
		   expected.size == sizeof(now) && memcmp(now, expected.data, sizeof(now)) == 0);
}

static void attest_in_between(struct command *command)
{
	struct attest attest;
	struct attest_result result;

	if (!check_true("test memory", attest_start(&attest)))
		return;
	check_either("long command", once(command), RC_RETRY, TPM_RC_SUCCESS);
	attest_default(&attest, 0x3c);
	result = attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request);
	check_equal("  SINGLE_SERVICE in between", result.rax, R_SUCCESS);
}

/* What began before the other command is done now, or was answered already: then it is a new command. */
static void finish(struct command *command, const struct tpm_blob *expected)
{
	uint32_t tries;

	check_equal("  long command goes on", until_done(command, &tries), TPM_RC_SUCCESS);
	check_true("  and gives its own key", same_key(&command->public, expected));
	flush(command);
}

static void two_at_once(struct command *a, struct command *b, const struct tpm_blob *key_a)
{
	uint32_t code_a = RC_RETRY, code_b = RC_RETRY;

	for (uint32_t i = 0; i < TRIES_MAX && (code_a == RC_RETRY || code_b == RC_RETRY); i++) {
		if (code_a == RC_RETRY)
			code_a = once(a);
		if (code_b == RC_RETRY)
			code_b = once(b);
	}
	check_equal("two long commands in turns: first", code_a, TPM_RC_SUCCESS);
	check_equal("  second", code_b, TPM_RC_SUCCESS);
	check_true("  the first gives its own key", same_key(&a->public, key_a));
	check_true("  the second gives another", !same_key(&b->public, key_a));
	expect_keys(2);
	flush(a);
	flush(b);
}

void checks_long(void)
{
	static struct command a, b;
	static struct tpm_blob key;
	uint32_t first;

	if (!check_true("test memory", vtpm_start()) || !check_true("commands fit", make(&a, 1) && make(&b, 2)))
		return;
	alone(&a);
	key = a.public;
	first = retries;
	extend_in_between(&a);
	if (retries != first) /* it was pending: now the answer waits */
		finish(&a, &key);
	else
		flush(&a);
	first = retries;
	attest_in_between(&a);
	if (retries != first)
		finish(&a, &key);
	else
		flush(&a);
	two_at_once(&a, &b, &key);
	expect_keys(0);
	console_printf("note: long commands were answered with TPM_RC_RETRY %u times\n", retries);
}
