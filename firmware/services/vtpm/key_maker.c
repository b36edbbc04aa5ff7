/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "key_maker.h"

#include "tpm_engine.h"

#include <stdio.h>
#include <stdlib.h>

static struct tpm_state manufactured;

bool key_maker_start(void)
{
	struct tpm_state now;

	if (!tpm_engine_save(&now))
		return false;
	tpm_state_drop(&manufactured);
	manufactured = now;
	return true;
}

static _Noreturn void give_up(const char *why)
{
	printf("the guest's TPM cannot be resumed: %s\n", why);
	exit(EXIT_FAILURE);
}

bool key_maker_make(enum key_maker_view view, const struct primary_key_template *template, struct primary_key *key,
		    uint32_t *code)
{
	struct tpm_state guest;
	const char *why;
	bool made;

	key->size = 0;
	if (!tpm_engine_save(&guest))
		return false;
	if (primary_key_tpm_failed()) {
		tpm_state_drop(&guest);
		*code = PRIMARY_KEY_RC_FAILURE;
		return true;
	}
	made = view == KEY_MAKER_CURRENT || tpm_engine_reset_to(&manufactured, &why);
	if (made) {
		/* Refused when the guest has started it, which is as good. */
		(void)primary_key_startup();
		made = primary_key_create(template, key, code);
	}
	if (!tpm_engine_resume(&guest, &why))
		give_up(why);
	tpm_state_drop(&guest);
	return made;
}
