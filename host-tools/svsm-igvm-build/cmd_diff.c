/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "build.h"
#include "cpu_model.h"
#include "description_find.h"
#include "differences.h"
#include "load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " diff [OPTIONS] A.igvm B.igvm\n"
	"       " PROGRAM " diff [OPTIONS] A.igvm DIR\n"
	"       " PROGRAM " diff [OPTIONS] A.igvm --description DESCRIPTION.json [--input-dir DIR]\n"
	"Say what differs between two images, or between an image and its inputs: pages, registers, policy, headers; "
	"at which\n"
	"step their launch digests part, and why. DIR holds all inputs and, as a file *.json, their description.\n"
	"\n"
	"  -d, --description FILE  build the second image from this description\n"
	"  -i, --input-dir DIR     with its files from here\n"
	"  -p, --profile P         loader whose launch digest is compared (default: the description's, else qemu-kvm)\n"
	"  -n, --vcpus N           number of vCPUs (default: the description's, else 1)\n"
	"  -c, --cpu-model M       CPU of vCPUs the files leave out (default " CPU_MODEL_DEFAULT ")\n"
	"  -j, --json              JSON instead of text\n"
	"  -h, --help              this text\n"
	"\n"
	"Exit status: 0 the same bytes, 1 different or refused, 2 wrong command line, 3 cannot read.\n";

struct arguments {
	const char *a, *b;
	struct build_request request; /* instead of b */
	struct measure_options measure;
	bool json;
};

static const char *text_of(const json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	return json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "-";
}

static void print_divergence(const json_t *digest)
{
	static const char *const sides[] = {"a", "b"};
	const json_t *first = json_object_get(digest, "first_divergence");
	const char *place = json_string_value(json_object_get(first, "place"));

	printf("launch digest (%s, %d vCPU)\n  a %s\n  b %s\n", json_string_value(json_object_get(digest, "profile")),
	       (int)json_integer_value(json_object_get(digest, "vcpus")), text_of(json_object_get(digest, "a")),
	       text_of(json_object_get(digest, "b")));
	if (json_is_null(first)) {
		puts("  equal: nothing that is measured differs");
		return;
	}
	printf("  part at step %d: %s%s%s%s\n", (int)json_integer_value(json_object_get(first, "step")),
	       text_of(json_object_get(first, "reason")), place ? " (" : "", place ? place : "", place ? ")" : "");
	for (int i = 0; i < 2; i++) {
		const json_t *step = json_object_get(first, sides[i]);

		printf("  %s: %s %s\n", sides[i], text_of(json_object_get(step, "type")),
		       text_of(json_object_get(step, "gpa")));
	}
}

static int print_text(const json_t *result)
{
	const json_t *list = json_object_get(result, "differences");
	const int more = (int)json_integer_value(json_object_get(result, "not_listed"));

	if (json_is_true(json_object_get(result, "same")))
		puts("the same bytes");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *place = json_string_value(json_object_get(item, "place"));

		printf("%s %s%s%s%s", text_of(json_object_get(item, "what")), text_of(json_object_get(item, "where")),
		       place ? " (" : "", place ? place : "", place ? ")" : "");
		/* Pages of one type with other contents have nothing to say here. */
		if (json_equal(json_object_get(item, "a"), json_object_get(item, "b")))
			puts("");
		else
			printf(": %s -> %s\n", text_of(json_object_get(item, "a")),
			       text_of(json_object_get(item, "b")));
	}
	if (more)
		printf("and %d more\n", more);
	print_divergence(json_object_get(result, "digest"));
	return command_flush();
}

static int print(json_t *result, bool json)
{
	const bool same = json_is_true(json_object_get(result, "same"));
	int status;

	if (json) {
		status = command_print_json(result);
	} else {
		status = print_text(result);
		json_decref(result);
	}
	return status ? status : same ? 0 : ERROR_INVALID;
}

static int run(struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct loaded a = {.findings = NULL}, b = {.findings = NULL};
	struct build *build = calloc(1, sizeof(*build));
	char *found = NULL;
	json_t *result = NULL;
	bool ok = build || error_no_memory(&error);
	int status;

	if (ok && arguments->b && description_is_folder(arguments->b)) {
		found = description_find(arguments->b, &error);
		ok = found != NULL;
		arguments->request.description = found;
		arguments->b = NULL;
	}

	ok = ok && load_igvm(arguments->a, &a, &error) &&
	     (arguments->b ? load_igvm(arguments->b, &b, &error) : build_image(&arguments->request, build, &error));
	if (arguments->measure.vcpus == 0)
		arguments->measure.vcpus = arguments->b || !ok ? 1 : build->description.vcpus;
	if (!arguments->measure.profile)
		arguments->measure.profile = arguments->b || !ok ? profile_at(0) : build->description.profile;
	if (ok)
		result =
			differences_json(&a.file, arguments->b ? &b.file : &build->parsed, &arguments->measure, &error);
	status = result ? print(result, arguments->json) : command_fail(&error);
	loaded_free(&a);
	loaded_free(&b);
	if (build)
		build_free(build);
	free(build);
	free(found);
	return status;
}

int command_diff(int argc, char **argv)
{
	static const struct option options[] = {
		{"description", required_argument, NULL, 'd'},
		{"input-dir", required_argument, NULL, 'i'},
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.request = {.output = "image from the description"},
				      .measure = {.progress = true}};
	int option, status;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &arguments.measure.cpu_signature))
		return ERROR_USAGE;
	while ((option = getopt_long(argc, argv, "d:i:p:n:c:jh", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			arguments.request.description = optarg;
			break;
		case 'i':
			arguments.request.input_dir = optarg;
			break;
		case 'j':
			arguments.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			status = command_launch_option(argv[0], option, optarg, &arguments.measure);
			if (status)
				return status < 0 ? command_usage(argv[0], NULL) : status;
		}
	}
	if (argc - optind != (arguments.request.description ? 1 : 2))
		return command_usage(argv[0],
				     "two images, an image and a folder, or an image and --description, are needed");
	arguments.a = argv[optind];
	arguments.b = arguments.request.description ? NULL : argv[optind + 1];
	return run(&arguments);
}
