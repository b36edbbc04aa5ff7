/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A TPM in failure mode: libtpms enters it when it cannot write its non-volatile memory, which here runs out of memory
 * when a test says so (CRYPTO_memdup is wrapped). The TPM then answers TPM_RC_FAILURE to everything but two commands
 * until it is powered off, and so must selectors; keys made before are still there, and nobody but the guest decides to
 * leave failure mode.
 */
#include "abi/svsm.h"
#include "key_list.h"
#include "key_maker.h"
#include "requests.h"
#include "selected_key.h"
#include "tpm_engine.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RC_FAILURE 0x101u

static bool out_of_memory;

void *__real_CRYPTO_memdup(const void *data, size_t size, const char *file, int line);
void *__wrap_CRYPTO_memdup(const void *data, size_t size, const char *file, int line);

void *__wrap_CRYPTO_memdup(const void *data, size_t size, const char *file, int line)
{
	return out_of_memory ? NULL : __real_CRYPTO_memdup(data, size, file, line);
}

/* TPM2_GetRandom, TPM2_GetTestResult, TPM2_GetCapability(algorithms), TPM2_HierarchyChangeAuth of the owner */
static const uint8_t get_random[] = {0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 8};
static const uint8_t get_test_result[] = {0x80, 1, 0, 0, 0, 10, 0, 0, 1, 0x7c};
static const uint8_t set_password[] = {0x80, 2, 0, 0,	 0, 30, 0, 0, 1, 0x29, 0x40, 0, 0, 1, 0,
				       0,    0, 9, 0x40, 0, 0,	9, 0, 0, 0,    0,    0, 0, 1, 'x'};
/* Kind, then an ECC template in no list: a signing key, P-256 */
static const uint8_t selector[] = {1, 0, 0, 0,	  0, 0,	   0, 0,    0, 0x23, 0, 0x0b, 0, 5, 0, 0x72,
				   0, 0, 0, 0x10, 0, 0x18, 0, 0x0b, 0, 3,    0, 0x10, 0, 0, 0, 0};

static struct service_packet packet;

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t ask(uint32_t op, const void *payload, size_t size)
{
	packet.header = (struct service_message){.op = op, .size = (uint32_t)size};
	memcpy(packet.payload, payload, size);
	requests_handle(&packet);
	return packet.header.status;
}

/* The TPM's response code to a command of the guest */
static uint32_t tpm(const uint8_t *command, size_t size)
{
	assert_int_equal(ask(VTPM_OP_COMMAND, command, size), SERVICE_OK);
	assert_true(packet.header.size >= 10);
	assert_int_equal(be32(packet.payload + 2), packet.header.size);
	return be32(packet.payload + 6);
}

static uint32_t manifest(uint32_t version)
{
	return ask(VTPM_OP_MANIFEST, &version, sizeof(version));
}

static int power_on(void **state)
{
	const char *why;

	(void)state;
	out_of_memory = false;
	return tpm_engine_power_on(&why) && key_maker_start() && primary_key_startup() == PRIMARY_KEY_RC_SUCCESS ? 0
														 : -1;
}

static int power_off(void **state)
{
	(void)state;
	out_of_memory = false;
	tpm_engine_power_off();
	return 0;
}

static void break_tpm(void)
{
	assert_int_equal(tpm(get_random, sizeof(get_random)), 0);
	out_of_memory = true;
	assert_int_equal(tpm(set_password, sizeof(set_password)), RC_FAILURE);
	out_of_memory = false; /* memory comes back, which changes nothing for the TPM */
}

static void assert_failed(void)
{
	assert_int_equal(tpm(get_random, sizeof(get_random)), RC_FAILURE);
	assert_int_equal(tpm(get_test_result, sizeof(get_test_result)), 0);
	assert_int_equal(be32(packet.payload + packet.header.size - 4), RC_FAILURE);
	assert_true(primary_key_tpm_failed());
}

