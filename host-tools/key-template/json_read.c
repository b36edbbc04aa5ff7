/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX 200u

static const char *word(const struct key_place *place)
{
	return json_string_value(place->value);
}

static bool read_name(const struct key_place *place, const struct key_name *table, uint32_t *out)
{
	const struct key_name *found = word(place) ? key_names_find(table, word(place)) : NULL;
	char list[LIST_MAX];

	if (found) {
		*out = found->value;
		return true;
	}
	key_names_list(table, list, sizeof(list));
	return key_place_refuse(place, place->value ? "must be %s" : "is missing; must be %s", list);
}

static bool read_id(const struct key_place *object, const char *key, const struct key_name *table, uint16_t *out)
{
	struct key_place place = key_place_field(object, key);
	uint32_t value;

	if (!read_name(&place, table, &value))
		return false;
	*out = (uint16_t)value;
	return true;
}

static bool read_number(const struct key_place *object, const char *key, json_int_t max, uint32_t *out)
{
	struct key_place place = key_place_field(object, key);
	json_int_t value = json_integer_value(place.value);

	if (!json_is_integer(place.value) || value < 0 || value > max)
		return key_place_refuse(&place, place.value ? "must be a number up to %lld" : "is missing; a number",
					(long long)max);
	*out = (uint32_t)value;
	return true;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const struct key_place *place, uint8_t *out, size_t max, uint16_t *size)
{
	const char *text = word(place);
	size_t length = text ? strlen(text) : 1;

	if (length % 2 != 0 || length / 2 > max)
		return key_place_refuse(place, "must be an even number of hexadecimal digits, at most %zu bytes", max);
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return key_place_refuse(place, "must be lower-case hexadecimal digits");
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	*size = (uint16_t)(length / 2);
	return true;
}

/* Hexadecimal digits, or a number of zero bytes; nothing is 0 bytes. */
static bool read_unique(const struct key_place *place, uint8_t *out, size_t max, uint16_t *size)
{
	json_int_t count = json_integer_value(place->value);

	*size = 0;
	if (!place->value)
		return true;
	if (!json_is_integer(place->value))
		return read_hex(place, out, max, size);
	if (count < 0 || (size_t)count > max)
		return key_place_refuse(place, "must be hexadecimal digits, or a number of zero bytes up to %zu", max);
	*size = (uint16_t)count;
	return true;
}

static bool read_attributes(const struct key_place *object, TPMA_OBJECT *out)
{
	struct key_place place = key_place_field(object, "attributes");

	if (!json_is_array(place.value))
		return key_place_refuse(&place, "must be an array of names of TPMA_OBJECT bits");
	for (size_t i = 0; i < json_array_size(place.value); i++) {
		struct key_place element = key_place_element(&place, i);
		uint32_t bit;

		if (!read_name(&element, key_names_attribute, &bit))
			return false;
		if (*out & bit)
			return key_place_refuse(&element, "is listed twice");
		*out |= bit;
	}
	return true;
}

static bool read_policy(const struct key_place *object, TPMT_PUBLIC *area)
{
	struct key_place place = key_place_field(object, "policy");
	const struct key_name *name = word(&place) ? key_names_find(key_names_policy, word(&place)) : NULL;

	if (json_is_null(place.value))
		return true;
	if (!word(&place))
		return key_place_refuse(&place, "must be null, \"PolicyA\", \"PolicyB\", \"PolicyC\" or hexadecimal");
	if (!name)
		return read_hex(&place, area->authPolicy.buffer, sizeof(area->authPolicy.buffer),
				&area->authPolicy.size);
	return key_policy_digest((enum key_policy)name->value, area->nameAlg, &area->authPolicy) ||
	       key_place_refuse(&place, "the EK Credential Profile has no %s for this name algorithm", name->name);
}

static bool read_symmetric(const struct key_place *object, TPMT_SYM_DEF_OBJECT *out)
{
	struct key_place place = key_place_field(object, "symmetric");
	uint32_t bits;

	*out = (TPMT_SYM_DEF_OBJECT){.algorithm = TPM2_ALG_NULL};
	if (json_is_null(place.value))
		return true;
	if (!key_place_object(&place, " algorithm bits mode") ||
	    !read_id(&place, "algorithm", key_names_symmetric, &out->algorithm) ||
	    !read_number(&place, "bits", UINT16_MAX, &bits))
		return false;
	out->keyBits.sym = (UINT16)bits;
	return read_id(&place, "mode", key_names_mode, &out->mode.sym);
}

