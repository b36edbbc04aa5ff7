/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The TPM's non-volatile memory: libtpms' named blobs, in RAM of the confidential VM and gone with it. */
#ifndef VTPM_TPM_STORE_H
#define VTPM_TPM_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct libtpms_callbacks;

/* Sets the callbacks that load, store and delete blobs. */
void tpm_store_callbacks(struct libtpms_callbacks *callbacks);

/* Replaces or adds a blob. False: no memory; the store is as before. */
bool tpm_store_put(const char *name, const uint8_t *data, uint32_t size);
/* Wipes a blob; nothing happens when there is none. */
void tpm_store_remove(const char *name);

#endif
