/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "differences.h"

#include "commands.h"
#include "contents.h"
#include "differences_values.h"
#include "id_block.h"
#include "image_keys.h"
#include "inspect.h"
#include "vmsa_fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One page as the AMD-SP gets it, from the steps of a measurement. */
struct sides {
	const struct igvm_file *file[2];
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

static const char *place_of(const struct sides *sides, uint64_t gpa)
{
	const char *place = contents_place(sides->known[0], gpa);

	return place ? place : contents_place(sides->known[1], gpa);
}

static int by_gpa(const void *left, const void *right)
{
	const struct digest_step *a = *(const struct digest_step *const *)left;
	const struct digest_step *b = *(const struct digest_step *const *)right;

	return a->gpa < b->gpa ? -1 : a->gpa > b->gpa;
}

/* Steps of pages (not of VMSAs), sorted by address. */
static const struct digest_step **sorted(const struct measurement *measurement, size_t *count)
{
	const struct digest_step **list = calloc(measurement->step_count + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; list && i < measurement->step_count; i++) {
		if (measurement->step[i].type != SNP_PAGE_VMSA)
			list[(*count)++] = &measurement->step[i];
	}
	if (list)
		qsort(list, *count, sizeof(*list), by_gpa);
	return list;
}

static const char *page_change(const struct digest_step *a, const struct digest_step *b)
{
	if (!a)
		return "page only in b";
	if (!b)
		return "page only in a";
	if (a->type != b->type)
		return "page type";
	return memcmp(a->contents, b->contents, SNP_DIGEST_SIZE) != 0 ? "page contents" : NULL;
}

/* Pages that follow each other with the same kind of change are one difference. */
struct run {
	const char *what, *place;
	uint64_t start, end;
	enum snp_page_type type[2]; /* of its pages, 0: none */
};

static void close_run(struct sides *sides, struct run *run)
{
	json_t *side[2];

	if (!run->what)
		return;
	for (int i = 0; i < 2; i++)
		side[i] = run->type[i] ? json_string(measure_type_name(run->type[i])) : json_null();
	add(sides, run->what, json_sprintf("0x%" PRIx64 "-0x%" PRIx64, run->start, run->end), run->place, side[0],
	    side[1]);
	run->what = NULL;
}

static void page(struct sides *sides, struct run *run, const struct digest_step *a, const struct digest_step *b)
{
	const uint64_t gpa = a ? a->gpa : b->gpa;
	const char *what = page_change(a, b), *place = place_of(sides, gpa);
	const enum snp_page_type type[2] = {a ? a->type : 0, b ? b->type : 0};

	if (run->what && (what != run->what || place != run->place || gpa != run->end || type[0] != run->type[0] ||
			  type[1] != run->type[1]))
		close_run(sides, run);
	if (!what)
		return;
	if (!run->what)
		*run = (struct run){what, place, gpa, gpa, {type[0], type[1]}};
	run->end = gpa + SNP_PAGE_SIZE;
}

static bool pages(struct sides *sides)
{
	size_t count[2], at[2] = {0, 0};
	const struct digest_step **list[2] = {sorted(&sides->measurement[0], &count[0]),
					      sorted(&sides->measurement[1], &count[1])};
	struct run run = {.what = NULL};
	const bool ok = list[0] && list[1];

	while (ok && (at[0] < count[0] || at[1] < count[1])) {
		const struct digest_step *a = at[0] < count[0] ? list[0][at[0]] : NULL;
		const struct digest_step *b = at[1] < count[1] ? list[1][at[1]] : NULL;

		if (a && b && a->gpa != b->gpa) {
			if (a->gpa < b->gpa)
				b = NULL;
			else
				a = NULL;
		}
		page(sides, &run, a, b);
		at[0] += a != NULL;
		at[1] += b != NULL;
	}
	close_run(sides, &run);
	free(list[0]);
	free(list[1]);
	return ok;
}

/* VMSA of a vCPU, NULL: the file has none. */
static const uint8_t *vmsa_of(const struct igvm_file *file, uint16_t index)
{
	for (size_t i = 0; i < file->record_count; i++) {
		struct igvm_vp_context context;

		if (file->record[i].type != IGVM_VHT_VP_CONTEXT)
			continue;
		igvm_record_read(file, &file->record[i], &context, sizeof(context));
		if (context.vp_index == index && (context.compatibility_mask & igvm_file_snp_mask(file)))
			return igvm_file_data(file, context.file_offset);
	}
	return NULL;
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
		const uint8_t *vmsa[2] = {vmsa_of(sides->file[0], index), vmsa_of(sides->file[1], index)};
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

static const char *reason(const struct digest_step *a, const struct digest_step *b)
{
	if (!a || !b)
		return "one image has more pages";
	if (a->gpa != b->gpa)
		return "another page comes at this step: a page was added, left out or moved before others";
	if (a->type != b->type)
		return "the page has another type";
	if (a->type == SNP_PAGE_VMSA)
		return "registers of the VMSA differ";
	return "contents of the page differ";
}

static json_t *step_json(const struct digest_step *step)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	if (!step)
		return json_null();
	command_hex(step->contents, SNP_DIGEST_SIZE, hex);
	return json_pack("{s:s, s:o, s:I, s:s}", "type", measure_type_name(step->type), "gpa",
			 command_json_hex(step->gpa), "offset", (json_int_t)step->offset, "contents", hex);
}

static json_t *divergence_json(const struct sides *sides)
{
	const struct measurement *m = sides->measurement;
	const size_t common = m[0].step_count < m[1].step_count ? m[0].step_count : m[1].step_count;
	const struct digest_step *a, *b;
	size_t i = 0;

	while (i < common && memcmp(m[0].step[i].digest, m[1].step[i].digest, SNP_DIGEST_SIZE) == 0)
		i++;
	if (i == m[0].step_count && i == m[1].step_count)
		return json_null();
	a = i < m[0].step_count ? &m[0].step[i] : NULL;
	b = i < m[1].step_count ? &m[1].step[i] : NULL;
	return json_pack("{s:I, s:s, s:s?, s:o, s:o}", "step", (json_int_t)i + 1, "reason", reason(a, b), "place",
			 a && a->type != SNP_PAGE_VMSA ? place_of(sides, a->gpa) : NULL, "a", step_json(a), "b",
			 step_json(b));
}

static json_t *digest_json(const struct measurement *measurement)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE, hex);
	return json_string(hex);
}

