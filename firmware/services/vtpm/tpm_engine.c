/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_engine.h"

#include "tpm_store.h"

#include <libtpms/tpm_error.h>
#include <libtpms/tpm_library.h>
#include <string.h>

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
