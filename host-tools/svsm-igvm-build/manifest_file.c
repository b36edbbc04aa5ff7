/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest_file.h"

#include "file.h"
#include "manifest_probe.h"

static bool parse(const char *path, const uint8_t *bytes, size_t size, struct key_template_document *out,
		  struct error *error)
{
	struct key_template_error problem;

	return key_template_read(path, bytes, size, out, &problem) ||
	       error_set(error, ERROR_INVALID, "%s", problem.text);
}

bool manifest_file_read(const char *path, struct key_template_document *out, struct error *error)
{
	struct file_data data;
	bool ok;

	if (!file_read(path, KEY_TEMPLATE_TEXT_MAX, &data, error))
		return false;
	ok = parse(path, data.bytes, data.size, out, error);
	file_data_free(&data);
	return ok;
}

bool manifest_check_module(const char *label, const uint8_t *bytes, size_t size, struct error *error)
{
	struct key_template_document document;

	if (key_template_is_text(bytes, size))
		return error_set(error, ERROR_INVALID,
				 "%s: is text; give its compiled form, from 'svsm-igvm-build manifest compile'", label);
	if (!parse(label, bytes, size, &document, error))
		return false;
	if (document.kind != KEY_TEMPLATE_LIST)
		return error_set(error, ERROR_INVALID, "%s: is a manifest selector, not a key-template manifest",
				 label);
	return manifest_probe(label, &document, error);
}
