/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "json_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool json_output_prepare(struct file_output *output, const char *path, const json_t *json, struct error *error)
{
	char *text, *line = NULL;
	bool ok;

	if (!json)
		return false;
	text = json_dumps(json, JSON_INDENT(2));
	ok = (text && asprintf(&line, "%s\n", text) >= 0) || error_no_memory(error);
	ok = ok && file_output_prepare(output, path, line, strlen(line), error);
	free(line);
	free(text);
	return ok;
}
