/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "file.h"
#include "igvm_parse.h"
#include "measure.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " measure [OPTIONS] FILE.igvm\n"
	"Predict the SEV-SNP launch measurement of an IGVM file.\n"
	"\n"
	"  -p, --profile P            loader: qemu-kvm (the default and the only one)\n"
	"  -n, --vcpus N              number of vCPUs at launch (default 1): KVM measures each vCPU's VMSA\n"
	"      --cpu-signature VALUE  CPUID 1 EAX of vCPUs the file leaves out (default 0x800f12, EPYC-v4)\n"
	"  -s, --steps                every step of the digest chain\n"
	"  -j, --json                 JSON instead of text\n"
	"  -h, --help                 this text\n";

struct arguments {
	const char *path;
	struct measure_options measure;
	bool json;
};

static json_t *steps_json(const struct measurement *measurement)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < measurement->step_count; i++) {
		const struct measure_step *step = &measurement->step[i];
		char hex[2 * SNP_DIGEST_SIZE + 1];

		command_hex(step->digest, SNP_DIGEST_SIZE, hex);
		json_array_append_new(steps, json_pack("{s:s, s:o, s:I, s:s}", "type", measure_type_name(step->type),
						       "gpa", command_json_hex(step->gpa), "offset",
						       (json_int_t)step->offset, "digest", hex));
	}
	return steps;
}

static int print_json(const struct arguments *arguments, const struct measurement *measurement)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];
	json_t *result;

	command_hex(measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE, hex);
	result = json_pack("{s:s, s:i, s:s, s:I, s:o, s:I, s:s}", "format", "svsm-measurement", "version", 1, "profile",
			   "qemu-kvm", "vcpus", (json_int_t)measurement->vcpus, "guest_policy",
			   command_json_hex(measurement->guest_policy), "page_steps",
			   (json_int_t)measurement->page_steps, "digest", hex);
	if (result && arguments->measure.keep_steps)
		json_object_set_new(result, "steps", steps_json(measurement));
	return command_print_json(result);
}

static int print_text(const struct measurement *measurement)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	for (size_t i = 0; i < measurement->step_count; i++) {
		const struct measure_step *step = &measurement->step[i];

		command_hex(step->digest, SNP_DIGEST_SIZE, hex);
		printf("%zu %s 0x%012" PRIx64 " %s\n", i + 1, measure_type_name(step->type), step->gpa, hex);
	}
	command_hex(measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE, hex);
	puts(hex);
	return fflush(stdout) == 0 ? 0 : ERROR_IO;
}

static int run(const struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct measurement measurement = {.vcpus = 0};
	struct igvm_file file = {.name = NULL};
	struct file_data data;
	int result;

	if (!file_read(arguments->path, FILE_IMAGE_MAX, &data, &error))
		return command_fail(&error);
	if (!igvm_parse(arguments->path, data.bytes, data.size, &file, &error) ||
	    !measure_qemu_kvm(&file, &arguments->measure, &measurement, &error))
		result = command_fail(&error);
	else
		result = arguments->json ? print_json(arguments, &measurement) : print_text(&measurement);
	measurement_free(&measurement);
	igvm_file_free(&file);
	file_data_free(&data);
	return result;
}

int command_measure(int argc, char **argv)
{
	static const struct option options[] = {
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-signature", required_argument, NULL, 'S'},
		{"steps", no_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.measure = {.vcpus = 1, .cpu_signature = MEASURE_CPU_SIGNATURE}};
	uint64_t number;
	int option;

	while ((option = getopt_long(argc, argv, "p:n:sjh", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			if (strcmp(optarg, "qemu-kvm") != 0)
				return command_usage(argv[0], "the only profile is qemu-kvm");
			break;
		case 'n':
			if (!command_number(optarg, 1, MEASURE_VCPU_MAX, &number))
				return command_usage(argv[0], "--vcpus must be 1 to 512");
			arguments.measure.vcpus = (uint32_t)number;
			break;
		case 'S':
			if (!command_number(optarg, 0, UINT32_MAX, &number))
				return command_usage(argv[0], "--cpu-signature must be a 32-bit number");
			arguments.measure.cpu_signature = (uint32_t)number;
			break;
		case 's':
			arguments.measure.keep_steps = true;
			break;
		case 'j':
			arguments.json = true;
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
	arguments.path = argv[optind];
	return run(&arguments);
}
