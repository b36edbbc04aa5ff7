/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Makes keys with the guest's TPM without the guest noticing. The TPM is put aside: its whole state is saved, the key
 * is made, the state is resumed. Objects, sessions, PCRs, audit state, counters and random numbers are then as before,
 * whether or not the guest has started the TPM, and it does not matter how many of its object slots are taken.
 */
#ifndef VTPM_KEY_MAKER_H
#define VTPM_KEY_MAKER_H

#include "primary_key.h"

enum key_maker_view {
	/* The TPM as it was when its endorsement seed was made: no password on the hierarchy, hierarchy enabled */
	KEY_MAKER_MANUFACTURED,
	/* The TPM as the guest has it now: a hierarchy it closed stays closed */
	KEY_MAKER_CURRENT,
};

/* Takes the TPM as it is, which has just been manufactured or has got a new seed, for KEY_MAKER_MANUFACTURED. */
bool key_maker_start(void);

/*
 * Makes the key of @template. False: no memory, nothing has changed. *code is as for primary_key_create(). When the
 * guest's TPM cannot be resumed the process ends, as going on would give the guest another TPM.
 */
bool key_maker_make(enum key_maker_view view, const struct primary_key_template *template, struct primary_key *key,
		    uint32_t *code);

#endif
