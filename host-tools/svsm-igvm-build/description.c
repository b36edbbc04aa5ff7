/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "description.h"

#include "abi/snp.h"
#include "bit_names.h"
#include "sev_features.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_KNOWN_BITS (2 * SNP_POLICY_PAGE_SWAP_DISABLE - 1) /* the last of 56860 */
#define NAME_SIZE_MAX 64u

/* Where we are in the document, for messages. */
struct place {
	const char *path;
	const char *field; /* "" or e.g. "guest." */
	struct error *error;
};

static bool refuse(const struct place *place, const char *field, const char *reason)
{
	return error_set(place->error, ERROR_INVALID, "%s: %s%s: %s", place->path, place->field, field, reason);
}

static bool only_known(const struct place *place, json_t *object, const char *const *known, size_t count)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		size_t i = 0;

		while (i < count && strcmp(known[i], key) != 0)
			i++;
		if (i == count)
			return refuse(place, key, "unknown field");
	}
	return true;
}

static bool get_string(const struct place *place, json_t *object, const char *field, char **out)
{
	json_t *value = json_object_get(object, field);

	if (!value)
		return refuse(place, field, "missing");
	if (!json_is_string(value) || json_string_length(value) == 0)
		return refuse(place, field, "must be a non-empty string");
	*out = strdup(json_string_value(value));
	return *out || error_no_memory(place->error);
}

static bool require_string(const struct place *place, json_t *object, const char *field, const char *wanted)
{
	const char *value = json_string_value(json_object_get(object, field));

	if (value && strcmp(value, wanted) == 0)
		return true;
	return error_set(place->error, ERROR_INVALID, "%s: %s%s: must be \"%s\"", place->path, place->field, field,
			 wanted);
}

/* A JSON integer, or a string "0x" and 1 to 16 hexadecimal digits. */
static bool get_number(const struct place *place, json_t *object, const char *field, uint64_t *out)
{
	json_t *value = json_object_get(object, field);
	const char *text;

	if (!value)
		return refuse(place, field, "missing");
	if (json_is_integer(value)) {
		if (json_integer_value(value) < 0)
			return refuse(place, field, "must not be negative");
		*out = (uint64_t)json_integer_value(value);
		return true;
	}
	text = json_string_value(value);
	if (!text || strncmp(text, "0x", 2) != 0 || text[2] == '\0' || strlen(text) > 18 ||
	    strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text + 2))
		return refuse(place, field, "must be an integer or a string of 0x and 1 to 16 hexadecimal digits");
	*out = strtoull(text, NULL, 16);
	return true;
}

static bool get_name(const struct place *place, json_t *object, char **out)
{
	if (!get_string(place, object, "name", out))
		return false;
	if (strlen(*out) > NAME_SIZE_MAX)
		return refuse(place, "name", "longer than 64 characters");
	for (const char *at = *out; *at; at++) {
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			return refuse(place, "name", "may contain only letters, digits, '.', '_' and '-'");
	}
	return true;
}

static bool get_profile(const struct place *place, json_t *object, const struct profile **out)
{
	const char *name = json_string_value(json_object_get(object, "profile"));

	*out = name ? profile_find(name) : NULL;
	return *out || refuse(place, "profile", "must name a loader, see the command profiles; qemu-kvm is one");
}

static bool get_policy(const struct place *place, json_t *object, uint64_t *out)
{
	if (!get_number(place, object, "guest_policy", out))
		return false;
	if (!(*out & SNP_POLICY_RESERVED_MBO))
		return refuse(place, "guest_policy", "bit 17 is reserved and must be 1 (AMD 56860, guest policy)");
	if (*out & ~POLICY_KNOWN_BITS)
		return refuse(place, "guest_policy", "bits 63:26 are reserved and must be 0 (AMD 56860, guest policy)");
	return true;
}

static bool get_vcpus(const struct place *place, json_t *object, uint32_t *out)
{
	json_t *value = json_object_get(object, "vcpus");

	*out = 1;
	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > LAUNCH_VCPU_MAX)
		return refuse(place, "vcpus", "must be an integer from 1 to 512");
	*out = (uint32_t)json_integer_value(value);
	return true;
}

