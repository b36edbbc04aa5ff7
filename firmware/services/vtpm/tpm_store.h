/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The TPM's non-volatile memory: in RAM of the confidential VM, gone with it. Holds libtpms' named blobs and can go
 * back to an earlier state, so that preparing keys before the guest starts leaves no trace a guest could see.
 */
#ifndef VTPM_TPM_STORE_H
#define VTPM_TPM_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct libtpms_callbacks;

/* Sets the callbacks that load, store and delete blobs. */
void tpm_store_callbacks(struct libtpms_callbacks *callbacks);

/* Keeps a copy of all blobs; a later restore returns to it. False: no memory; no copy is kept then. */
bool tpm_store_snapshot(void);
bool tpm_store_restore(void);

#endif
