/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "differences.h"

#include "commands.h"
#include "contents.h"
#include "differences_pages.h"
#include "differences_values.h"
#include "id_block.h"
#include "image_keys.h"
#include "inspect.h"
#include "vmsa_fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct sides {
	const struct igvm_file *file[2];
	struct launch_order order[2];
	struct boot_info info[2];
	const struct boot_info *known[2]; /* NULL: not an image of this project */
	struct measurement measurement[2];
	json_t *list;
	size_t more;
};

static void add(struct sides *sides, const char *what, json_t *where, const char *place, json_t *a, json_t *b)
{
	json_t *entry =
		json_pack("{s:s, s:o, s:s?, s:o, s:o}", "what", what, "where", where, "place", place, "a", a, "b", b);

	if (json_array_size(sides->list) < DIFFERENCES_MAX)
		json_array_append(sides->list, entry);
	else
		sides->more++;
	json_decref(entry);
}

/* What the page at this address belongs to, by either image. */
static const char *place_of(const void *context, uint64_t gpa)
{
	const struct sides *sides = context;
	const char *place = contents_place(sides->known[0], gpa);

	return place ? place : contents_place(sides->known[1], gpa);
}

static json_t *type_json(enum snp_page_type type)
{
	return type ? json_string(measure_type_name(type)) : json_null();
}

static void changed_pages(void *context, const struct differences_pages_run *run)
{
	add(context, run->what, json_sprintf("0x%" PRIx64 "-0x%" PRIx64, run->start, run->end), run->place,
	    type_json(run->type[0]), type_json(run->type[1]));
}

static json_t *field_json(const struct vmsa_field *field, const uint8_t *vmsa)
{
	char hex[2 * sizeof(struct vmsa_segment) + 1];

	if (field->kind == VMSA_FIELD_NUMBER)
		return command_json_hex(vmsa_field_number(field, vmsa));
	if (field->kind == VMSA_FIELD_BYTES)
		return json_string("bytes");
	command_hex(vmsa + field->offset, field->size, hex);
	return json_string(hex);
}

static void vmsas(struct sides *sides)
{
	for (uint16_t index = 0; index < sides->measurement[0].vcpus; index++) {
		const uint8_t *vmsa[2] = {launch_order_context(&sides->order[0], index),
					  launch_order_context(&sides->order[1], index)};
		const struct vmsa_field *field;

		if (!vmsa[0] != !vmsa[1])
			add(sides, vmsa[0] ? "VMSA only in a" : "VMSA only in b", json_sprintf("vCPU %u", index), NULL,
			    json_boolean(vmsa[0] != NULL), json_boolean(vmsa[1] != NULL));
		for (size_t i = 0; vmsa[0] && vmsa[1] && (field = vmsa_field_at(i)); i++) {
			if (memcmp(vmsa[0] + field->offset, vmsa[1] + field->offset, field->size) != 0)
				add(sides, "VMSA register", json_sprintf("vCPU %u %s", index, field->name), NULL,
				    field_json(field, vmsa[0]), field_json(field, vmsa[1]));
		}
	}
}

static void policy_and_id(struct sides *sides)
{
	const struct igvm_record *record[2] = {id_block_find(sides->file[0]), id_block_find(sides->file[1])};
	struct igvm_snp_id_block block[2];
	const struct measurement *m = sides->measurement;

	if (m[0].has_guest_policy != m[1].has_guest_policy || m[0].guest_policy != m[1].guest_policy)
		add(sides, "guest policy (not measured)", json_string("GUEST_POLICY"), NULL,
		    command_json_hex(m[0].guest_policy), command_json_hex(m[1].guest_policy));
	if (!record[0] && !record[1])
		return;
	for (int i = 0; i < 2; i++) {
		if (record[i])
			igvm_record_read(sides->file[i], record[i], &block[i], sizeof(block[i]));
	}
	if (!record[0] || !record[1] || memcmp(&block[0], &block[1], sizeof(block[0])) != 0)
		add(sides, "ID block (not measured)", json_string("SNP_ID_BLOCK"), NULL,
		    json_boolean(record[0] != NULL), json_boolean(record[1] != NULL));
}

/* Headers that place no page: compared one after the other. */
static bool other_header(const struct igvm_file *file, size_t *at, const struct igvm_record **out)
{
	for (; *at < file->record_count; ++*at) {
		const uint32_t type = file->record[*at].type;

		if (type == IGVM_VHT_PAGE_DATA || type == IGVM_VHT_VP_CONTEXT || type == IGVM_VHT_SNP_ID_BLOCK ||
		    type == IGVM_VHT_GUEST_POLICY)
			continue;
		*out = &file->record[(*at)++];
		return true;
	}
	return false;
}

static json_t *header_json(const struct igvm_record *record)
{
	return record ? json_sprintf("%s at 0x%" PRIx32, igvm_type_name(record->type), record->offset) : json_null();
}

static void headers(struct sides *sides)
{
	size_t at[2] = {0, 0}, number = 0;

	for (;; number++) {
		const struct igvm_record *record[2] = {NULL, NULL};
		const bool more[2] = {other_header(sides->file[0], &at[0], &record[0]),
				      other_header(sides->file[1], &at[1], &record[1])};

		if (!more[0] && !more[1])
			return;
		if (more[0] && more[1] && record[0]->type == record[1]->type &&
		    memcmp(sides->file[0]->bytes + record[0]->offset, sides->file[1]->bytes + record[1]->offset,
			   record[0]->length + sizeof(struct igvm_variable_header)) == 0)
			continue;
		add(sides, "header", json_sprintf("header %zu beside pages", number + 1), NULL, header_json(record[0]),
		    header_json(record[1]));
	}
}

