/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The endorsement keys of the image's key-template manifest, the default one first. Without a manifest it is the only
 * one. Keys are made one at a time, in order.
 */
#ifndef VTPM_KEY_LIST_H
#define VTPM_KEY_LIST_H

#include "primary_key.h"

#include <stddef.h>

/* Reads the key-template manifest from SERVICE_FD_KEY_TEMPLATES. False with a reason when it is malformed. */
bool key_list_load(const char **why);

/* A key is still to be made. Keys that the TPM refuses are given up, with a line in the log. */
bool key_list_unfinished(void);
/* Makes the next key. False: out of memory, it may work later. */
bool key_list_make_next(void);

/* The default key, made now when it is not there; NULL when that fails. */
const struct primary_key *key_list_default(void);

/*
 * Version 1 of the vTPM's manifest: all keys, made now as far as they are not there. Gives its size, 0 when a key
 * cannot be made or @capacity is too small: a shorter list is never given.
 */
uint32_t key_list_manifest(uint8_t *to, size_t capacity);

/* The key made from exactly this template; NULL when there is none. */
const struct primary_key *key_list_find(const struct primary_key_template *template);

/* The TPM has a new endorsement seed: every key has to be made again. */
void key_list_forget(void);

#endif