static bool read_scheme(const struct key_place *object, TPMI_ALG_ASYM_SCHEME *scheme, TPMI_ALG_HASH *hash)
{
	struct key_place place = key_place_field(object, "scheme");

	*scheme = TPM2_ALG_NULL;
	if (json_is_null(place.value))
		return true;
	return key_place_object(&place, " algorithm hash") && read_id(&place, "algorithm", key_names_scheme, scheme) &&
	       read_id(&place, "hash", key_names_hash, hash);
}

static bool read_rsa(const struct key_place *object, TPMT_PUBLIC *area)
{
	struct key_place unique = key_place_field(object, "unique");
	TPMS_RSA_PARMS *rsa = &area->parameters.rsaDetail;
	uint32_t bits;

	area->type = TPM2_ALG_RSA;
	if (!key_place_object(object,
			      " name type name_algorithm attributes policy symmetric scheme bits exponent unique") ||
	    !read_number(object, "bits", UINT16_MAX, &bits))
		return false;
	rsa->keyBits = (UINT16)bits;
	if (json_object_get(object->value, "exponent") && !read_number(object, "exponent", UINT32_MAX, &rsa->exponent))
		return false;
	return read_symmetric(object, &rsa->symmetric) &&
	       read_scheme(object, &rsa->scheme.scheme, &rsa->scheme.details.anySig.hashAlg) &&
	       read_unique(&unique, area->unique.rsa.buffer, sizeof(area->unique.rsa.buffer), &area->unique.rsa.size);
}

static bool read_point(const struct key_place *object, TPMS_ECC_POINT *point)
{
	struct key_place place = key_place_field(object, "unique"), x, y;

	if (!place.value)
		return true;
	if (!key_place_object(&place, " x y"))
		return false;
	x = key_place_field(&place, "x");
	y = key_place_field(&place, "y");
	return read_unique(&x, point->x.buffer, sizeof(point->x.buffer), &point->x.size) &&
	       read_unique(&y, point->y.buffer, sizeof(point->y.buffer), &point->y.size);
}

static bool read_ecc(const struct key_place *object, TPMT_PUBLIC *area)
{
	TPMS_ECC_PARMS *ecc = &area->parameters.eccDetail;

	area->type = TPM2_ALG_ECC;
	ecc->kdf.scheme = TPM2_ALG_NULL;
	return key_place_object(object, " name type name_algorithm attributes policy symmetric scheme curve unique") &&
	       read_id(object, "curve", key_names_curve, &ecc->curveID) && read_symmetric(object, &ecc->symmetric) &&
	       read_scheme(object, &ecc->scheme.scheme, &ecc->scheme.details.anySig.hashAlg) &&
	       read_point(object, &area->unique.ecc);
}

static bool read_spelled_out(const struct key_place *object, struct key_template *out)
{
	struct key_place type = key_place_field(object, "type"), at;
	const char *name = word(&type), *field, *rule;
	bool rsa = name && strcmp(name, "rsa") == 0;

	if (!rsa && (!name || strcmp(name, "ecc") != 0))
		return key_place_refuse(&type, "must be \"rsa\" or \"ecc\"; or give a \"profile\" instead");
	if (!read_id(object, "name_algorithm", key_names_hash, &out->area.nameAlg) ||
	    !read_attributes(object, &out->area.objectAttributes) || !read_policy(object, &out->area) ||
	    !(rsa ? read_rsa(object, &out->area) : read_ecc(object, &out->area)))
		return false;
	if (!key_rules_check(&out->area, &field, &rule)) {
		at = key_place_field(object, field);
		return key_place_refuse(&at, "%s", rule);
	}
	return key_template_marshal(out) || key_place_refuse(object, "does not fit in %u bytes", KEY_TEMPLATE_SIZE_MAX);
}

static bool read_profile(const struct key_place *object, struct key_template *out)
{
	struct key_place place = key_place_field(object, "profile");
	char name[sizeof(out->name)];

	memcpy(name, out->name, sizeof(name));
	if (!key_place_object(object, " name profile"))
		return false;
	if (!word(&place) || !key_template_from_profile(out, word(&place)))
		return key_place_refuse(&place, "must name a template of the EK Credential Profile: L-1, L-2, H-1 to "
						"H-7");
	memcpy(out->name, name, sizeof(name));
	return true;
}

bool key_json_read_template(const struct key_place *place, struct key_template *out)
{
	if (!json_is_object(place->value))
		return key_place_refuse(place, "must be an object with a \"profile\", or a template spelled out");
	return json_object_get(place->value, "profile") ? read_profile(place, out) : read_spelled_out(place, out);
}
