/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One item of a batch: docs/schemas/svsm-batch-item.schema.json */
#include "batch.h"

#include "json_read.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_MAX 4096u
#define LEAF_MAX 8192u

struct item {
	json_t *document;
	json_t *id; /* borrowed from the document; NULL: none */
	struct blob bundle, leaf;
	uint8_t nonce[EVIDENCE_NONCE_SIZE], report_data[SNP_REPORT_DATA_SIZE];
	bool has_nonce, has_report_data;
};

static bool given(const json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL;
}

static bool read_optional(const json_t *object, const char *key, size_t max, struct blob *out, struct error *error)
{
	return !given(object, key) || json_read_blob(object, "item", key, 1, max, out, error);
}

/* The bundle as text again: it has a parser of its own. */
static bool take_bundle(struct item *item, struct verify *verify, struct error *error)
{
	char *text = json_dumps(json_object_get(item->document, "evidence"), JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		return error_resources(error, "read an item");
	item->bundle = (struct blob){(uint8_t *)text, strlen(text)};
	verify->bundle = &item->bundle;
	if (item->has_nonce)
		return true;
	return error_refuse(error, "item: evidence needs 'nonce', the challenge it answers");
}

static bool read_fields(struct item *item, struct verify *verify, struct error *error)
{
	const json_t *object = item->document;
	struct evidence *e = &verify->evidence;

	/* First, so that a refusal says whose it is */
	item->id = json_object_get(object, "id");
	if (item->id && !json_is_string(item->id) && !json_is_integer(item->id)) {
		item->id = NULL;
		return error_refuse(error, "item: field 'id' must be a string or a number");
	}
	if (!json_read_shape(object, "item", "", "id report evidence nonce report_data certificates cert event_log",
			     error))
		return false;
	item->has_nonce = given(object, "nonce");
	item->has_report_data = given(object, "report_data");
	if ((item->has_nonce && !json_read_hex(object, "item", "nonce", item->nonce, sizeof(item->nonce), error)) ||
	    (item->has_report_data &&
	     !json_read_hex(object, "item", "report_data", item->report_data, sizeof(item->report_data), error)) ||
	    !read_optional(object, "cert", LEAF_MAX, &item->leaf, error))
		return false;
	if (item->has_nonce && item->has_report_data)
		return error_refuse(error, "item: only one of 'nonce' and 'report_data' can be");
	if (given(object, "report") == given(object, "evidence"))
		return error_refuse(error, "item: exactly one of 'report' and 'evidence' is needed");
	if (given(object, "evidence"))
		return take_bundle(item, verify, error);
	e->has_event_log = given(object, "event_log");
	return json_read_blob(object, "item", "report", 0, REPORT_MAX, &e->report, error) &&
	       read_optional(object, "certificates", CERTIFICATE_TABLE_MAX, &e->certificates, error) &&
	       read_optional(object, "event_log", EVIDENCE_LOG_MAX, &e->event_log, error);
}

static bool read_item(const struct batch_line *line, struct item *item, struct verify *verify, struct error *error)
{
	const struct blob bytes = {(uint8_t *)line->text, line->size};

	if (!line->text)
		return error_refuse(error, "item: line %lu has more than %u bytes", line->number, BATCH_LINE_MAX);
	return json_read_bytes("item", &bytes, &item->document, error) && read_fields(item, verify, error);
}

static char *print(const struct verify *verify, const struct item *item, bool explain)
{
	json_t *verdict = verify_json(verify, explain);
	char *text = NULL;

	if (verdict && (!item->id || json_object_set(verdict, "item", item->id) == 0))
		text = json_dumps(verdict, JSON_COMPACT);
	json_decref(verdict);
	return text;
}

char *batch_judge(const struct verify_options *options, const struct verify_inputs *in, const struct batch_line *line,
		  bool *accepted)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	struct item item = {.document = NULL};
	struct error error;
	char *text;

	*accepted = false;
	if (!verify)
		return NULL;
	verify->name = "item";
	verify_inputs_apply(options, in, verify);
	if (read_item(line, &item, verify, &error)) {
		verify->nonce = item.has_nonce ? item.nonce : NULL;
		verify->report_data = item.has_report_data ? item.report_data : NULL;
		verify->leaf_hint = item.leaf.data ? &item.leaf : NULL;
	} else {
		findings_result(&verify->findings, CHECK_EVIDENCE_FORM, false, &error);
	}
	verify_run(verify);
	*accepted = verify_exit_code(verify) == EXIT_ACCEPTED;
	text = print(verify, &item, options->explain);
	verify_free(verify);
	free(verify);
	blob_free(&item.bundle);
	blob_free(&item.leaf);
	json_decref(item.document);
	return text;
}
