/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "cpu_model.h"
#include "description.h"
#include "igvm_parse.h"
#include "igvm_write.h"
#include "image.h"
#include "manifest_file.h"
#include "measure.h"
#include "reference.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " build [OPTIONS] DESCRIPTION.json -o OUT.igvm\n"
	"Build an IGVM file. Equal inputs give equal bytes; files appear complete or not at all.\n"
	"\n"
	"  -o, --output FILE          the IGVM file to write\n"
	"  -r, --reference FILE       also write reference values (JSON) for a verifier\n"
	"  -i, --input-dir DIR        relative names in the description start here, not beside the description\n"
	"  -n, --vcpus N              reference values for 1 to N vCPUs (default 1)\n"
	"  -c, --cpu-model M          CPU of the vCPUs after the first (default " CPU_MODEL_DEFAULT ")\n"
	"  -h, --help                 this text\n";

struct arguments {
	const char *description;
	const char *output;
	const char *reference;
	const char *input_dir;
	struct measure_options measure;
};

/* Everything a build owns, so that one function frees it. */
struct build {
	struct description description;
	struct file_data firmware, module[BOOT_MODULE_MAX], guest, initrd;
	struct image_inputs inputs;
	struct image image;
	struct file_data igvm;
	struct igvm_file parsed;
	struct measurement measurement;
	char *reference_text;
	struct file_output output, reference_output;
};

static bool read_input(const struct arguments *arguments, const char *label, struct file_data *data,
		       struct image_input *input, struct error *error)
{
	const char *slash = strrchr(arguments->description, '/');
	char *path = NULL;
	int made;
	bool ok;

	if (label[0] == '/')
		made = asprintf(&path, "%s", label);
	else if (arguments->input_dir)
		made = asprintf(&path, "%s/%s", arguments->input_dir, label);
	else
		made = asprintf(&path, "%.*s%s", slash ? (int)(slash - arguments->description + 1) : 0,
				arguments->description, label);
	if (made < 0)
		return error_no_memory(error);
	ok = file_read(path, FILE_IMAGE_MAX, data, error);
	free(path);
	*input = (struct image_input){label, data->bytes, data->size};
	return ok;
}

static bool read_all(const struct arguments *arguments, struct build *build, struct error *error)
{
	struct description *description = &build->description;
	struct file_data text;
	bool ok;

	if (!file_read(arguments->description, FILE_TEXT_MAX, &text, error))
		return false;
	ok = description_parse(arguments->description, (const char *)text.bytes, text.size, description, error);
	file_data_free(&text);
	ok = ok && read_input(arguments, description->firmware, &build->firmware, &build->inputs.firmware, error);
	for (size_t i = 0; ok && i < description->module_count; i++) {
		ok = read_input(arguments, description->module[i].file, &build->module[i], &build->inputs.module[i],
				error);
		if (ok && description->module[i].kind == BOOT_MODULE_KEY_TEMPLATES)
			ok = manifest_check_module(description->module[i].file, build->module[i].bytes,
						   build->module[i].size, error);
	}
	if (ok && description->guest.kind != BOOT_GUEST_NONE)
		ok = read_input(arguments, description->guest.file, &build->guest, &build->inputs.guest, error);
	if (ok && description->guest.initrd)
		ok = read_input(arguments, description->guest.initrd, &build->initrd, &build->inputs.initrd, error);
	return ok;
}

static bool make_reference(struct build *build, struct error *error)
{
	json_t *values = reference_values(&build->description, &build->inputs, &build->measurement, error);
	char *text;

	if (!values)
		return false;
	text = json_dumps(values, JSON_INDENT(2));
	json_decref(values);
	if (!text || asprintf(&build->reference_text, "%s\n", text) < 0)
		build->reference_text = NULL;
	free(text);
	return build->reference_text || error_no_memory(error);
}

static bool run(const struct arguments *arguments, struct build *build, struct error *error)
{
	if (!read_all(arguments, build, error) ||
	    !image_layout(&build->description, &build->inputs, &build->image, error) ||
	    !igvm_write(&build->image, &build->igvm, error))
		return false;
	/* Nothing leaves that the strict reader and the loader's rules would not take. */
	if (!igvm_parse(arguments->output, build->igvm.bytes, build->igvm.size, &build->parsed, NULL, error) ||
	    !measure_igvm(&build->parsed, &arguments->measure, &build->measurement, error))
		return false;
	if (!file_output_prepare(&build->output, arguments->output, build->igvm.bytes, build->igvm.size, error))
		return false;
	if (arguments->reference &&
	    (!make_reference(build, error) ||
	     !file_output_prepare(&build->reference_output, arguments->reference, build->reference_text,
				  strlen(build->reference_text), error) ||
	     !file_output_commit(&build->reference_output, error)))
		return false;
	return file_output_commit(&build->output, error);
}

static void cleanup(struct build *build)
{
	file_output_cleanup(&build->output);
	file_output_cleanup(&build->reference_output);
	free(build->reference_text);
	measurement_free(&build->measurement);
	igvm_file_free(&build->parsed);
	file_data_free(&build->igvm);
	image_free(&build->image);
	file_data_free(&build->firmware);
	for (size_t i = 0; i < BOOT_MODULE_MAX; i++)
		file_data_free(&build->module[i]);
	file_data_free(&build->guest);
	file_data_free(&build->initrd);
	description_free(&build->description);
}

int command_build(int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"reference", required_argument, NULL, 'r'},
		{"input-dir", required_argument, NULL, 'i'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.measure = {.profile = profile_at(0), .vcpus = 1}};
	struct error error = {.kind = ERROR_NONE};
	struct build *build;
	uint64_t number;
	bool ok;
	int option;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &arguments.measure.cpu_signature))
		return ERROR_USAGE;
	while ((option = getopt_long(argc, argv, "o:r:i:n:c:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			arguments.output = optarg;
			break;
		case 'r':
			arguments.reference = optarg;
			break;
		case 'i':
			arguments.input_dir = optarg;
			break;
		case 'n':
			if (!command_number(optarg, 1, MEASURE_VCPU_MAX, &number))
				return command_usage(argv[0], "--vcpus must be 1 to 512");
			arguments.measure.vcpus = (uint32_t)number;
			break;
		case 'c':
			if (!command_cpu_model(argv[0], optarg, &arguments.measure.cpu_signature))
				return ERROR_USAGE;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (argc - optind != 1 || !arguments.output)
		return command_usage(argv[0], "one description and -o are needed");
	arguments.description = argv[optind];
	build = calloc(1, sizeof(*build));
	if (!build)
		return error_no_memory(&error), command_fail(&error);
	ok = run(&arguments, build, &error);
	cleanup(build);
	free(build);
	return ok ? 0 : command_fail(&error);
}