/* The loader and the firmware must both take it. */
static bool feature_taken(const struct place *place, const struct profile *profile, const struct bit_name *feature)
{
	const struct profile_quirk *quirk = profile_quirk(profile, "sev-features");
	const char *refusal = sev_features_refusal(feature->bit);

	if (!(profile->features & feature->bit))
		return error_set(place->error, ERROR_INVALID,
				 "%s: sev_features: \"%s\": %s/sev-features: the loader does not take it: %s [%s]",
				 place->path, feature->name, profile->name, quirk ? quirk->text : profile->summary,
				 quirk ? quirk->source : profile->source);
	if (refusal)
		return error_set(place->error, ERROR_INVALID,
				 "%s: sev_features: \"%s\": the firmware cannot run with it: %s", place->path,
				 feature->name, refusal);
	return true;
}

static bool get_features(const struct place *place, json_t *object, const struct profile *profile, uint64_t *out)
{
	json_t *list = json_object_get(object, "sev_features");
	char known[BIT_NAMES_TEXT_SIZE];

	if (!json_is_array(list))
		return refuse(place, "sev_features", "must be an array of strings");
	*out = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		const struct bit_name *feature = name ? bit_names_find(bit_names_sev_features, name) : NULL;

		if (!feature)
			return error_set(
				place->error, ERROR_INVALID,
				"%s: sev_features: entry %zu is no feature's name; there are %s", place->path, i,
				bit_names_text(bit_names_sev_features, bit_names_all(bit_names_sev_features), known));
		if (*out & feature->bit)
			return error_set(place->error, ERROR_INVALID, "%s: sev_features: \"%s\" is listed twice",
					 place->path, name);
		if (!feature_taken(place, profile, feature))
			return false;
		*out |= feature->bit;
	}
	if (!(*out & SEV_FEATURE_SNP))
		return refuse(place, "sev_features", "must contain \"snp\"");
	return true;
}

static bool get_options(const struct place *place, json_t *object, uint32_t *out)
{
	json_t *list = json_object_get(object, "options"), *name;
	size_t i;

	*out = 0;
	if (!list)
		return true;
	if (!json_is_array(list))
		return refuse(place, "options", "must be an array of strings");
	json_array_foreach(list, i, name)
	{
		if (!json_is_string(name) || strcmp(json_string_value(name), "stack-marks") != 0)
			return error_set(place->error, ERROR_INVALID,
					 "%s: options: entry %zu is no option's name; there is stack-marks",
					 place->path, i);
		if (*out & BOOT_OPTION_STACK_MARKS)
			return refuse(place, "options", "\"stack-marks\" is listed twice");
		*out |= BOOT_OPTION_STACK_MARKS;
	}
	return true;
}

static const struct {
	const char *name;
	enum boot_module_kind kind;
} module_kinds[] = {
	{"vtpm", BOOT_MODULE_VTPM},
	{"attest", BOOT_MODULE_ATTEST},
	{"key-templates", BOOT_MODULE_KEY_TEMPLATES},
};

static bool get_module(const struct place *place, json_t *object, struct description *out)
{
	static const char *const known[] = {"kind", "file"};
	struct description_module *module = &out->module[out->module_count];
	const char *kind;

	if (!json_is_object(object))
		return refuse(place, "", "must be an object");
	if (!only_known(place, object, known, sizeof(known) / sizeof(known[0])))
		return false;
	kind = json_string_value(json_object_get(object, "kind"));
	for (size_t i = 0; kind && i < sizeof(module_kinds) / sizeof(module_kinds[0]); i++) {
		if (strcmp(kind, module_kinds[i].name) == 0)
			module->kind = module_kinds[i].kind;
	}
	if (module->kind == BOOT_MODULE_NONE)
		return refuse(place, "kind", "must be \"vtpm\", \"attest\" or \"key-templates\"");
	for (size_t i = 0; i < out->module_count; i++) {
		if (out->module[i].kind == module->kind)
			return refuse(place, "kind", "this kind of module is listed twice");
	}
	out->module_count++;
	return get_string(place, object, "file", &module->file);
}

static bool get_modules(const struct place *place, json_t *root, struct description *out)
{
	json_t *list = json_object_get(root, "modules");

	if (!list)
		return true;
	if (!json_is_array(list) || json_array_size(list) > BOOT_MODULE_MAX)
		return refuse(place, "modules", "must be an array of at most 8 objects");
	for (size_t i = 0; i < json_array_size(list); i++) {
		char field[32];
		struct place inner = {place->path, field, place->error};

		snprintf(field, sizeof(field), "modules[%zu].", i);
		if (!get_module(&inner, json_array_get(list, i), out))
			return false;
	}
	return true;
}

