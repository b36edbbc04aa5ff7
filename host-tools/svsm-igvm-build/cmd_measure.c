/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "accept.h"
#include "cpu_model.h"
#include "findings_json.h"
#include "load.h"
#include "measure_ovmf.h"
#include "steps_print.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_DEFAULT 0x30000ull /* QEMU's default guest policy */

static const char help[] =
	"Usage: " PROGRAM " measure [OPTIONS] FILE.igvm\n"
	"       " PROGRAM " measure [OPTIONS] --ovmf FILE [--kernel FILE [--initrd FILE] [--append TEXT]]\n"
	"Predict the SEV-SNP launch measurement of an IGVM file or of a bare OVMF image.\n"
	"\n"
	"  -n, --vcpus N          number of vCPUs at launch (default 1)\n"
	"  -c, --cpu-model M      CPU of the vCPUs: a QEMU name such as EPYC-Milan-v2, FAMILY:MODEL:STEPPING, or CPUID "
	"1\n"
	"                         EAX as 0x...; QEMU puts it into RDX, on GCE the place of VMSAs depends on it "
	"(default\n"
	"                         " CPU_MODEL_DEFAULT ")\n"
	"  -s, --steps            every step of the digest chain\n"
	"  -j, --json             JSON instead of text\n"
	"  -h, --help             this text\n"
	"\n"
	"IGVM file:\n"
	"  -p, --profile P        loader (default qemu-kvm; see '" PROGRAM " profiles')\n"
	"      --strict           refuse what lint finds, instead of warning\n"
	"\n"
	"OVMF image:\n"
	"  -O, --ovmf FILE        the whole image, as given to the VMM\n"
	"  -m, --mode V           VMM: qemu (default), ec2 or gce\n"
	"  -F, --sev-features HEX SEV features of the vCPUs (default 1; 21 with DEBUG_SWAP)\n"
	"      --kernel FILE      measured direct boot: the hashes of kernel, initrd and command line\n"
	"      --initrd FILE\n"
	"      --append TEXT\n"
	"      --policy HEX       guest policy to print; it is not part of the measurement (default 0x30000)\n"
	"      --rdx HEX          RDX at reset, instead of what the mode says\n"
	"      --ovmf-hash HEX    digest after the image's own pages, instead of measuring them\n"
	"      --hash-only        print that digest\n";

struct arguments {
	const char *path, *ovmf, *kernel, *initrd, *append;
	struct measure_options measure;
	const struct vmm *vmm;
	uint64_t sev_features, policy, rdx;
	bool has_rdx, has_seed, hash_only, strict, steps, json;
	bool ovmf_option, igvm_option; /* an option of the one kind was given */
	uint8_t seed[SNP_DIGEST_SIZE];
};

static json_t *digest_json(const uint8_t digest[SNP_DIGEST_SIZE])
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(digest, SNP_DIGEST_SIZE, hex);
	return json_string(hex);
}

/* What both kinds of input print; the caller adds to it. */
static json_t *result_json(const struct arguments *arguments, const struct measurement *measurement, const char *input,
			   const char *profile)
{
	return json_pack("{s:s, s:i, s:s, s:o, s:s, s:I, s:o, s:o, s:I}", "format", "svsm-measurement", "version", 1,
			 "input", input, "launch_digest", digest_json(measurement->digest[measurement->vcpus - 1]),
			 "profile", profile, "vcpus", (json_int_t)measurement->vcpus, "policy",
			 measurement->has_guest_policy ? command_json_hex(measurement->guest_policy) : json_null(),
			 "cpu_signature", command_json_hex(arguments->measure.cpu_signature), "page_steps",
			 (json_int_t)measurement->page_steps);
}

/* `result`: for JSON, else ignored. Its reference is consumed. */
static int print(const struct arguments *arguments, const struct measurement *measurement, json_t *result,
		 steps_measure *measure, const void *input)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];
	struct error error;

	if (arguments->json && !arguments->steps)
		return command_print_json(result);
	if (arguments->json) {
		if (!steps_print_json(result, measure, input, &error))
			return command_fail(&error);
	} else {
		if (arguments->steps && !steps_print_text(measure, input, &error))
			return command_fail(&error);
		command_hex(measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE, hex);
		puts(hex);
	}
	return command_flush();
}

