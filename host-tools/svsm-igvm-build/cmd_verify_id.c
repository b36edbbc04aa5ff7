/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "blob.h"
#include "cpu_model.h"
#include "id_block.h"
#include "load.h"
#include "measure.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " verify-id [OPTIONS] FILE.igvm\n"
	"       " PROGRAM " verify-id [OPTIONS] --id-block FILE --id-auth FILE\n"
	"Check an ID block: formats, the ID key's signature, the author key's signature, and for an IGVM file that "
	"the\n"
	"launch digest in it is one the file can have.\n"
	"\n"
	"  -p, --profile P     the digest must be this loader's (default: any but snp-sim)\n"
	"  -n, --vcpus N       the digest must be the one for N vCPUs (default: any number up to 512)\n"
	"  -c, --cpu-model M   CPU of vCPUs the file leaves out (default " CPU_MODEL_DEFAULT ")\n"
	"  -b, --id-block F    ID block, 96 bytes or their base64\n"
	"  -a, --id-auth F     ID authentication information, 4096 bytes or their base64\n"
	"  -j, --json          JSON instead of text\n"
	"  -h, --help          this text\n"
	"\n"
	"With --json a file that is no ID block, or an image without one, is \"valid\": false with its reason as well, "
	"and "
	"the\n"
	"rest is null.\n"
	"\n"
	"Exit status: 0 valid, 1 not valid, 2 wrong command line, 3 cannot read (then no JSON either).\n";

struct arguments {
	const char *path, *block, *auth;
	struct measure_options measure; /* profile NULL, vcpus 0: any */
	bool json;
};

struct result {
	struct id_block id;
	struct id_block_verdict verdict;
	bool measured;		       /* it came with an image */
	const struct profile *profile; /* whose digest it is; NULL: nobody's */
	uint32_t vcpus;
};

/* Looks for a loader and a number of vCPUs that give the ID block's launch digest. */
static bool find_digest(const struct arguments *arguments, const struct igvm_file *file, struct result *result,
			struct error *error)
{
	struct measure_options options = {.cpu_signature = arguments->measure.cpu_signature, .progress = true};
	bool any = false;

	for (size_t i = 0; !result->profile && (options.profile = profile_at(i)); i++) {
		struct measurement measurement;

		/* The simulated machine counts only when it is asked for. */
		if (arguments->measure.profile ? options.profile != arguments->measure.profile
					       : options.profile->absent_vp == PROFILE_ABSENT_NOT_MEASURED)
			continue;
		options.vcpus = arguments->measure.vcpus ? arguments->measure.vcpus : LAUNCH_VCPU_MAX;
		/* Where only one vCPU can be predicted, that one is tried. */
		if (options.profile->absent_vp == PROFILE_ABSENT_UNKNOWN && !arguments->measure.vcpus)
			options.vcpus = 1;
		if (!measure_igvm(file, &options, &measurement, error)) {
			measurement_free(&measurement);
			continue;
		}
		any = true;
		for (uint32_t n = arguments->measure.vcpus ? arguments->measure.vcpus : 1;
		     n <= options.vcpus && !result->profile; n++) {
			if (memcmp(measurement.digest[n - 1], result->id.block.ld, SNP_DIGEST_SIZE) == 0) {
				result->profile = options.profile;
				result->vcpus = n;
			}
		}
		measurement_free(&measurement);
	}
	return any; /* else `error` says why nothing could be measured */
}

static bool from_image(const struct arguments *arguments, struct result *result, struct error *error)
{
	const struct igvm_record *record;
	struct igvm_snp_id_block block;
	struct loaded loaded;
	uint64_t policy;
	bool ok = load_igvm(arguments->path, &loaded, error);

	if (ok) {
		record = id_block_find(&loaded.file);
		if (!record || !id_block_policy(&loaded.file, &policy)) {
			ok = error_set(error, ERROR_INVALID, "%s: has no %s for SEV-SNP", arguments->path,
				       record ? "guest policy" : "ID block");
		} else {
			igvm_record_read(&loaded.file, record, &block, sizeof(block));
			id_block_from_igvm(&block, policy, &result->id);
			result->measured = true;
			ok = find_digest(arguments, &loaded.file, result, error);
		}
	}
	loaded_free(&loaded);
	return ok;
}

static bool from_files(const struct arguments *arguments, struct result *result, struct error *error)
{
	return blob_read(arguments->block, &result->id.block, sizeof(result->id.block), error) &&
	       blob_read(arguments->auth, &result->id.auth, sizeof(result->id.auth), error);
}

