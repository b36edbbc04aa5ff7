/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The vTPM service: a TPM 2.0 in a ring-3 process at VMPL0. Its messages: include/svsm/service.h */
#include "key_list.h"
#include "key_maker.h"
#include "requests.h"
#include "tpm_engine.h"

#include "svsm/service_stack.h"
#include "svsm/stack_budget.h"

#include <stdio.h>
#include <stdlib.h>

static bool start(void)
{
	const char *why;

	if (!key_list_load(&why)) {
		printf("the key-template manifest %s\n", why);
		return false;
	}
	if (!tpm_engine_power_on(&why)) {
		printf("the TPM cannot start: %s\n", why);
		return false;
	}
	if (!key_maker_start() || key_list_default() == NULL) {
		printf("the default endorsement key cannot be made\n");
		return false;
	}
	printf("TPM 2.0 ready, endorsement key RSA-2048 made\n");
	return fflush(stdout) == 0;
}

int main(void)
{
	bool background = true;

	if (!start())
		return EXIT_FAILURE;
	do {
		/* Keys of the list are made while nobody waits for anything else. */
		while (background && key_list_unfinished() && !service_io_request_waits())
			background = key_list_make_next();
		background = true;
	} while (service_io_serve_one(requests_handle));
	return EXIT_SUCCESS;
}

STACK_DECLARE(service, SERVICE_STACK_SIZE - SERVICE_STACK_ABOVE_MAIN, SERVICE_STACK_GUARD);
STACK_BEGINS(service, main);
STACK_ENTRY(requests_handle, SERVICE_STACK_SIZE / 4 * 3);
STACK_ENTRY(key_list_make_next, SERVICE_STACK_SIZE / 4 * 3);
/* libtpms makes keys of every type: the numbers, and the object around them */
STACK_ENTRY(CryptRsaGenerateKey, SERVICE_STACK_SIZE / 2);
STACK_ENTRY(CryptEccGenerateKey, SERVICE_STACK_SIZE / 2);
STACK_ENTRY(CryptCreateObject, SERVICE_STACK_SIZE / 2); /* symmetric and keyed-hash keys too */
