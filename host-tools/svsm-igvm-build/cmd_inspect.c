/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "igvm_parse.h"
#include "inspect.h"

#include <getopt.h>
#include <stdio.h>

static const char help[] = "Usage: " PROGRAM " inspect [OPTIONS] FILE.igvm\n"
			   "Show headers, page runs, initial registers and boot info of an IGVM file.\n"
			   "\n"
			   "  -j, --json   JSON instead of text\n"
			   "  -h, --help   this text\n";

static int run(const char *path, bool json)
{
	struct error error = {.kind = ERROR_NONE};
	struct igvm_file file = {.name = NULL};
	struct file_data data;
	int result;

	if (!file_read(path, FILE_IMAGE_MAX, &data, &error))
		return command_fail(&error);
	if (!igvm_parse(path, data.bytes, data.size, &file, NULL, &error)) {
		result = command_fail(&error);
	} else {
		json_t *summary = inspect_json(&file);

		if (json || !summary) {
			result = command_print_json(summary);
		} else {
			result = inspect_print(summary) ? 0 : ERROR_IO;
			json_decref(summary);
		}
	}
	igvm_file_free(&file);
	file_data_free(&data);
	return result;
}

int command_inspect(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (argc - optind != 1)
		return command_usage(argv[0], "exactly one file is needed");
	return run(argv[optind], json);
}