static const char *problem(const struct result *result)
{
	if (result->verdict.reason)
		return result->verdict.reason;
	if (result->measured && !result->profile)
		return "the launch digest in the ID block is not one of this image";
	return NULL;
}

static json_t *hex_json(const uint8_t *bytes, size_t size)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(bytes, size, hex);
	return json_string(hex);
}

static int print_json(const struct result *result)
{
	const struct snp_id_block *block = &result->id.block;

	return command_print_json(json_pack(
		"{s:s, s:i, s:b, s:s?, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:s?, s:o}", "format", "svsm-id-verification",
		"version", 1, "valid", problem(result) == NULL, "reason", problem(result), "id_key_digest",
		hex_json(result->verdict.id_key_digest, SNP_DIGEST_SIZE), "author_key_digest",
		result->verdict.has_author ? hex_json(result->verdict.author_key_digest, SNP_DIGEST_SIZE) : json_null(),
		"launch_digest", hex_json(block->ld, sizeof(block->ld)), "family_id",
		hex_json(block->family_id, sizeof(block->family_id)), "image_id",
		hex_json(block->image_id, sizeof(block->image_id)), "guest_svn", (json_int_t)block->guest_svn, "policy",
		command_json_hex(block->policy), "profile", result->profile ? result->profile->name : NULL, "vcpus",
		result->profile ? json_integer(result->vcpus) : json_null()));
}

/* There was no ID block to judge: the same fields, all but the reason null. */
static void print_json_unjudged(const struct error *error)
{
	(void)command_print_json(json_pack("{s:s, s:i, s:b, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}",
					   "format", "svsm-id-verification", "version", 1, "valid", false, "reason",
					   error->text, "id_key_digest", "author_key_digest", "launch_digest",
					   "family_id", "image_id", "guest_svn", "policy", "profile", "vcpus"));
}

static int print_text(const struct result *result)
{
	char hex[2 * SNP_DIGEST_SIZE + 1];

	command_hex(result->id.block.ld, SNP_DIGEST_SIZE, hex);
	printf("launch digest      %s\n", hex);
	if (result->profile)
		printf("                   %s, %" PRIu32 " vCPU%s\n", result->profile->name, result->vcpus,
		       result->vcpus > 1 ? "s" : "");
	command_hex(result->id.block.family_id, sizeof(result->id.block.family_id), hex);
	printf("family id          %s\n", hex);
	command_hex(result->id.block.image_id, sizeof(result->id.block.image_id), hex);
	printf("image id           %s\n", hex);
	printf("guest SVN          %" PRIu32 "\n", result->id.block.guest_svn);
	printf("policy             0x%" PRIx64 "\n", result->id.block.policy);
	command_hex(result->verdict.id_key_digest, SNP_DIGEST_SIZE, hex);
	printf("ID key digest      %s\n", hex);
	command_hex(result->verdict.author_key_digest, SNP_DIGEST_SIZE, hex);
	printf("author key digest  %s\n", result->verdict.has_author ? hex : "none");
	printf("%s%s%s\n", problem(result) ? "not valid: " : "valid", problem(result) ? problem(result) : "", "");
	return command_flush();
}

static int run(const struct arguments *arguments)
{
	struct error error = {.kind = ERROR_NONE};
	struct result *result = calloc(1, sizeof(*result));
	int status;

	if (!result)
		return error_no_memory(&error), command_fail(&error);
	if (!(arguments->block ? from_files(arguments, result, &error) : from_image(arguments, result, &error)) ||
	    !id_block_verify(&result->id, &result->verdict, &error)) {
		if (arguments->json && error.kind == ERROR_INVALID)
			print_json_unjudged(&error);
		status = command_fail(&error);
	} else {
		status = arguments->json ? print_json(result) : print_text(result);
		if (status == 0 && problem(result))
			status = ERROR_INVALID;
	}
	free(result);
	return status;
}

int command_verify_id(int argc, char **argv)
{
	static const struct option options[] = {
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"id-block", required_argument, NULL, 'b'},
		{"id-auth", required_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct arguments arguments = {.json = false};
	int option, status;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &arguments.measure.cpu_signature))
		return ERROR_USAGE;
	while ((option = getopt_long(argc, argv, "p:n:c:b:a:jh", options, NULL)) != -1) {
		switch (option) {
		case 'b':
			arguments.block = optarg;
			break;
		case 'a':
			arguments.auth = optarg;
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
	if (!arguments.block != !arguments.auth)
		return command_usage(argv[0], "--id-block and --id-auth go together");
	if (argc - optind != (arguments.block ? 0 : 1))
		return command_usage(argv[0], "one IGVM file, or --id-block and --id-auth, is needed");
	arguments.path = argv[optind];
	return run(&arguments);
}