json_t *differences_json(const struct igvm_file *a, const struct igvm_file *b, const struct measure_options *options,
			 struct error *error)
{
	struct sides *sides = calloc(1, sizeof(*sides));
	struct measure_options steps = *options;
	json_t *result = NULL;
	bool ok;

	if (!sides)
		return error_no_memory(error), NULL;
	steps.keep_steps = true;
	sides->file[0] = a;
	sides->file[1] = b;
	sides->list = json_array();
	for (int i = 0; i < 2; i++) {
		if (contents_boot_info(sides->file[i], &sides->info[i]))
			sides->known[i] = &sides->info[i];
	}
	ok = measure_igvm(a, &steps, &sides->measurement[0], error) &&
	     measure_igvm(b, &steps, &sides->measurement[1], error);
	if (ok)
		meanings(sides);
	ok = ok && (pages(sides) || error_no_memory(error));
	if (ok) {
		vmsas(sides);
		policy_and_id(sides);
		headers(sides);
		result = json_pack("{s:s, s:i, s:b, s:O, s:I, s:{s:s, s:I, s:o, s:o, s:o}}", "format", "svsm-igvm-diff",
				   "version", 1, "same", a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0,
				   "differences", sides->list, "not_listed", (json_int_t)sides->more, "digest",
				   "profile", options->profile->name, "vcpus", (json_int_t)options->vcpus, "a",
				   digest_json(&sides->measurement[0]), "b", digest_json(&sides->measurement[1]),
				   "first_divergence", divergence_json(sides));
		if (!result)
			error_no_memory(error);
	}
	measurement_free(&sides->measurement[0]);
	measurement_free(&sides->measurement[1]);
	json_decref(sides->list);
	free(sides);
	return result;
}