struct igvm_input {
	const struct igvm_file *file;
	const struct measure_options *options;
};

static bool igvm_steps(const void *input, const struct digest_sink *sink, struct error *error)
{
	const struct igvm_input *igvm = input;
	struct measure_options options = *igvm->options;
	struct measurement measurement;
	bool ok;

	options.sink = *sink;
	ok = measure_igvm(igvm->file, &options, &measurement, error);
	measurement_free(&measurement);
	return ok;
}

/* By the sources that disagree with the profile. Sets *measured when that gives another digest. */
static bool other_reading(const struct arguments *arguments, const struct igvm_file *file,
			  const struct measurement *measurement, uint8_t digest[SNP_DIGEST_SIZE], bool *differs)
{
	struct measure_options options = arguments->measure;
	struct measurement other;
	struct error error;
	bool ok;

	*differs = false;
	if (!options.profile->other)
		return true;
	options.profile = options.profile->other;
	ok = measure_igvm(file, &options, &other, &error);
	if (ok) {
		memcpy(digest, other.digest[other.vcpus - 1], SNP_DIGEST_SIZE);
		*differs = memcmp(digest, measurement->digest[measurement->vcpus - 1], SNP_DIGEST_SIZE) != 0;
	}
	measurement_free(&other);
	return ok || command_fail(&error) == 0;
}

static json_t *other_json(const char *reason, const uint8_t digest[SNP_DIGEST_SIZE])
{
	return json_pack("{s:s, s:o}", "reason", reason, "launch_digest", digest_json(digest));
}

static int print_igvm(const struct arguments *arguments, const struct measurement *measurement,
		      const struct igvm_file *file, const struct findings *findings)
{
	const struct igvm_input input = {file, &arguments->measure};
	const char *disagreement = arguments->measure.profile->disagreement;
	uint8_t other[SNP_DIGEST_SIZE];
	char hex[2 * SNP_DIGEST_SIZE + 1];
	bool differs;
	json_t *result;

	if (!other_reading(arguments, file, measurement, other, &differs))
		return ERROR_IO;

	if (findings->count > 0) {
		findings_print(stderr, arguments->path, NULL, findings);
		fprintf(stderr, PROGRAM ": warning: %s would not start this file, or not as it says\n",
			arguments->measure.profile->name);
	}
	if (differs && !arguments->json) {
		command_hex(other, sizeof(other), hex);
		fprintf(stderr, PROGRAM ": note: sources disagree: %s; by these %s\n", disagreement, hex);
	}
	result = arguments->json ? result_json(arguments, measurement, "igvm", arguments->measure.profile->name) : NULL;
	if (result && differs)
		json_object_set_new(result, "other_reading", other_json(disagreement, other));
	if (result) {
		json_object_set_new(result, "accepted", json_boolean(findings->count == 0));
		json_object_set_new(result, "findings", findings_json(findings));
	}
	return print(arguments, measurement, result, igvm_steps, &input);
}

static int run_igvm(const struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct measurement measurement = {.vcpus = 0};
	struct loaded loaded;
	int result;

	if (!load_igvm(arguments->path, &loaded, &error)) {
		result = command_fail(&error);
	} else {
		accept_check(&loaded.file, arguments->measure.profile, loaded.findings);
		if (arguments->strict && loaded.findings->count > 0) {
			findings_print(stderr, arguments->path, NULL, loaded.findings);
			result = ERROR_INVALID;
		} else if (!measure_igvm(&loaded.file, &arguments->measure, &measurement, &error)) {
			result = command_fail(&error);
		} else {
			result = print_igvm(arguments, &measurement, &loaded.file, loaded.findings);
		}
	}
	measurement_free(&measurement);
	loaded_free(&loaded);
	return result;
}

struct ovmf_files {
	struct file_data image, kernel, initrd;
	struct ovmf ovmf;
	struct sev_hashes_input hashes;
	struct measure_ovmf_options options;
	struct measurement measurement, other;
};

static bool ovmf_steps(const void *input, const struct digest_sink *sink, struct error *error)
{
	const struct ovmf_files *files = input;
	struct measure_ovmf_options options = files->options;
	struct measurement measurement;
	bool ok;

	options.sink = *sink;
	ok = measure_ovmf(&files->ovmf, &options, &measurement, error);
	measurement_free(&measurement);
	return ok;
}