static void changed_boot_info(void *sides, const char *path, json_t *a, json_t *b)
{
	add(sides, "boot info", json_string(path), NULL, a, b);
}

static void changed_key(void *sides, const char *path, json_t *a, json_t *b)
{
	add(sides, "key template", json_string(path), NULL, a, b);
}

static json_t *keys_of(const struct igvm_file *file)
{
	struct key_template_document *document = malloc(sizeof(*document));
	json_t *keys = document && image_keys_read(file, document) ? image_keys_json(document) : NULL;

	free(document);
	return keys;
}

/* What the pages mean, for images of this project: told before the pages. */
static void meanings(struct sides *sides)
{
	json_t *info[2] = {NULL, NULL}, *keys[2] = {NULL, NULL};

	for (int i = 0; i < 2; i++) {
		info[i] = sides->known[i] ? inspect_boot_info_json(sides->file[i]) : NULL;
		keys[i] = sides->known[i] ? keys_of(sides->file[i]) : NULL;
	}
	if (info[0] && info[1])
		differences_values("", info[0], info[1], changed_boot_info, sides);
	differences_values("", keys[0], keys[1], changed_key, sides);
	for (int i = 0; i < 2; i++) {
		json_decref(info[i]);
		json_decref(keys[i]);
	}
}

static const char *reason(const struct launch_page *const page[2])
{
	if (!page[0] || !page[1])
		return "one image has more pages";
	if (page[0]->gpa != page[1]->gpa)
		return "another page comes at this step: a page was added, left out or moved before others";
	if (page[0]->type != page[1]->type)
		return "the page has another type";
	if (page[0]->type == SNP_PAGE_VMSA)
		return "registers of the VMSA differ";
	return "contents of the page differ";
}

static json_t *step_json(const struct launch_page *page)
{
	uint8_t contents[SNP_DIGEST_SIZE];
	char hex[2 * SNP_DIGEST_SIZE + 1];

	if (!page)
		return json_null();
	if (!differences_pages_digest(page, contents))
		return NULL;
	command_hex(contents, SNP_DIGEST_SIZE, hex);
	return json_pack("{s:s, s:o, s:I, s:s}", "type", measure_type_name(page->type), "gpa",
			 command_json_hex(page->gpa), "offset", (json_int_t)page->offset, "contents", hex);
}

static json_t *divergence_json(const struct sides *sides)
{
	struct launch_page page[2];
	const struct launch_page *at[2];
	const uint64_t step = differences_pages_first(&sides->order[0], &sides->order[1], page, at);

	if (!step)
		return json_null();
	return json_pack("{s:I, s:s, s:s?, s:o, s:o}", "step", (json_int_t)step, "reason", reason(at), "place",
			 place_of(sides, at[0] ? at[0]->gpa : at[1]->gpa), "a", step_json(at[0]), "b",
			 step_json(at[1]));
}

static json_t *digest_json(const struct measurement *measurement)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE, hex);
	return json_string(hex);
}

static bool measure(struct sides *sides, const struct measure_options *options, struct error *error)
{
	for (int i = 0; i < 2; i++) {
		if (contents_boot_info(sides->file[i], &sides->info[i]))
			sides->known[i] = &sides->info[i];
		if (!launch_order_make(sides->file[i], options->profile, options->vcpus, options->cpu_signature,
				       &sides->order[i], error) ||
		    !measure_order(&sides->order[i], options, &sides->measurement[i], error))
			return false;
	}
	return true;
}

static json_t *compare(struct sides *sides, const struct measure_options *options)
{
	const struct differences_pages_report report = {changed_pages, place_of, sides};
	const struct igvm_file *a = sides->file[0], *b = sides->file[1];

	meanings(sides);
	if (!differences_pages(&sides->order[0], &sides->order[1], &report))
		return NULL;
	vmsas(sides);
	policy_and_id(sides);
	headers(sides);
	return json_pack("{s:s, s:i, s:b, s:O, s:I, s:{s:s, s:I, s:o, s:o, s:o}}", "format", "svsm-igvm-diff",
			 "version", 1, "same", a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0,
			 "differences", sides->list, "not_listed", (json_int_t)sides->more, "digest", "profile",
			 options->profile->name, "vcpus", (json_int_t)options->vcpus, "a",
			 digest_json(&sides->measurement[0]), "b", digest_json(&sides->measurement[1]),
			 "first_divergence", divergence_json(sides));
}

json_t *differences_json(const struct igvm_file *a, const struct igvm_file *b, const struct measure_options *options,
			 struct error *error)
{
	struct sides *sides = calloc(1, sizeof(*sides));
	json_t *result = NULL;

	if (!sides)
		return error_no_memory(error), NULL;
	sides->file[0] = a;
	sides->file[1] = b;
	sides->list = json_array();
	if (measure(sides, options, error)) {
		result = compare(sides, options);
		if (!result)
			error_no_memory(error);
	}
	for (int i = 0; i < 2; i++) {
		launch_order_free(&sides->order[i]);
		measurement_free(&sides->measurement[i]);
	}
	json_decref(sides->list);
	free(sides);
	return result;
}
