/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cpu_model.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A version of a model ("-v2") changes features, never the signature. */
static const struct {
	const char *name;
	uint8_t family, model, stepping, versions;
} models[] = {
	{"EPYC", 23, 1, 2, 5},	     {"EPYC-IBPB", 23, 1, 2, 0},   {"EPYC-Rome", 23, 49, 0, 5},
	{"EPYC-Milan", 25, 1, 1, 3}, {"EPYC-Genoa", 25, 17, 0, 2}, {"EPYC-Turin", 26, 0, 0, 1},
};
#define MODEL_COUNT (sizeof(models) / sizeof(models[0]))

bool cpu_model_signature(unsigned family, unsigned model, unsigned stepping, uint32_t *out)
{
	const unsigned extended = family > 0xf ? family - 0xf : 0;

	if (extended > 0xff || model > 0xff || stepping > 0xf)
		return false;
	*out = extended << 20 | (model >> 4) << 16 | (family > 0xf ? 0xf : family) << 8 | (model & 0xf) << 4 | stepping;
	return true;
}

/* "" or "-vN" with a version the model has. */
static bool version_ok(const char *text, unsigned versions)
{
	char *end;
	unsigned long version;

	if (*text == '\0')
		return true;
	if (strncasecmp(text, "-v", 2) != 0 || !isdigit((unsigned char)text[2]))
		return false;
	version = strtoul(text + 2, &end, 10);
	return *end == '\0' && version >= 1 && version <= versions;
}

static bool parse_name(const char *text, uint32_t *signature)
{
	static const char prefix[] = "EPYC-";

	for (size_t i = 0; i < MODEL_COUNT; i++) {
		const char *names[2] = {models[i].name, NULL};

		if (strncmp(models[i].name, prefix, strlen(prefix)) == 0)
			names[1] = models[i].name + strlen(prefix);
		for (size_t j = 0; j < 2 && names[j]; j++) {
			const size_t length = strlen(names[j]);

			if (strncasecmp(text, names[j], length) == 0 && version_ok(text + length, models[i].versions))
				return cpu_model_signature(models[i].family, models[i].model, models[i].stepping,
							   signature);
		}
	}
	return false;
}

bool cpu_model_parse(const char *text, uint32_t *signature)
{
	unsigned family, model, stepping;
	int used = 0;

	if (strncasecmp(text, "0x", 2) == 0) {
		unsigned long value;
		char *end;

		if (!isxdigit((unsigned char)text[2]) || strlen(text) > 10)
			return false;
		value = strtoul(text, &end, 16);
		*signature = (uint32_t)value;
		return *end == '\0';
	}
	if (isdigit((unsigned char)*text))
		return strlen(text) <= 11 && sscanf(text, "%3u:%3u:%3u%n", &family, &model, &stepping, &used) == 3 &&
		       text[used] == '\0' && cpu_model_signature(family, model, stepping, signature);
	return parse_name(text, signature);
}

const char *cpu_model_name(size_t index)
{
	return index < MODEL_COUNT ? models[index].name : NULL;
}