static bool measure_files(const struct arguments *arguments, struct ovmf_files *files, struct error *error)
{
	struct measure_ovmf_options other;

	files->options = (struct measure_ovmf_options){
		.vmm = arguments->vmm,
		.vcpus = arguments->hash_only ? 1 : arguments->measure.vcpus,
		.rdx = arguments->has_rdx ? arguments->rdx
					  : measure_ovmf_rdx(arguments->vmm, arguments->measure.cpu_signature),
		.sev_features = arguments->sev_features,
		.vmsa_gpa = vmm_vmsa_gpa(arguments->vmm, arguments->measure.cpu_signature),
		.hashes = arguments->kernel ? &files->hashes : NULL,
		.image_digest = arguments->has_seed ? arguments->seed : NULL,
		.image_only = arguments->hash_only,
		.progress = true,
	};

	if (!files->options.vmsa_gpa)
		return error_set(error, ERROR_INVALID,
				 "--mode %s: no source says where VMSAs are measured on this --cpu-model",
				 arguments->vmm->name);
	if (!file_read(arguments->ovmf, FILE_IMAGE_MAX, &files->image, error) ||
	    !ovmf_parse(arguments->ovmf, files->image.bytes, files->image.size, &files->ovmf, error) ||
	    (arguments->kernel && !file_read(arguments->kernel, FILE_IMAGE_MAX, &files->kernel, error)) ||
	    (arguments->initrd && !file_read(arguments->initrd, FILE_INITRD_MAX, &files->initrd, error)))
		return false;
	files->hashes = (struct sev_hashes_input){files->kernel.bytes, files->kernel.size, files->initrd.bytes,
						  files->initrd.size, arguments->append};
	if (!measure_ovmf(&files->ovmf, &files->options, &files->measurement, error))
		return false;
	files->measurement.guest_policy = arguments->policy;
	files->measurement.has_guest_policy = true;
	if (arguments->hash_only || arguments->has_rdx || !arguments->vmm->disagreement)
		return true;
	other = files->options;
	other.rdx = arguments->vmm->other_rdx;
	return measure_ovmf(&files->ovmf, &other, &files->other, error);
}

static int print_ovmf(const struct arguments *arguments, const struct ovmf_files *files)
{
	json_t *result = NULL;

	if (arguments->json)
		result = result_json(arguments, &files->measurement, "ovmf", arguments->vmm->name);
	else if (files->other.vcpus)
		fprintf(stderr, PROGRAM ": note: %s\n", arguments->vmm->disagreement);
	if (result) {
		json_object_set_new(result, "sev_features", command_json_hex(arguments->sev_features));
		json_object_set_new(result, "kernel_hashes", json_boolean(arguments->kernel != NULL));
		if (files->other.vcpus) {
			json_t *other =
				other_json(arguments->vmm->disagreement, files->other.digest[files->other.vcpus - 1]);

			json_object_set_new(other, "rdx", command_json_hex(arguments->vmm->other_rdx));
			json_object_set_new(result, "other_reading", other);
		}
	}
	return print(arguments, &files->measurement, result, ovmf_steps, files);
}

static int run_ovmf(const struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct ovmf_files *files = calloc(1, sizeof(*files));
	int result;

	if (!files || !measure_files(arguments, files, &error))
		result = files ? command_fail(&error) : (error_no_memory(&error), command_fail(&error));
	else
		result = print_ovmf(arguments, files);
	if (files) {
		measurement_free(&files->measurement);
		measurement_free(&files->other);
		file_data_free(&files->image);
		file_data_free(&files->kernel);
		file_data_free(&files->initrd);
	}
	free(files);
	return result;
}

static int check(const char *command, const struct arguments *arguments, int operands)
{
	if (!arguments->ovmf && operands != 1)
		return command_usage(command, "exactly one file, or --ovmf, is needed");
	if (arguments->ovmf && operands != 0)
		return command_usage(command, "--ovmf names the only image; nothing may follow the options");
	if (!arguments->ovmf && (arguments->ovmf_option || arguments->kernel || arguments->initrd || arguments->append))
		return command_usage(command, "--mode, --sev-features, --kernel and the like need --ovmf");
	if (arguments->ovmf && arguments->igvm_option)
		return command_usage(command, "--profile and --strict are for IGVM files; with --ovmf use --mode");
	if (!arguments->kernel && (arguments->initrd || arguments->append))
		return command_usage(command, "--initrd and --append need --kernel");
	if (arguments->hash_only && (arguments->has_seed || arguments->kernel))
		return command_usage(command, "--hash-only is about the image alone");
	return 0;
}

