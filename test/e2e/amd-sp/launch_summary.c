/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "launch_summary.h"

#include "sp_file.h"
#include "sp_hex.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_MAX SNP_DIGEST_SIZE

static json_t *hex(const void *bytes, size_t size)
{
	char text[2 * FIELD_MAX + 1];

	sp_hex_encode(bytes, size, text);
	return json_string(text);
}

static json_t *hex_if(bool present, const void *bytes, size_t size)
{
	return present ? hex(bytes, size) : json_null();
}

bool launch_summary_write(const struct sp_guest *guest, const char *dir)
{
	char policy[24], *text = NULL;
	json_t *summary;
	bool done;

	snprintf(policy, sizeof(policy), "%#llx", (unsigned long long)guest->policy);
	summary = json_pack(
		"{s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "digest",
		hex(guest->digest, sizeof(guest->digest)), "policy", policy, "pages", (json_int_t)guest->pages,
		"guest_svn", (json_int_t)guest->guest_svn, "family_id", hex(guest->family_id, sizeof(guest->family_id)),
		"image_id", hex(guest->image_id, sizeof(guest->image_id)), "host_data",
		hex(guest->host_data, sizeof(guest->host_data)), "id_key_digest",
		hex_if(guest->id_block_en, guest->id_key_digest, sizeof(guest->id_key_digest)), "author_key_digest",
		hex_if(guest->author_key_en, guest->author_key_digest, sizeof(guest->author_key_digest)), "report_id",
		hex(guest->report_id, sizeof(guest->report_id)));
	if (summary != NULL)
		text = json_dumps(summary, JSON_INDENT(2));
	done = text != NULL && sp_file_write(dir, "launch.json", text, strlen(text), 0644);
	free(text);
	json_decref(summary);
	return done;
}
