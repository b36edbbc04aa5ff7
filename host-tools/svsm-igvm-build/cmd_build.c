/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "build.h"
#include "cpu_model.h"
#include "json_output.h"
#include "reference.h"
#include "statement.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " build [OPTIONS] DESCRIPTION.json -o OUT.igvm\n"
	"Build an IGVM file. Equal inputs give equal bytes; files appear complete or not at all.\n"
	"\n"
	"  -o, --output FILE      the IGVM file to write\n"
	"  -i, --input-dir DIR    relative names in the description start here, not beside the description\n"
	"  -r, --reference FILE   also write reference values (JSON) for a verifier: launch digests, policy, input "
	"hashes\n"
	"  -t, --statement FILE   also write an in-toto statement: digest and image as subjects, inputs as materials\n"
	"  -p, --profile P        loader of these (may be repeated; default: every loader that takes the image)\n"
	"  -n, --vcpus N          reference values for 1 to N vCPUs (default: for the description's number)\n"
	"  -c, --cpu-model M      CPU of the vCPUs after the first (default " CPU_MODEL_DEFAULT ")\n"
	"  -h, --help             this text\n";

struct arguments {
	struct build_request request;
	const char *reference, *statement;
	struct reference_options options;
};

static bool write_documents(const struct arguments *arguments, const struct build *build, struct file_output output[2],
			    struct error *error)
{
	const struct reference_source source = {&build->description, &build->inputs, &build->parsed};
	json_t *values, *made = NULL;
	bool ok;

	if (!arguments->reference && !arguments->statement)
		return true;
	values = reference_values(&source, &arguments->options, error);
	ok = values && (!arguments->reference || json_output_prepare(&output[0], arguments->reference, values, error));
	if (ok && arguments->statement) {
		made = statement(values, &build->igvm, error);
		ok = json_output_prepare(&output[1], arguments->statement, made, error);
	}
	if (ok)
		reference_warn(arguments->reference ? arguments->reference : arguments->statement, values,
			       &build->parsed);
	json_decref(made);
	json_decref(values);
	return ok;
}

/* The image appears last: where it is, its documents are too. */
static bool write_outputs(const struct arguments *arguments, const struct build *build, struct file_output output[3],
			  struct error *error)
{
	if (!file_output_prepare(&output[0], arguments->request.output, build->igvm.bytes, build->igvm.size, error) ||
	    !write_documents(arguments, build, &output[1], error))
		return false;
	for (size_t i = 3; i-- > 0;) {
		if (output[i].path && !file_output_commit(&output[i], error))
			return false;
	}
	return true;
}

static int run(struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct file_output output[3] = {{.path = NULL}};
	struct build *build = calloc(1, sizeof(*build));
	bool ok;

	if (!build)
		return error_no_memory(&error), command_fail(&error);
	ok = build_image(&arguments->request, build, &error);
	if (ok && arguments->options.vcpus == 0)
		arguments->options.first_vcpus = arguments->options.vcpus = build->description.vcpus;
	ok = ok && write_outputs(arguments, build, output, &error);
	for (size_t i = 0; i < 3; i++)
		file_output_cleanup(&output[i]);
	build_free(build);
	free(build);
	return ok ? 0 : command_fail(&error);
}

static int parse(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"reference", required_argument, NULL, 'r'},
		{"statement", required_argument, NULL, 't'},
		{"input-dir", required_argument, NULL, 'i'},
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct reference_options *reference = &arguments->options;
	uint64_t number;
	int option;

	while ((option = getopt_long(argc, argv, "o:r:t:i:p:n:c:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			arguments->request.output = optarg;
			break;
		case 'r':
			arguments->reference = optarg;
			break;
		case 't':
			arguments->statement = optarg;
			break;
		case 'i':
			arguments->request.input_dir = optarg;
			break;
		case 'p':
			if (reference->profile_count == REFERENCE_PROFILES_MAX)
				return command_usage(argv[0], "--profile is given too often");
			reference->profile[reference->profile_count] = command_profile(argv[0], optarg);
			if (!reference->profile[reference->profile_count++])
				return ERROR_USAGE;
			break;
		case 'n':
			if (!command_number(optarg, 1, LAUNCH_VCPU_MAX, &number))
				return command_usage(argv[0], "--vcpus must be 1 to 512");
			reference->vcpus = (uint32_t)number;
			break;
		case 'c':
			if (!command_cpu_model(argv[0], optarg, &reference->cpu_signature))
				return ERROR_USAGE;
			break;
		case 'h':
			fputs(help, stdout);
			return -1;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (argc - optind != 1 || !arguments->request.output)
		return command_usage(argv[0], "one description and -o are needed");
	arguments->request.description = argv[optind];
	return 0;
}

int command_build(int argc, char **argv)
{
	struct arguments arguments = {.options = {.first_vcpus = 1}};
	int status;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &arguments.options.cpu_signature))
		return ERROR_USAGE;
	status = parse(argc, argv, &arguments);
	if (status)
		return status < 0 ? 0 : status;
	return run(&arguments);
}
