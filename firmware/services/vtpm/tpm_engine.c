/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_engine.h"

#include "tpm_store.h"

#include <libtpms/tpm_error.h>
#include <libtpms/tpm_library.h>
#include <libtpms/tpm_nvfilename.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char *buffer; /* of libtpms, reused from command to command */
static uint32_t buffer_size;

static TPM_RESULT io_init(void)
{
	return TPM_SUCCESS;
}

static TPM_RESULT io_locality(TPM_MODIFIER_INDICATOR *locality, uint32_t tpm_number)
{
	(void)tpm_number;
	*locality = 0;
	return TPM_SUCCESS;
}

static TPM_RESULT io_presence(TPM_BOOL *presence, uint32_t tpm_number)
{
	(void)tpm_number;
	*presence = 0; /* nobody can touch a virtual machine */
	return TPM_SUCCESS;
}

bool tpm_engine_power_on(const char **why)
{
	struct libtpms_callbacks callbacks = {
		.sizeOfStruct = sizeof(callbacks),
		.tpm_io_init = io_init,
		.tpm_io_getlocality = io_locality,
		.tpm_io_getphysicalpresence = io_presence,
	};

	/*
	 * libtpms writes the command by which a TPM fails, with all secrets in it, to standard error, which the host
	 * reads. Standard input takes nothing.
	 */
	TPMLIB_SetDebugFD(STDIN_FILENO);
	tpm_store_callbacks(&callbacks);
	*why = "callbacks";
	if (TPMLIB_RegisterCallbacks(&callbacks) != TPM_SUCCESS)
		return false;
	*why = "version";
	if (TPMLIB_ChooseTPMVersion(TPMLIB_TPM_VERSION_2) != TPM_SUCCESS)
		return false;
	*why = "power-on self-test or manufacture";
	if (TPMLIB_MainInit() != TPM_SUCCESS)
		return false;
	*why = "buffer size";
	return TPMLIB_SetBufferSize(TPM_ENGINE_BUFFER_MAX, NULL, NULL) <= TPM_ENGINE_BUFFER_MAX;
}

void tpm_engine_power_off(void)
{
	TPMLIB_Terminate();
}

void tpm_state_drop(struct tpm_state *state)
{
	/* Seeds and private keys are in here. libtpms allocated it with malloc(). */
	if (state->permanent != NULL)
		OPENSSL_cleanse(state->permanent, state->permanent_size);
	if (state->volatile_part != NULL)
		OPENSSL_cleanse(state->volatile_part, state->volatile_size);
	free(state->permanent);
	free(state->volatile_part);
	*state = (struct tpm_state){0};
}

/* libtpms gives buffers of hundreds of kilobytes for a few: the rest goes back. */
static bool get_state(enum TPMLIB_StateType type, uint8_t **data, uint32_t *size)
{
	uint8_t *smaller;

	if (TPMLIB_GetState(type, data, size) != TPM_SUCCESS)
		return false;
	smaller = realloc(*data, *size);
	if (smaller != NULL)
		*data = smaller;
	return true;
}

bool tpm_engine_save(struct tpm_state *state)
{
	*state = (struct tpm_state){0};
	if (get_state(TPMLIB_STATE_PERMANENT, &state->permanent, &state->permanent_size) &&
	    get_state(TPMLIB_STATE_VOLATILE, &state->volatile_part, &state->volatile_size))
		return true;
	tpm_state_drop(state);
	return false;
}

static bool restart(const struct tpm_state *state, bool with_volatile, const char **why)
{
	bool ok;

	tpm_engine_power_off();
	*why = "memory for its state";
	tpm_store_remove(TPM_VOLATILESTATE_NAME);
	if (!tpm_store_put(TPM_PERMANENT_ALL_NAME, state->permanent, state->permanent_size) ||
	    (with_volatile && !tpm_store_put(TPM_VOLATILESTATE_NAME, state->volatile_part, state->volatile_size)))
		return false;
	ok = tpm_engine_power_on(why);
	/* It belongs to this power-on only. */
	tpm_store_remove(TPM_VOLATILESTATE_NAME);
	return ok;
}

bool tpm_engine_reset_to(const struct tpm_state *state, const char **why)
{
	return restart(state, false, why);
}

bool tpm_engine_resume(const struct tpm_state *state, const char **why)
{
	return restart(state, true, why);
}

bool tpm_engine_run(const uint8_t *command, uint32_t command_size, const uint8_t **response, uint32_t *size)
{
	static unsigned char copy[TPM_ENGINE_BUFFER_MAX]; /* libtpms may write into a command */

	*size = 0;
	if (command_size > sizeof(copy))
		return false;
	memcpy(copy, command, command_size);
	if (TPMLIB_Process(&buffer, size, &buffer_size, copy, command_size) != TPM_SUCCESS || *size == 0)
		return false;
	*response = buffer;
	return true;
}
