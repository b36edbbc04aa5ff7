/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "igvm_parse.h"
#include "image_keys.h"
#include "inspect.h"
#include "inspect_text.h"
#include "manifest_print.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"Usage: " PROGRAM " inspect [OPTIONS] FILE.igvm\n"
	"Show headers, page runs, initial registers, ID block, boot info and key templates of an IGVM file.\n"
	"\n"
	"  -j, --json   JSON instead of text\n"
	"  -h, --help   this text\n";

static int show(const char *path, const struct igvm_file *file, bool json)
{
	struct key_template_document *keys = malloc(sizeof(*keys));
	bool has_keys = keys && image_keys_read(file, keys);
	json_t *summary = inspect_json(file);
	int result;

	if (json || !summary) {
		if (summary)
			json_object_set_new(summary, "key_templates", has_keys ? image_keys_json(keys) : json_null());
		result = command_print_json(summary);
	} else {
		inspect_text_print(path, summary);
		if (has_keys) {
			putchar('\n');
			manifest_print(keys);
		}
		result = command_flush();
		json_decref(summary);
	}
	free(keys);
	return result;
}

static int run(const char *path, bool json)
{
	struct error error = {.kind = ERROR_NONE};
	struct igvm_file file = {.name = NULL};
	struct file_data data;
	int result;

	if (!file_read(path, FILE_IMAGE_MAX, &data, &error))
		return command_fail(&error);
	result = igvm_parse(path, data.bytes, data.size, &file, NULL, &error) ? show(path, &file, json)
									      : command_fail(&error);
	igvm_file_free(&file);
	file_data_free(&data);
	return result;
}

int command_inspect(int argc, char **argv)
{
	bool json = false;
	const int status = command_json_option(argc, argv, help, &json);

	if (status)
		return status < 0 ? 0 : status;
	if (argc - optind != 1)
		return command_usage(argv[0], "exactly one file is needed");
	return run(argv[optind], json);
}
