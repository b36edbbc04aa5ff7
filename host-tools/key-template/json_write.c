/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Canonical JSON of a template: a profile's name when it has one, named policies, zeros as a number. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

static json_t *hex(const uint8_t *bytes, size_t size)
{
	char text[2 * sizeof(TPMT_PUBLIC) + 1] = "";

	for (size_t i = 0; i < size; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *unique(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != 0)
			return hex(bytes, size);
	}
	return json_integer((json_int_t)size);
}

static json_t *policy(const TPMT_PUBLIC *area)
{
	TPM2B_DIGEST digest;

	if (area->authPolicy.size == 0)
		return json_null();
	for (const struct key_name *at = key_names_policy; at->name; at++) {
		if (key_policy_digest((enum key_policy)at->value, area->nameAlg, &digest) &&
		    memcmp(digest.buffer, area->authPolicy.buffer, digest.size) == 0)
			return json_string(at->name);
	}
	return hex(area->authPolicy.buffer, area->authPolicy.size);
}

static json_t *attributes(TPMA_OBJECT bits)
{
	json_t *list = json_array();

	for (const struct key_name *at = key_names_attribute; at->name; at++) {
		if (bits & at->value)
			(void)json_array_append_new(list, json_string(at->name));
	}
	return list;
}

static json_t *symmetric(const TPMT_SYM_DEF_OBJECT *value)
{
	if (value->algorithm == TPM2_ALG_NULL)
		return json_null();
	return json_pack("{s:s, s:i, s:s}", "algorithm", key_names_of(key_names_symmetric, value->algorithm), "bits",
			 (int)value->keyBits.sym, "mode", key_names_of(key_names_mode, value->mode.sym));
}

static json_t *scheme(TPMI_ALG_ASYM_SCHEME value, TPMI_ALG_HASH hash)
{
	if (value == TPM2_ALG_NULL)
		return json_null();
	return json_pack("{s:s, s:s}", "algorithm", key_names_of(key_names_scheme, value), "hash",
			 key_names_of(key_names_hash, hash));
}

static json_t *spelled_out(const TPMT_PUBLIC *area)
{
	const TPMS_RSA_PARMS *rsa = &area->parameters.rsaDetail;
	const TPMS_ECC_PARMS *ecc = &area->parameters.eccDetail;
	const TPMS_ECC_POINT *point = &area->unique.ecc;
	bool is_rsa = area->type == TPM2_ALG_RSA;
	json_t *common = json_pack("{s:s, s:s, s:o, s:o}", "type", is_rsa ? "rsa" : "ecc", "name_algorithm",
				   key_names_of(key_names_hash, area->nameAlg), "attributes",
				   attributes(area->objectAttributes), "policy", policy(area));
	json_t *rest =
		is_rsa ? json_pack("{s:o, s:o, s:i, s:I, s:o}", "symmetric", symmetric(&rsa->symmetric), "scheme",
				   scheme(rsa->scheme.scheme, rsa->scheme.details.anySig.hashAlg), "bits",
				   (int)rsa->keyBits, "exponent", (json_int_t)rsa->exponent, "unique",
				   unique(area->unique.rsa.buffer, area->unique.rsa.size))
		       : json_pack("{s:o, s:o, s:s, s:{s:o, s:o}}", "symmetric", symmetric(&ecc->symmetric), "scheme",
				   scheme(ecc->scheme.scheme, ecc->scheme.details.anySig.hashAlg), "curve",
				   key_names_of(key_names_curve, ecc->curveID), "unique", "x",
				   unique(point->x.buffer, point->x.size), "y", unique(point->y.buffer, point->y.size));

	if (!common || !rest || json_object_update(common, rest) != 0) {
		json_decref(common);
		common = NULL;
	}
	json_decref(rest);
	return common;
}

json_t *key_json_write_template(const struct key_template *template)
{
	const char *profile = key_template_profile(template);

	return profile ? json_pack("{s:s}", "profile", profile) : spelled_out(&template->area);
}
