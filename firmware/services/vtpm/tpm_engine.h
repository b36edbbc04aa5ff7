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
 * Everything the TPM is at this moment, in the form in which libtpms moves a TPM from one machine to another: the
 * permanent state is what survives power-off, the volatile state the rest. tpm_state_drop() wipes and frees.
 */
struct tpm_state {
	uint8_t *permanent, *volatile_part;
	uint32_t permanent_size, volatile_size;
};

/* Copies the state of the TPM, which is powered on. False: *state is empty. */
bool tpm_engine_save(struct tpm_state *state);
/* Powers the TPM off and on again with the permanent state of @state, as after a reset, or with all of it. */
bool tpm_engine_reset_to(const struct tpm_state *state, const char **why);
bool tpm_engine_resume(const struct tpm_state *state, const char **why);
void tpm_state_drop(struct tpm_state *state);

/*
 * Runs @command. On success *response and *size describe the answer, valid until the next call. A TPM error is an
 * answer; false means that libtpms gave none.
 */
bool tpm_engine_run(const uint8_t *command, uint32_t command_size, const uint8_t **response, uint32_t *size);

#endif
