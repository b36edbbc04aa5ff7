/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "build.h"
#include "id_block.h"
#include "load.h"
#include "reference.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " rebuild [OPTIONS] DESCRIPTION.json IMAGE.igvm\n"
	"Build the image again from its description and compare byte for byte. An ID block in the image is taken over: "
	"it\n"
	"needs a key that third parties do not have.\n"
	"\n"
	"  -i, --input-dir DIR   relative names in the description start here, not beside the description\n"
	"  -j, --json            JSON instead of text\n"
	"  -h, --help            this text\n"
	"\n"
	"Exit status: 0 the same bytes, 1 different or refused, 2 wrong command line, 3 cannot read. 'diff' says what "
	"differs.\n";

struct result {
	bool same, id_block;
	size_t offset; /* of the first difference */
	char sha256[65], rebuilt_sha256[65];
};

static bool compare(const struct loaded *image, const struct file_data *rebuilt, struct result *result,
		    struct error *error)
{
	const size_t common = image->data.size < rebuilt->size ? image->data.size : rebuilt->size;

	while (result->offset < common && image->data.bytes[result->offset] == rebuilt->bytes[result->offset])
		result->offset++;
	result->same = result->offset == common && image->data.size == rebuilt->size;
	return (reference_sha256(image->data.bytes, image->data.size, result->sha256) &&
		reference_sha256(rebuilt->bytes, rebuilt->size, result->rebuilt_sha256)) ||
	       error_set(error, ERROR_IO, "OpenSSL failed to hash");
}

/* Puts the image's ID block into the rebuilt file. The policy stays the description's. */
static bool with_id_block(const struct loaded *image, struct build *build, struct file_data *out, struct error *error)
{
	struct id_block *id = malloc(sizeof(*id));
	struct igvm_snp_id_block payload;
	bool ok;

	if (!id)
		return error_no_memory(error);
	igvm_record_read(&image->file, id_block_find(&image->file), &payload, sizeof(payload));
	id_block_from_igvm(&payload, build->description.guest_policy, id);
	ok = id_block_insert(&build->parsed, id, out, error);
	free(id);
	return ok;
}

static int print(const char *path, const struct result *result, bool json)
{
	int status = 0;

	if (json)
		status = command_print_json(
			json_pack("{s:s, s:i, s:b, s:b, s:o, s:s, s:s}", "format", "svsm-igvm-rebuild", "version", 1,
				  "same", result->same, "id_block_taken_over", result->id_block, "first_difference",
				  result->same ? json_null() : json_integer((json_int_t)result->offset), "sha256",
				  result->sha256, "rebuilt_sha256", result->rebuilt_sha256));
	else if (result->same)
		printf("%s: the same bytes%s, SHA-256 %s\n", path,
		       result->id_block ? " (with the ID block taken over)" : "", result->sha256);
	else
		printf("%s: differs from offset 0x%zx on\n", path, result->offset);
	if (status == 0)
		status = command_flush();
	return status == 0 && !result->same ? ERROR_INVALID : status;
}

static int run(const struct build_request *request, const char *path, bool json)
{
	struct error error = {.kind = ERROR_NONE};
	struct build *build = calloc(1, sizeof(*build));
	struct result result = {.same = false};
	struct file_data with_id = {.bytes = NULL};
	struct loaded image = {.findings = NULL};
	bool ok;
	int status;

	if (!build)
		return error_no_memory(&error), command_fail(&error);
	ok = load_igvm(path, &image, &error) && build_image(request, build, &error);
	if (ok && id_block_find(&image.file)) {
		result.id_block = true;
		ok = with_id_block(&image, build, &with_id, &error);
	}
	ok = ok && compare(&image, with_id.bytes ? &with_id : &build->igvm, &result, &error);
	status = ok ? print(path, &result, json) : command_fail(&error);
	file_data_free(&with_id);
	loaded_free(&image);
	build_free(build);
	free(build);
	return status;
}

int command_rebuild(int argc, char **argv)
{
	static const struct option options[] = {
		{"input-dir", required_argument, NULL, 'i'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct build_request request = {.output = "rebuilt image"};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "i:jh", options, NULL)) != -1) {
		switch (option) {
		case 'i':
			request.input_dir = optarg;
			break;
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
	if (argc - optind != 2)
		return command_usage(argv[0], "a description and an image are needed");
	request.description = argv[optind];
	return run(&request, argv[optind + 1], json);
}