enum long_option {
	OPTION_KERNEL = 256,
	OPTION_INITRD,
	OPTION_APPEND,
	OPTION_POLICY,
	OPTION_RDX,
	OPTION_OVMF_HASH,
	OPTION_HASH_ONLY,
	OPTION_STRICT,
};

static int ovmf_option(const char *command, int option, struct arguments *arguments)
{
	arguments->ovmf_option = true;
	switch (option) {
	case 'm':
		arguments->vmm = vmm_find(optarg);
		return arguments->vmm ? 0 : command_usage(command, "--mode must be qemu, ec2 or gce");
	case 'F':
		return command_hex_number(optarg, &arguments->sev_features)
			       ? 0
			       : command_usage(command, "--sev-features must be a hexadecimal number");
	case OPTION_KERNEL:
		arguments->kernel = optarg;
		return 0;
	case OPTION_INITRD:
		arguments->initrd = optarg;
		return 0;
	case OPTION_APPEND:
		arguments->append = optarg;
		return 0;
	case OPTION_POLICY:
		return command_hex_number(optarg, &arguments->policy)
			       ? 0
			       : command_usage(command, "--policy must be a hexadecimal number");
	case OPTION_RDX:
		arguments->has_rdx = true;
		return command_hex_number(optarg, &arguments->rdx)
			       ? 0
			       : command_usage(command, "--rdx must be a hexadecimal number");
	case OPTION_OVMF_HASH:
		arguments->has_seed = true;
		return command_unhex(optarg, arguments->seed, sizeof(arguments->seed))
			       ? 0
			       : command_usage(command, "--ovmf-hash must be 96 hexadecimal digits");
	case OPTION_HASH_ONLY:
		arguments->hash_only = true;
		return 0;
	default:
		return command_usage(command, NULL);
	}
}

int command_measure(int argc, char **argv)
{
	static const struct option options[] = {
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"steps", no_argument, NULL, 's'},
		{"strict", no_argument, NULL, OPTION_STRICT},
		{"ovmf", required_argument, NULL, 'O'},
		{"mode", required_argument, NULL, 'm'},
		{"sev-features", required_argument, NULL, 'F'},
		{"kernel", required_argument, NULL, OPTION_KERNEL},
		{"initrd", required_argument, NULL, OPTION_INITRD},
		{"append", required_argument, NULL, OPTION_APPEND},
		{"policy", required_argument, NULL, OPTION_POLICY},
		{"rdx", required_argument, NULL, OPTION_RDX},
		{"ovmf-hash", required_argument, NULL, OPTION_OVMF_HASH},
		{"hash-only", no_argument, NULL, OPTION_HASH_ONLY},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.measure = {.profile = profile_at(0), .vcpus = 1, .progress = true},
				      .vmm = &vmm_qemu,
				      .sev_features = SEV_FEATURE_SNP,
				      .policy = POLICY_DEFAULT};
	int option, status;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &arguments.measure.cpu_signature))
		return ERROR_USAGE;
	while ((option = getopt_long(argc, argv, "p:n:c:sO:m:F:jh", options, NULL)) != -1) {
		switch (option) {
		case OPTION_STRICT:
			arguments.igvm_option = arguments.strict = true;
			break;
		case 's':
			arguments.steps = true;
			break;
		case 'O':
			arguments.ovmf = optarg;
			break;
		case 'j':
			arguments.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			arguments.igvm_option = arguments.igvm_option || option == 'p';
			status = command_launch_option(argv[0], option, optarg, &arguments.measure);
			if (status < 0)
				status = ovmf_option(argv[0], option, &arguments);
			if (status)
				return status;
		}
	}
	status = check(argv[0], &arguments, argc - optind);
	if (status)
		return status;
	arguments.path = argv[optind];
	return arguments.ovmf ? run_ovmf(&arguments) : run_igvm(&arguments);
}
