/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest_probe.h"

#include "primary_key.h"
#include "tpm_engine.h"

#include <string.h>
#include <tss2/tss2_rc.h>

static bool probe_key(const char *path, const struct key_template *key, struct error *error)
{
	struct primary_key_template template = {.size = (uint32_t)key->size};
	struct primary_key made;
	uint32_t code;

	memcpy(template.bytes, key->bytes, key->size);
	if (!primary_key_create(&template, &made, &code))
		return error_set(error, ERROR_IO, "%s: libtpms gives no answer for key '%s'", path, key->name);
	return code == PRIMARY_KEY_RC_SUCCESS ||
	       error_set(error, ERROR_INVALID,
			 "%s: key '%s': the libtpms that the vtpm service is linked with cannot make it: 0x%x, %s",
			 path, key->name, code, Tss2_RC_Decode(code));
}

bool manifest_probe(const char *path, const struct key_template_document *document, struct error *error)
{
	const char *why;
	bool ok = true;

	if (!tpm_engine_power_on(&why))
		return error_set(error, ERROR_IO, "libtpms does not start: %s", why);
	if (primary_key_startup() != PRIMARY_KEY_RC_SUCCESS)
		ok = error_set(error, ERROR_IO, "libtpms does not start: TPM2_Startup");
	for (size_t i = 0; ok && i < document->count; i++)
		ok = probe_key(path, &document->key[i], error);
	tpm_engine_power_off();
	return ok;
}
