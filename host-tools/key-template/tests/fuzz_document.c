/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * libFuzzer target: documents with key templates, as text and as bytes. What is accepted must survive the way to text
 * and back to the byte; a marshalled TPMT_PUBLIC is compared with every profile.
 */
#include "key_template.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void round_trip(const struct key_template_document *document)
{
	static struct key_template_document again;
	static uint8_t first[KEY_TEMPLATE_BYTES_MAX], second[KEY_TEMPLATE_BYTES_MAX];
	struct key_template_error error;
	size_t size = key_template_bytes(document, first);
	char *text = key_template_text(document);

	if (!text || !key_template_read("fuzz", text, strlen(text), &again, &error) ||
	    key_template_bytes(&again, second) != size || memcmp(first, second, size) != 0)
		abort();
	free(text);
	if (!key_template_read("fuzz", first, size, &again, &error) || again.count != document->count)
		abort();
}

static void compare(const uint8_t *bytes, size_t size)
{
	struct key_template template, profile;
	const char *field, *rule, *name;
	char text[400];

	if (!key_template_from_bytes(&template, bytes, size, &field, &rule))
		return;
	for (size_t i = 0; (name = key_template_profile_name(i)) != NULL; i++) {
		if (!key_template_from_profile(&profile, name))
			abort();
		(void)!key_template_matches(&profile, &template.area, text, sizeof(text));
	}
	if (!key_template_matches(&template, &template.area, text, sizeof(text)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct key_template_document document;
	struct key_template_error error;

	if (key_template_read("fuzz", bytes, size, &document, &error))
		round_trip(&document);
	compare(bytes, size);
	return 0;
}
