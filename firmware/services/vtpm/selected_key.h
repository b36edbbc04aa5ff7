/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The key a manifest selector asks for (abi/svsm.h, SINGLE_SERVICE_EX). */
#ifndef VTPM_SELECTED_KEY_H
#define VTPM_SELECTED_KEY_H

#include "primary_key.h"
#include "svsm/service.h"

/*
 * SERVICE_OK: *key is the key, valid until the next call. SERVICE_BAD_SELECTOR: size or kind. SERVICE_TPM_REFUSED:
 * *code is what the guest's own TPM2_CreatePrimary would have got. The same selector gives the same key; the last key
 * is kept, so that a client that first asks for the size does not wait twice.
 */
enum service_status selected_key_get(const uint8_t *selector, uint32_t size, const struct primary_key **key,
				     uint32_t *code);

/* The guest has run a command that may change what CreatePrimary answers: nothing kept is used any more. */
void selected_key_forget(void);

#endif
