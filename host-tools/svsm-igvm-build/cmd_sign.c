/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "cpu_model.h"
#include "sign.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: " PROGRAM " sign [OPTIONS] --id-key KEY [-o OUT.igvm] FILE.igvm\n"
	"       " PROGRAM " sign [OPTIONS] --id-key KEY --measurement HEX --id-block-out FILE --id-auth-out FILE\n"
	"Make an ID block and ID authentication information (ECDSA P-384) and put them into an IGVM file.\n"
	"\n"
	"Keys are files (PEM or DER in any common form) or URIs of an OpenSSL provider, such as\n"
	"'pkcs11:token=signing;object=id%20key' with --provider pkcs11.\n"
	"  -k, --id-key KEY          signs the ID block\n"
	"  -A, --author-key KEY      signs the ID key\n"
	"      --provider NAME       load this OpenSSL provider, for keys by URI\n"
	"      --passphrase-file F   passphrase of encrypted keys or PIN, in the first line (default: ask)\n"
	"\n"
	"What is signed:\n"
	"  -p, --profile P           the launch digest is this loader's (default qemu-kvm)\n"
	"  -n, --vcpus N             and for N vCPUs (default 1)\n"
	"  -c, --cpu-model M         of this CPU (default " CPU_MODEL_DEFAULT ")\n"
	"  -M, --measurement HEX     this launch digest, without an IGVM file\n"
	"      --family-id ID        16 bytes in hexadecimal, or up to 16 characters of text (default 0)\n"
	"      --image-id ID         the same\n"
	"  -s, --svn N               guest security version (default 0)\n"
	"      --policy HEX          guest policy, also put into the file (default: the file's, or 0x30000)\n"
	"\n"
	"Output:\n"
	"  -o, --output FILE         the signed IGVM file\n"
	"      --replace             replace the ID block the file has\n"
	"      --id-block-out FILE   the ID block, 96 bytes\n"
	"      --id-auth-out FILE    the ID authentication information, 4096 bytes\n"
	"  -r, --reference FILE      reference values: complete the file that build wrote for the image, or write a "
	"new "
	"one\n"
	"  -t, --statement FILE      in-toto statement of the signed image\n"
	"      --base64              write these two as base64 text, for QEMU's id-block= and id-auth=\n"
	"\n"
	"Offline: the keys stay elsewhere. Run once with --to-be-signed, sign the files with ECDSA and SHA-384, run "
	"again:\n"
	"      --to-be-signed PREFIX     write PREFIX.id-block and, with an author, PREFIX.id-key, and stop; --id-key "
	"and\n"
	"                                --author-key may be public keys or certificates\n"
	"      --id-signature FILE       signature of PREFIX.id-block: DER, or R and S of 48 bytes each\n"
	"      --author-signature FILE   signature of PREFIX.id-key\n"
	"\n"
	"  -h, --help                this text\n";

/* 32 hexadecimal digits, or text of at most 16 characters, zero padded. */
static bool parse_id(const char *text, uint8_t out[16])
{
	const size_t length = strlen(text);

	memset(out, 0, 16);
	if (command_unhex(text, out, 16))
		return true;
	if (length > 16)
		return false;
	memcpy(out, text, length);
	return true;
}

enum long_option {
	OPTION_PROVIDER = 256,
	OPTION_PASSPHRASE,
	OPTION_FAMILY,
	OPTION_IMAGE,
	OPTION_POLICY,
	OPTION_REPLACE,
	OPTION_BLOCK_OUT,
	OPTION_AUTH_OUT,
	OPTION_BASE64,
	OPTION_TO_BE_SIGNED,
	OPTION_ID_SIGNATURE,
	OPTION_AUTHOR_SIGNATURE,
};

static int id_option(const char *command, int option, struct sign_request *request)
{
	switch (option) {
	case 'M':
		request->has_measurement = true;
		return command_unhex(optarg, request->measurement, sizeof(request->measurement))
			       ? 0
			       : command_usage(command, "--measurement must be 96 hexadecimal digits");
	case OPTION_FAMILY:
		return parse_id(optarg, request->family_id)
			       ? 0
			       : command_usage(command,
					       "--family-id must be 32 hexadecimal digits or up to 16 characters");
	case OPTION_IMAGE:
		return parse_id(optarg, request->image_id)
			       ? 0
			       : command_usage(command,
					       "--image-id must be 32 hexadecimal digits or up to 16 characters");
	case OPTION_POLICY:
		request->has_policy = true;
		return command_hex_number(optarg, &request->policy)
			       ? 0
			       : command_usage(command, "--policy must be a hexadecimal number");
	default:
		return command_usage(command, NULL);
	}
}

