/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "manifest_file.h"
#include "manifest_print.h"
#include "manifest_probe.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " manifest ACTION [OPTIONS] FILE\n"
	"Work with key-template manifests (the endorsement keys of an image) and manifest selectors (one key), which\n"
	"are JSON files, or compiled ones.\n"
	"\n"
	"  compile FILE.json -o OUT    write what goes into an image, or into a SINGLE_SERVICE_EX call\n"
	"  check FILE...               say what is wrong; nothing when all is good\n"
	"  print FILE                  list the keys\n"
	"  decompile FILE [-o OUT]     write canonical JSON, by default to standard output\n"
	"\n"
	"  -o, --output FILE   where to write\n"
	"  -j, --json          print JSON instead of text\n"
	"  -T, --no-tpm        compile and check without asking libtpms to make the keys\n"
	"  -h, --help          this text\n";

struct arguments {
	const char *output;
	bool json, no_tpm;
	char **files;
	int file_count;
};

static bool write_file(const char *path, const void *bytes, size_t size, struct error *error)
{
	struct file_output output = {.path = NULL};
	bool ok = file_output_prepare(&output, path, bytes, size, error) && file_output_commit(&output, error);

	file_output_cleanup(&output);
	return ok;
}

/* Reads a document and, unless told not to, lets libtpms make its keys. */
static bool read_checked(const struct arguments *arguments, const char *path, struct key_template_document *document,
			 struct error *error)
{
	return manifest_file_read(path, document, error) &&
	       (arguments->no_tpm || manifest_probe(path, document, error));
}

static int compile(const struct arguments *arguments, struct key_template_document *document)
{
	uint8_t bytes[KEY_TEMPLATE_BYTES_MAX];
	struct error error;

	if (!read_checked(arguments, arguments->files[0], document, &error) ||
	    !write_file(arguments->output, bytes, key_template_bytes(document, bytes), &error))
		return command_fail(&error);
	return 0;
}

static int check(const struct arguments *arguments, struct key_template_document *document)
{
	struct error error;
	int result = 0, failed;

	for (int i = 0; i < arguments->file_count; i++) {
		if (read_checked(arguments, arguments->files[i], document, &error))
			continue;
		failed = command_fail(&error);
		result = failed > result ? failed : result;
	}
	return result;
}

static int print(const struct arguments *arguments, struct key_template_document *document)
{
	struct error error;

	if (!manifest_file_read(arguments->files[0], document, &error))
		return command_fail(&error);
	if (arguments->json)
		return command_print_json(manifest_print_json(document));
	manifest_print(document);
	return command_flush();
}

static int decompile(const struct arguments *arguments, struct key_template_document *document)
{
	struct error error;
	bool ok = manifest_file_read(arguments->files[0], document, &error);
	char *text = ok ? key_template_text(document) : NULL;

	if (ok && !text)
		ok = error_no_memory(&error);
	else if (ok && arguments->output)
		ok = write_file(arguments->output, text, strlen(text), &error);
	else if (ok && (fputs(text, stdout) < 0 || fflush(stdout) != 0))
		ok = error_set(&error, ERROR_IO, "cannot write to standard output");
	free(text);
	return ok ? 0 : command_fail(&error);
}

static const struct {
	const char *name;
	int (*run)(const struct arguments *arguments, struct key_template_document *document);
	bool many, output_needed, output_allowed;
} actions[] = {
	{"compile", compile, false, true, true},
	{"check", check, true, false, false},
	{"print", print, false, false, false},
	{"decompile", decompile, false, false, true},
};

static int run(const char *action, const struct arguments *arguments)
{
	struct key_template_document *document;
	size_t i = 0;
	int result;

	while (i < sizeof(actions) / sizeof(actions[0]) && strcmp(actions[i].name, action) != 0)
		i++;
	if (i == sizeof(actions) / sizeof(actions[0]))
		return command_usage("manifest", "ACTION must be compile, check, print or decompile");
	if (arguments->file_count == 0 || (arguments->file_count > 1 && !actions[i].many))
		return command_usage("manifest",
				     actions[i].many ? "at least one file is needed" : "one file is needed");
	if (actions[i].output_needed && !arguments->output)
		return command_usage("manifest", "-o is needed");
	if (arguments->output && !actions[i].output_allowed)
		return command_usage("manifest", "-o goes with compile and decompile only");
	document = malloc(sizeof(*document));
	if (!document)
		return ERROR_IO;
	result = actions[i].run(arguments, document);
	free(document);
	return result;
}

int command_manifest(int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, 'j'},
		{"no-tpm", no_argument, NULL, 'T'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.output = NULL};
	int option;

	while ((option = getopt_long(argc, argv, "o:jTh", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			arguments.output = optarg;
			break;
		case 'j':
			arguments.json = true;
			break;
		case 'T':
			arguments.no_tpm = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (optind == argc)
		return command_usage(argv[0], "ACTION must be compile, check, print or decompile");
	arguments.files = argv + optind + 1;
	arguments.file_count = argc - optind - 1;
	return run(argv[optind], &arguments);
}
