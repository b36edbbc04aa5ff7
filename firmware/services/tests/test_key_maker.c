/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Keys are made with the guest's TPM put aside: its whole state is afterwards what it was, but for the time. */
#include "key_maker.h"
#include "tpm_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What the volatile state ends with holds the time and a checksum (libtpms, VolatileState_Marshal). */
#define STATE_TIMES 300u
#define RC_INITIALIZE 0x100u

/* Template H-2 of the EK Credential Profile: ECC P-256, quick to make */
static const struct primary_key_template ecc = {
	.size = 58,
	.bytes = {0x00, 0x23, 0x00, 0x0b, 0x00, 0x03, 0x00, 0xf2, 0x00, 0x20, 0xca, 0x3d, 0x0a, 0x99, 0xa2,
		  0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34, 0x24, 0x14, 0xef, 0xcf, 0xb3, 0xa3, 0x85, 0xd4, 0x4c,
		  0xd1, 0xfd, 0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0, 0x00, 0x06, 0x00,
		  0x80, 0x00, 0x43, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00},
};

static const char *why;

static int power_on(void **state)
{
	(void)state;
	return tpm_engine_power_on(&why) && key_maker_start() ? 0 : -1;
}

static int power_off(void **state)
{
	(void)state;
	tpm_engine_power_off();
	return 0;
}

static void assert_same_state(const struct tpm_state *a, const struct tpm_state *b)
{
	assert_int_equal(a->permanent_size, b->permanent_size);
	assert_memory_equal(a->permanent, b->permanent, a->permanent_size);
	assert_int_equal(a->volatile_size, b->volatile_size);
	assert_true(a->volatile_size > STATE_TIMES);
	assert_memory_equal(a->volatile_part, b->volatile_part, a->volatile_size - STATE_TIMES);
}

/* Makes the default key and an ECC key in both views, and looks for traces after each. */
static void make_without_trace(void)
{
	const struct primary_key_template *const templates[] = {&ecc, &primary_key_default};
	struct primary_key manufactured, current;
	struct tpm_state before, after;
	uint32_t code;

	for (size_t i = 0; i < 2; i++) {
		assert_true(tpm_engine_save(&before));
		assert_true(key_maker_make(KEY_MAKER_MANUFACTURED, templates[i], &manufactured, &code));
		assert_int_equal(code, PRIMARY_KEY_RC_SUCCESS);
		assert_true(tpm_engine_save(&after));
		assert_same_state(&before, &after);
		tpm_state_drop(&after);
		assert_true(key_maker_make(KEY_MAKER_CURRENT, templates[i], &current, &code));
		assert_int_equal(code, PRIMARY_KEY_RC_SUCCESS);
		assert_true(tpm_engine_save(&after));
		assert_same_state(&before, &after);
		tpm_state_drop(&after);
		tpm_state_drop(&before);
		assert_int_equal(manufactured.size, current.size);
		assert_memory_equal(manufactured.public_area, current.public_area, current.size);
	}
}

static void run(const uint8_t *command, uint32_t size, uint32_t expected)
{
	const uint8_t *response;
	uint32_t response_size;

	assert_true(tpm_engine_run(command, size, &response, &response_size));
	assert_true(response_size >= 10);
	assert_int_equal(response[6] << 24 | response[7] << 16 | response[8] << 8 | response[9], expected);
}

static void before_startup(void **state)
{
	(void)state;
	make_without_trace();
	/* Starting it up is still the guest's. */
	assert_int_equal(primary_key_startup(), PRIMARY_KEY_RC_SUCCESS);
	assert_int_equal(primary_key_startup(), RC_INITIALIZE);
}

/* TPM2_CreatePrimary of an ECC key with a command of its own, TPM2_StartAuthSession (policy), TPM2_PCR_Event */
static void fill_tpm(void)
{
	static const uint8_t create[] = {
		0x80, 0x02, 0,	  0, 0,	   0x43, 0,    0,    0x01, 0x31, 0x40, 0, 0, 0x01, 0,	 0, 0,
		9,    0x40, 0,	  0, 0x09, 0,	 0,    0,    0,	   0,	 0,    4, 0, 0,	   0,	 0, 0,
		0x1a, 0,    0x23, 0, 0x0b, 0,	 0x03, 0x04, 0x72, 0,	 0,    0, 6, 0,	   0x80, 0, 0x43,
		0,    0x10, 0,	  3, 0,	   0x10, 0,    0,    0,	   0,	 0,    0, 0, 0,	   0,	 0,
	};
	static const uint8_t session[] = {0x80, 0x01, 0,  0,  0,  0x2b, 0, 0, 0x01, 0x76, 0x40, 0, 0,	7, 0x40,
					  0,	0,    7,  0,  16, 1,	2, 3, 4,    5,	  6,	7, 8,	9, 10,
					  11,	12,   13, 14, 15, 16,	0, 0, 1,    0,	  0x10, 0, 0x0b};
	static const uint8_t event[] = {0x80, 2, 0,    0, 0, 31, 0, 0, 0x01, 0x3c, 0, 0, 0, 8,	 0,  0,
					0,    9, 0x40, 0, 0, 9,	 0, 0, 0,    0,	   0, 0, 2, 'h', 'i'};

	for (int i = 0; i < 3; i++)
		run(create, sizeof(create), 0);
	run(create, sizeof(create), 0x902); /* TPM_RC_OBJECT_MEMORY */
	run(session, sizeof(session), 0);
	run(event, sizeof(event), 0);
}

static void in_use(void **state)
{
	static const uint8_t failing[] = {0x80, 0x01, 0, 0, 0, 14, 0, 0, 0x01, 0x65, 0x80, 0, 0, 7};

	(void)state;
	assert_int_equal(primary_key_startup(), PRIMARY_KEY_RC_SUCCESS);
	make_without_trace();
	fill_tpm();
	make_without_trace();
	run(failing, sizeof(failing), 0x1c4); /* TPM_RC_VALUE of parameter 1: no such object */
	make_without_trace();
}

/* A template that the TPM refuses leaves nothing either. */
static void refused(void **state)
{
	struct primary_key_template template = ecc;
	struct tpm_state before, after;
	struct primary_key key;
	uint32_t code;

	(void)state;
	assert_int_equal(primary_key_startup(), PRIMARY_KEY_RC_SUCCESS);
	for (uint32_t size = 1; size < ecc.size; size++) {
		template.size = size;
		assert_true(tpm_engine_save(&before));
		assert_true(
			key_maker_make(size % 2 ? KEY_MAKER_CURRENT : KEY_MAKER_MANUFACTURED, &template, &key, &code));
		assert_int_not_equal(code, PRIMARY_KEY_RC_SUCCESS);
		assert_int_equal(key.size, 0);
		assert_true(tpm_engine_save(&after));
		assert_same_state(&before, &after);
		tpm_state_drop(&before);
		tpm_state_drop(&after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(before_startup, power_on, power_off),
		cmocka_unit_test_setup_teardown(in_use, power_on, power_off),
		cmocka_unit_test_setup_teardown(refused, power_on, power_off),
	};

	return cmocka_run_group_tests_name("keys without trace", tests, NULL, NULL);
}
