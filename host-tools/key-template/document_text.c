/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The two JSON documents. */
#include "document.h"
#include "internal.h"

#include "key_templates.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT_LIST "svsm-key-templates"
#define FORMAT_SELECTOR "svsm-manifest-selector"

static bool read_key_name(const struct key_place *element, struct key_template *out)
{
	struct key_place name = key_place_field(element, "name"), profile = key_place_field(element, "profile");
	const char *text = json_string_value(name.value ? name.value : profile.value);

	if (!json_is_object(element->value) || (!name.value && profile.value && !text))
		return true; /* the template's reader says what is wrong */
	if (!text || !key_templates_name_ok(text, strlen(text)))
		return key_place_refuse(&name, "must be 1 to %u letters, digits, '.', '_' or '-'%s",
					KEY_TEMPLATE_NAME_MAX, name.value ? "" : "; only a profile needs no name");
	memcpy(out->name, text, strlen(text) + 1);
	return true;
}

/* What only a list asks for: distinct names and templates, the default key in front. */
static bool check_in_list(const struct key_place *element, const struct key_template_document *list, size_t index)
{
	const struct key_template *key = &list->key[index];
	const char *problem = document_check_key(list, index);
	struct key_place name = key_place_field(element, "name");

	return !problem || key_place_refuse(key->name[0] && name.value ? &name : element, "%s", problem);
}

static bool read_list(const struct key_place *root, struct key_template_document *out)
{
	struct key_place list = key_place_field(root, "templates");
	size_t count = json_array_size(list.value);

	out->kind = KEY_TEMPLATE_LIST;
	if (!key_place_object(root, " $schema format version description templates"))
		return false;
	if (!json_is_array(list.value) || count == 0 || count > KEY_TEMPLATES_MAX)
		return key_place_refuse(&list, "must be an array of 1 to %u templates", KEY_TEMPLATES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct key_place element = key_place_element(&list, i);

		if (!read_key_name(&element, &out->key[i]) || !key_json_read_template(&element, &out->key[i]) ||
		    !check_in_list(&element, out, i))
			return false;
		out->count++;
	}
	return true;
}

static bool read_selector(const struct key_place *root, struct key_template_document *out)
{
	struct key_place template = key_place_field(root, "template"), kind = key_place_field(root, "kind");
	struct key_place name = key_place_field(&template, "name");
	const char *text = json_string_value(kind.value);

	out->kind = KEY_TEMPLATE_SELECTOR;
	if (!key_place_object(root, " $schema format version description kind template"))
		return false;
	if (!text || strcmp(text, "template") != 0)
		return key_place_refuse(&kind, "must be \"template\", the only kind of the vTPM's selectors");
	if (name.value)
		return key_place_refuse(&name, "a selector has one template, which needs no name");
	memcpy(out->key[0].name, DOCUMENT_SELECTOR_NAME, sizeof(DOCUMENT_SELECTOR_NAME));
	out->count = 1;
	return key_json_read_template(&template, &out->key[0]);
}

static bool read_root(const struct key_place *root, struct key_template_document *out)
{
	struct key_place format = key_place_field(root, "format"), version = key_place_field(root, "version");
	struct key_place description = key_place_field(root, "description");
	const char *text = json_string_value(format.value);

	if (!json_is_object(root->value))
		return key_place_refuse(root, "must be an object");
	if (!text || (strcmp(text, FORMAT_LIST) != 0 && strcmp(text, FORMAT_SELECTOR) != 0))
		return key_place_refuse(&format, "must be \"" FORMAT_LIST "\" or \"" FORMAT_SELECTOR "\"");
	if (!json_is_integer(version.value) || json_integer_value(version.value) != 1)
		return key_place_refuse(&version, "must be 1");
	if (description.value && !json_is_string(description.value))
		return key_place_refuse(&description, "must be a string");
	return strcmp(text, FORMAT_LIST) == 0 ? read_list(root, out) : read_selector(root, out);
}

bool document_read_text(const struct key_document_text *document, struct key_template_document *out)
{
	json_error_t failure;
	json_t *value = json_loadb(document->text, document->size, JSON_REJECT_DUPLICATES, &failure);
	struct key_place root = {.document = document, .value = value};
	bool ok;

	if (!value)
		return document_refuse(document->path, document->error, "%d:%d: %s", failure.line, failure.column,
				       failure.text);
	ok = read_root(&root, out);
	json_decref(value);
	return ok;
}

static json_t *write_list(const struct key_template_document *document)
{
	json_t *list = json_array();

	for (size_t i = 0; i < document->count; i++) {
		const struct key_template *key = &document->key[i];
		const char *profile = key_template_profile(key);
		json_t *element = json_object(), *rest = key_json_write_template(key);

		if (!profile || strcmp(profile, key->name) != 0)
			(void)json_object_set_new(element, "name", json_string(key->name));
		(void)json_object_update(element, rest);
		json_decref(rest);
		(void)json_array_append_new(list, element);
	}
	return json_pack("{s:s, s:i, s:o}", "format", FORMAT_LIST, "version", 1, "templates", list);
}

/* jansson indents by spaces; these files, like all of this project, by tabs. */
static void use_tabs(char *text)
{
	bool at_start = true;

	for (; *text; text++) {
		if (at_start && *text == ' ')
			*text = '\t';
		else
			at_start = *text == '\n';
	}
}

char *key_template_text(const struct key_template_document *document)
{
	json_t *value = document->kind == KEY_TEMPLATE_LIST
				? write_list(document)
				: json_pack("{s:s, s:i, s:s, s:o}", "format", FORMAT_SELECTOR, "version", 1, "kind",
					    "template", "template", key_json_write_template(&document->key[0]));
	char *text = value ? json_dumps(value, JSON_INDENT(1)) : NULL, *line = NULL;

	json_decref(value);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	if (line)
		use_tabs(line);
	return line;
}