static int file_option(const char *command, int option, struct sign_request *request)
{
	switch (option) {
	case 'r':
		request->reference = optarg;
		return 0;
	case 't':
		request->statement = optarg;
		return 0;
	case OPTION_PROVIDER:
		request->provider = optarg;
		return 0;
	case OPTION_PASSPHRASE:
		request->passphrase_file = optarg;
		return 0;
	case OPTION_REPLACE:
		request->replace = true;
		return 0;
	case OPTION_BLOCK_OUT:
		request->block_out = optarg;
		return 0;
	case OPTION_AUTH_OUT:
		request->auth_out = optarg;
		return 0;
	case OPTION_BASE64:
		request->base64 = true;
		return 0;
	case OPTION_TO_BE_SIGNED:
		request->to_be_signed = optarg;
		return 0;
	case OPTION_ID_SIGNATURE:
		request->id_signature = optarg;
		return 0;
	case OPTION_AUTHOR_SIGNATURE:
		request->author_signature = optarg;
		return 0;
	default:
		return id_option(command, option, request);
	}
}

static int check(const char *command, const struct sign_request *request, int operands)
{
	if (operands != (request->has_measurement ? 0 : 1))
		return command_usage(command, "one IGVM file or --measurement is needed");
	if (!request->id_key)
		return command_usage(command, "--id-key is needed");
	if (request->has_measurement && request->output)
		return command_usage(command, "--output needs an IGVM file");
	if (request->has_measurement && (request->reference || request->statement))
		return command_usage(command, "--reference and --statement need an IGVM file");
	if (!request->author_key && request->author_signature)
		return command_usage(command, "--author-signature needs --author-key");
	if (request->author_key && request->id_signature && !request->author_signature)
		return command_usage(command, "--id-signature with an author key needs --author-signature too");
	if (request->author_signature && !request->id_signature)
		return command_usage(command, "--author-signature needs --id-signature");
	if (request->to_be_signed &&
	    (request->output || request->block_out || request->auth_out || request->reference || request->statement))
		return command_usage(command, "--to-be-signed writes nothing else");
	if (!request->to_be_signed && !request->output && !request->block_out && !request->auth_out)
		return command_usage(command, "--output, --id-block-out or --id-auth-out is needed");
	return 0;
}

int command_sign(int argc, char **argv)
{
	static const struct option options[] = {
		{"id-key", required_argument, NULL, 'k'},
		{"author-key", required_argument, NULL, 'A'},
		{"provider", required_argument, NULL, OPTION_PROVIDER},
		{"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE},
		{"profile", required_argument, NULL, 'p'},
		{"vcpus", required_argument, NULL, 'n'},
		{"cpu-model", required_argument, NULL, 'c'},
		{"measurement", required_argument, NULL, 'M'},
		{"family-id", required_argument, NULL, OPTION_FAMILY},
		{"image-id", required_argument, NULL, OPTION_IMAGE},
		{"svn", required_argument, NULL, 's'},
		{"policy", required_argument, NULL, OPTION_POLICY},
		{"output", required_argument, NULL, 'o'},
		{"replace", no_argument, NULL, OPTION_REPLACE},
		{"id-block-out", required_argument, NULL, OPTION_BLOCK_OUT},
		{"id-auth-out", required_argument, NULL, OPTION_AUTH_OUT},
		{"reference", required_argument, NULL, 'r'},
		{"statement", required_argument, NULL, 't'},
		{"base64", no_argument, NULL, OPTION_BASE64},
		{"to-be-signed", required_argument, NULL, OPTION_TO_BE_SIGNED},
		{"id-signature", required_argument, NULL, OPTION_ID_SIGNATURE},
		{"author-signature", required_argument, NULL, OPTION_AUTHOR_SIGNATURE},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct sign_request request = {.measure = {.profile = profile_at(0), .vcpus = 1, .progress = true}};
	struct error error = {.kind = ERROR_NONE};
	uint64_t number;
	int option, status;

	if (!cpu_model_parse(CPU_MODEL_DEFAULT, &request.measure.cpu_signature))
		return ERROR_USAGE;
	while ((option = getopt_long(argc, argv, "k:A:p:n:c:M:s:o:r:t:h", options, NULL)) != -1) {
		switch (option) {
		case 'k':
			request.id_key = optarg;
			break;
		case 'A':
			request.author_key = optarg;
			break;
		case 's':
			if (!command_number(optarg, 0, UINT32_MAX, &number))
				return command_usage(argv[0], "--svn must be a 32-bit number");
			request.svn = (uint32_t)number;
			break;
		case 'o':
			request.output = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			status = command_launch_option(argv[0], option, optarg, &request.measure);
			if (status < 0)
				status = file_option(argv[0], option, &request);
			if (status)
				return status;
		}
	}
	status = check(argv[0], &request, argc - optind);
	if (status)
		return status;
	request.path = argv[optind];
	return sign(&request, &error) ? 0 : command_fail(&error);
}
