/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "findings_json.h"

#include <inttypes.h>
#include <string.h>

static const char *severity_name(enum finding_severity severity)
{
	return severity == FINDING_ERROR ? "error" : "warning";
}

json_t *findings_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->kept; i++) {
		const struct finding *item = &findings->item[i];
		json_t *entry = json_pack(
			"{s:o, s:o, s:I, s:s, s:s}", "rule", json_sprintf("%s/%s", item->scope, item->rule), "profile",
			strcmp(item->scope, FINDINGS_FORMAT) == 0 ? json_null() : json_string(item->scope), "offset",
			(json_int_t)item->offset, "severity", severity_name(item->severity), "message", item->message);

		json_array_append_new(list, entry);
	}
	return list;
}

void findings_print(FILE *stream, const char *name, const char *kind, const struct findings *findings)
{
	for (size_t i = 0; i < findings->kept; i++) {
		const struct finding *item = &findings->item[i];

		fprintf(stream, "%s: offset 0x%" PRIx64 ": %s: %s/%s: %s\n", name, item->offset,
			kind ? kind : severity_name(item->severity), item->scope, item->rule, item->message);
	}
	if (findings->count > findings->kept)
		fprintf(stream, "%s: and %zu more\n", name, findings->count - findings->kept);
}