static void assert_selector_refused(void)
{
	uint32_t code;

	assert_int_equal(ask(VTPM_OP_SELECT, selector, sizeof(selector)), SERVICE_TPM_REFUSED);
	assert_int_equal(packet.header.size, sizeof(code));
	memcpy(&code, packet.payload, sizeof(code));
	assert_int_equal(code, RC_FAILURE);
}

/* What was made before is still told; what is not made yet is refused, each time, and the TPM stays as it is. */
static void selectors(void **state)
{
	static struct service_packet before, selected;

	(void)state;
	assert_false(primary_key_tpm_failed());
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_KEY), SERVICE_OK);
	before = packet;
	assert_int_equal(ask(VTPM_OP_SELECT, selector, sizeof(selector)), SERVICE_OK);
	selected = packet;
	break_tpm();
	assert_failed();
	/* the last selected key is kept */
	assert_int_equal(ask(VTPM_OP_SELECT, selector, sizeof(selector)), SERVICE_OK);
	assert_int_equal(packet.header.size, selected.header.size);
	assert_memory_equal(packet.payload, selected.payload, selected.header.size);
	selected_key_forget();
	for (int i = 0; i < 3; i++)
		assert_selector_refused();
	assert_failed();
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_KEY), SERVICE_OK);
	assert_int_equal(packet.header.size, before.header.size);
	assert_memory_equal(packet.payload, before.payload, before.header.size);
	/* the list is the default key, which is made */
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_LIST), SERVICE_OK);
}

/* A key of the list that is not made when the TPM fails: never a shorter list, no other service is harmed. */
static void list_is_whole_or_refused(void **state)
{
	(void)state;
	key_list_forget();
	break_tpm();
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_LIST), SERVICE_INTERNAL);
	assert_int_equal(packet.header.size, 0);
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_KEY), SERVICE_INTERNAL);
	assert_int_equal(manifest(SVSM_VTPM_MANIFEST_LIST), SERVICE_INTERNAL);
	assert_failed();
	key_list_forget();
}

/* Power-off is the way out, as with every TPM. The failed command has changed nothing, and keys are the same as ever.
 */
static void nothing_is_lost(void **state)
{
	static struct service_packet selected;
	const char *why;

	(void)state;
	selected_key_forget();
	assert_int_equal(ask(VTPM_OP_SELECT, selector, sizeof(selector)), SERVICE_OK);
	selected = packet;
	break_tpm();
	selected_key_forget();
	assert_selector_refused();
	tpm_engine_power_off();
	assert_true(tpm_engine_power_on(&why));
	assert_int_equal(primary_key_startup(), PRIMARY_KEY_RC_SUCCESS);
	assert_false(primary_key_tpm_failed());
	assert_int_equal(ask(VTPM_OP_SELECT, selector, sizeof(selector)), SERVICE_OK);
	assert_int_equal(packet.header.size, selected.header.size);
	assert_memory_equal(packet.payload, selected.payload, selected.header.size);
	assert_int_equal(tpm(set_password, sizeof(set_password)), 0); /* the old password, none, is good */
}

/* A password in the command by which the TPM fails is not in the log, which the host reads. */
static void log_has_no_secrets(void **state)
{
	char text[4096];
	int ends[2], out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	ssize_t got;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	(void)dup2(ends[1], STDOUT_FILENO);
	(void)dup2(ends[1], STDERR_FILENO);
	break_tpm();
	(void)fflush(NULL);
	assert_int_equal(write(ends[1], "end", 3), 3);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(err, STDERR_FILENO);
	got = read(ends[0], text, sizeof(text));
	assert_int_equal(got, 3); /* the line that says so came with the first failure */
	close(ends[0]);
	close(ends[1]);
	close(out);
	close(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(selectors, power_on, power_off),
		cmocka_unit_test_setup_teardown(list_is_whole_or_refused, power_on, power_off),
		cmocka_unit_test_setup_teardown(log_has_no_secrets, power_on, power_off),
		cmocka_unit_test_setup_teardown(nothing_is_lost, power_on, power_off),
	};
	const char *why;

	close(SERVICE_FD_KEY_TEMPLATES); /* there is none */
	if (!key_list_load(&why))
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("TPM in failure mode", tests, NULL, NULL);
}
