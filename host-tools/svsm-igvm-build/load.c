/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "load.h"

#include <stdlib.h>
#include <string.h>

bool load_igvm(const char *path, struct loaded *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->findings = calloc(1, sizeof(*out->findings));
	if (!out->findings)
		return error_no_memory(error);
	return file_read(path, FILE_IMAGE_MAX, &out->data, error) &&
	       igvm_parse(path, out->data.bytes, out->data.size, &out->file, out->findings, error);
}

void loaded_free(struct loaded *loaded)
{
	igvm_file_free(&loaded->file);
	file_data_free(&loaded->data);
	free(loaded->findings);
	loaded->findings = NULL;
}
