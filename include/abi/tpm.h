/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What ring 0 and its tests know of a TPM: the header of a response that has nothing else. Big-endian. Source: TCG TPM
 * 2.0 Library, part 1, 18.10 (response header) and part 2, 6.6.3 (TPM_RC).
 */
#ifndef ABI_TPM_H
#define ABI_TPM_H

#include <assert.h>
#include <stdint.h>

#define TPM_ST_NO_SESSIONS 0x8001u
#define TPM_RC_RETRY 0x922u /* the TPM was not able to start the command: send it again */

struct __attribute__((packed)) tpm_response_header {
	uint16_t tag;
	uint32_t size;
	uint32_t code;
};
static_assert(sizeof(struct tpm_response_header) == 10, "TPM response header");

#endif
