/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "floor.h"

#include "json_read.h"
#include "policy_names.h"

#include <stdio.h>
#include <string.h>

#define FLOORS_FILE_MAX (1u << 18)
#define LEVELS "fmc bootloader tee snp microcode"

static bool read_byte(const json_t *object, const char *where, const char *key, uint8_t *out, struct error *error)
{
	uint64_t value = 0;

	if (json_object_get(object, key) && !json_read_number(object, where, key, UINT8_MAX, &value, error))
		return false;
	*out = (uint8_t)value;
	return true;
}

static bool read_levels(const json_t *object, const char *where, struct tcb *out, struct error *error)
{
	return read_byte(object, where, "fmc", &out->fmc, error) &&
	       read_byte(object, where, "bootloader", &out->bootloader, error) &&
	       read_byte(object, where, "tee", &out->tee, error) && read_byte(object, where, "snp", &out->snp, error) &&
	       read_byte(object, where, "microcode", &out->microcode, error);
}

static bool read_processors(const json_t *object, const char *where, struct floor *out, struct error *error)
{
	const char *product;

	if (!json_read_string(object, where, "product", &product, error))
		return false;
	out->product = product_from_name(product);
	if (out->product == PRODUCT_UNKNOWN)
		return error_refuse(error, "%s: field 'product' must be Milan, Genoa or Turin", where);
	out->has_family = json_object_get(object, "family") != NULL;
	out->has_models = json_object_get(object, "model") != NULL;
	out->has_stepping = json_object_get(object, "stepping") != NULL;
	if (!read_byte(object, where, "family", &out->family, error) ||
	    !read_byte(object, where, "model", &out->model_first, error) ||
	    !read_byte(object, where, "stepping", &out->stepping, error))
		return false;
	out->model_last = out->model_first;
	if (json_object_get(object, "model_last") && !read_byte(object, where, "model_last", &out->model_last, error))
		return false;
	return out->model_last >= out->model_first ||
	       error_refuse(error, "%s: field 'model_last' is below 'model'", where);
}

/* The next free one; NULL when there is none */
static struct floor *next(struct floors *floors, const char *where, struct error *error)
{
	if (floors->count >= FLOORS_MAX) {
		error_refuse(error, "%s: more than %u floors", where, FLOORS_MAX);
		return NULL;
	}
	floors->item[floors->count] = (struct floor){.product = PRODUCT_UNKNOWN};
	return &floors->item[floors->count];
}

bool floors_add(struct floors *floors, const json_t *object, const char *where, struct error *error)
{
	struct floor *out = next(floors, where, error);

	if (!out ||
	    !json_read_shape(object, where, "product bootloader tee snp microcode",
			     "family model model_last stepping fmc", error) ||
	    !read_processors(object, where, out, error) || !read_levels(object, where, &out->minimum, error))
		return false;
	floors->count++;
	return true;
}

static bool add_published(struct floors *floors, const json_t *object, const char *where, struct error *error)
{
	const char *bulletin, *note;
	struct floor *out = next(floors, where, error);

	if (!out ||
	    !json_read_shape(object, where, "bulletin product",
			     "note family model model_last stepping platform_require mitigations " LEVELS, error) ||
	    !json_read_string(object, where, "bulletin", &bulletin, error) ||
	    !read_processors(object, where, out, error) || !read_levels(object, where, &out->minimum, error))
		return false;
	if (json_object_get(object, "note") && !json_read_string(object, where, "note", &note, error))
		return false;
	if (json_object_get(object, "platform_require") &&
	    !policy_names_read(object, where, "platform_require", report_platform_info_bits, &out->platform_require,
			       error))
		return false;
	if (json_object_get(object, "mitigations") &&
	    !json_read_bits(object, where, "mitigations", &out->mitigations, error))
		return false;
	snprintf(out->bulletin, sizeof(out->bulletin), "%s", bulletin);
	error_printable(out->bulletin);
	floors->count++;
	return true;
}

static bool is_date(const char *text)
{
	return strlen(text) == 10 && strspn(text, "0123456789-") == 10 && text[4] == '-' && text[7] == '-';
}

static bool read_file(struct floors *floors, const json_t *object, const char *path, struct error *error)
{
	const char *dated, *text;
	const json_t *list;

	if (!json_read_shape(object, path, "format version dated floors", "$schema description", error) ||
	    !json_read_format(object, path, "svsm-tcb-floors", error) ||
	    !json_read_string(object, path, "dated", &dated, error) ||
	    !json_read_array(object, path, "floors", FLOORS_MAX, &list, error))
		return false;
	if (json_object_get(object, "description") && !json_read_string(object, path, "description", &text, error))
		return false;
	if (!is_date(dated))
		return error_refuse(error, "%s: field 'dated' must be like 2026-11-24", path);
	memcpy(floors->dated, dated, sizeof(floors->dated));
	for (size_t i = 0; i < json_array_size(list); i++) {
		char where[48];

		snprintf(where, sizeof(where), "floors[%zu]", i);
		if (!add_published(floors, json_array_get(list, i), where, error))
			return false;
	}
	return json_array_size(list) > 0 || error_refuse(error, "%s: no floors", path);
}

bool floors_read(struct floors *floors, const char *path, struct error *error)
{
	struct error detail;
	json_t *document;
	bool ok;

	if (!json_read_file(path, FLOORS_FILE_MAX, &document, error))
		return false;
	ok = read_file(floors, document, path, &detail);
	json_decref(document);
	return ok || error_refuse_file(error, "floors", path, &detail);
}
