/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The TPM 2.0 of libtpms. One per process. */
#ifndef VTPM_TPM_ENGINE_H
#define VTPM_TPM_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

/* Largest command and response: what one page of the SVSM vTPM protocol carries (AMD 58019, vTPM protocol) */
#define TPM_ENGINE_BUFFER_MAX 4087u

/* Powers the TPM on; manufactures it when its memory is empty. @why gets a word for the log on failure. */
bool tpm_engine_power_on(const char **why);
void tpm_engine_power_off(void);

/*
 * Runs @command. On success *response and *size describe the answer, valid until the next call. A TPM error is an
 * answer; false means that libtpms gave none.
 */
bool tpm_engine_run(const uint8_t *command, uint32_t command_size, const uint8_t **response, uint32_t *size);

#endif