static bool get_flat64(const struct place *place, json_t *object, struct description_guest *guest)
{
	static const char *const known[] = {"kind",	   "file",    "stack_top", "page_tables",
					    "boot_params", "secrets", "cpuid",	   "calling_area"};

	guest->kind = BOOT_GUEST_FLAT64;
	return only_known(place, object, known, sizeof(known) / sizeof(known[0])) &&
	       get_string(place, object, "file", &guest->file) &&
	       get_number(place, object, "stack_top", &guest->stack_top) &&
	       get_number(place, object, "page_tables", &guest->page_tables) &&
	       get_number(place, object, "boot_params", &guest->boot_params) &&
	       get_number(place, object, "secrets", &guest->secrets) &&
	       get_number(place, object, "cpuid", &guest->cpuid) &&
	       get_number(place, object, "calling_area", &guest->calling_area);
}

static bool get_linux(const struct place *place, json_t *object, struct description_guest *guest)
{
	static const char *const known[] = {"kind", "kernel", "initrd", "command_line"};

	guest->kind = BOOT_GUEST_LINUX;
	if (!only_known(place, object, known, sizeof(known) / sizeof(known[0])) ||
	    !get_string(place, object, "kernel", &guest->file) ||
	    (json_object_get(object, "initrd") && !get_string(place, object, "initrd", &guest->initrd)) ||
	    !get_string(place, object, "command_line", &guest->command_line))
		return false;
	if (strlen(guest->command_line) != json_string_length(json_object_get(object, "command_line")))
		return refuse(place, "command_line", "must not contain a NUL character");
	return true;
}

static bool get_ovmf(const struct place *place, json_t *object, struct description_guest *guest)
{
	static const char *const known[] = {"kind", "file"};

	guest->kind = BOOT_GUEST_OVMF;
	return only_known(place, object, known, sizeof(known) / sizeof(known[0])) &&
	       get_string(place, object, "file", &guest->file);
}

static bool get_guest(const struct place *outer, json_t *root, struct description_guest *guest)
{
	const struct place place = {outer->path, "guest.", outer->error};
	json_t *object = json_object_get(root, "guest");
	const char *kind;

	if (!object || json_is_null(object))
		return true;
	if (!json_is_object(object))
		return refuse(outer, "guest", "must be an object or null");
	kind = json_string_value(json_object_get(object, "kind"));
	if (kind && strcmp(kind, "flat64") == 0)
		return get_flat64(&place, object, guest);
	if (kind && strcmp(kind, "linux") == 0)
		return get_linux(&place, object, guest);
	if (kind && strcmp(kind, "ovmf") == 0)
		return get_ovmf(&place, object, guest);
	return refuse(&place, "kind", "must be \"flat64\", \"linux\" or \"ovmf\"");
}

static bool get_root(const struct place *place, json_t *root, struct description *out)
{
	static const char *const known[] = {"$schema",	    "format", "version", "name",     "profile", "guest_policy",
					    "sev_features", "vcpus",  "options", "firmware", "modules", "guest"};
	json_t *version;

	if (!json_is_object(root))
		return refuse(place, "document", "must be an object");
	if (!require_string(place, root, "format", "svsm-image"))
		return false;
	version = json_object_get(root, "version");
	if (!json_is_integer(version) || json_integer_value(version) != 1)
		return refuse(place, "version", "must be 1");
	return only_known(place, root, known, sizeof(known) / sizeof(known[0])) && get_name(place, root, &out->name) &&
	       get_profile(place, root, &out->profile) && get_policy(place, root, &out->guest_policy) &&
	       get_features(place, root, out->profile, &out->sev_features) && get_vcpus(place, root, &out->vcpus) &&
	       get_options(place, root, &out->options) && get_string(place, root, "firmware", &out->firmware) &&
	       get_modules(place, root, out) && get_guest(place, root, &out->guest);
}

bool description_parse(const char *path, const char *text, size_t size, struct description *out, struct error *error)
{
	const struct place place = {path, "", error};
	json_error_t failure;
	json_t *root;
	bool ok;

	memset(out, 0, sizeof(*out));
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &failure);
	if (!root)
		return error_set(error, ERROR_INVALID, "%s:%d:%d: %s", path, failure.line, failure.column,
				 failure.text);
	ok = get_root(&place, root, out);
	json_decref(root);
	return ok;
}

void description_free(struct description *description)
{
	free(description->name);
	free(description->firmware);
	for (size_t i = 0; i < description->module_count; i++)
		free(description->module[i].file);
	free(description->guest.file);
	free(description->guest.initrd);
	free(description->guest.command_line);
	memset(description, 0, sizeof(*description));
}
