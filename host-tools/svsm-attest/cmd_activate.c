/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "credential.h"
#include "file.h"

#include <getopt.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_TEXT_MAX 8192u

static const char help[] =
	"Usage: " PROGRAM " activate --state FILE --ek KEY --ak KEY\n"
	"Make a credential (TPM2_MakeCredential) that only the TPM with this EK and this AK can open. Prints two\n"
	"lines in hexadecimal: TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET. The secret inside stays in FILE.\n"
	"\n"
	"  -s, --state FILE   from the challenge command\n"
	"  -e, --ek KEY       endorsement key: a TPMT_PUBLIC of a template of the EK Credential Profile\n"
	"  -a, --ak KEY       attestation key: a TPMT_PUBLIC\n"
	"  -h, --help         this text\n"
	"\n"
	"KEY is hexadecimal, or @FILE that holds it, or - for the next line of standard input.\n";

/* Without the white space at its end */
static void trim(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		text[--length] = 0;
}

static bool read_text(const char *argument, char text[KEY_TEXT_MAX], struct error *error)
{
	struct blob file;
	bool fits;

	if (strcmp(argument, "-") == 0) {
		if (!fgets(text, KEY_TEXT_MAX, stdin))
			return error_io(error, "standard input: no line with a key");
		return strchr(text, '\n') || feof(stdin) ||
		       error_io(error, "standard input: a line longer than %u characters", KEY_TEXT_MAX - 2);
	}
	if (argument[0] == '@') {
		if (!file_read(argument + 1, KEY_TEXT_MAX - 1, &file, error))
			return false;
		memcpy(text, file.data, file.size);
		text[file.size] = 0;
		blob_free(&file);
		return true;
	}
	fits = strlen(argument) < KEY_TEXT_MAX;
	if (fits)
		memcpy(text, argument, strlen(argument) + 1);
	return fits || error_io(error, "a key longer than %u characters", KEY_TEXT_MAX - 1);
}

static bool read_key(const char *argument, const char *what, struct tpm_public *out, struct error *error)
{
	char text[KEY_TEXT_MAX];
	struct blob bytes;
	bool ok;

	*out = (struct tpm_public){.key = NULL};
	if (!read_text(argument, text, error))
		return false;
	trim(text);
	if (!blob_from_hex(&bytes, text, TPM_PUBLIC_MAX))
		return error_refuse(error, "%s: not the hexadecimal digits of a TPMT_PUBLIC", what);
	ok = tpm_public_parse(out, what, bytes.data, bytes.size, error);
	blob_free(&bytes);
	return ok;
}

static bool make(struct state *state, const struct tpm_public *ek, const struct tpm_public *ak, struct credential *out,
		 struct error *error)
{
	struct error detail;

	if (tpm_public_ek_profile(ek, &detail) == TPM_EK_NONE)
		return error_refuse(error, "the EK: %.500s", detail.text);
	if (!tpm_public_is_ak(ak, &detail))
		return error_refuse(error, "the AK: %.500s", detail.text);
	if (RAND_priv_bytes(state->secret, sizeof(state->secret)) != 1)
		return error_resources(error, "make a secret");
	if (!credential_make(ek, ak, state->secret, sizeof(state->secret), out, error))
		return false;
	blob_free(&state->ek);
	blob_free(&state->ak);
	if (!blob_copy(&state->ek, ek->bytes.data, ek->bytes.size) ||
	    !blob_copy(&state->ak, ak->bytes.data, ak->bytes.size))
		return error_resources(error, "keep the keys");
	state->has_credential = true;
	return true;
}

static bool print(const struct credential *credential, struct error *error)
{
	char *id = blob_hex(credential->id_object.data, credential->id_object.size);
	char *secret = blob_hex(credential->encrypted_secret.data, credential->encrypted_secret.size);
	bool ok = id && secret && printf("%s\n%s\n", id, secret) > 0 && fflush(stdout) == 0;

	free(id);
	free(secret);
	return ok || error_io(error, "cannot print the credential");
}

static int run(const char *path, const char *ek_text, const char *ak_text)
{
	struct tpm_public ek = {.key = NULL}, ak = {.key = NULL};
	struct credential credential = {.id_object = {NULL, 0}};
	struct error error = {.kind = ERROR_NONE};
	struct state state;
	int result;

	if (!state_read(path, &state, &error))
		return command_fail(&error);
	if (!read_key(ek_text, "the EK", &ek, &error) || !read_key(ak_text, "the AK", &ak, &error) ||
	    !make(&state, &ek, &ak, &credential, &error))
		result = error.kind == ERROR_REFUSED ? EXIT_FIRST_STAGE + VERIFY_KEYS : EXIT_INPUT_OUTPUT;
	else
		result = state_write(path, &state, &error) && print(&credential, &error) ? 0 : EXIT_INPUT_OUTPUT;
	if (result != 0)
		command_fail(&error);
	credential_free(&credential);
	tpm_public_free(&ek);
	tpm_public_free(&ak);
	state_free(&state);
	return result;
}

int command_activate(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"ek", required_argument, NULL, 'e'},
		{"ak", required_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *state = NULL, *ek = NULL, *ak = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "s:e:a:h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			state = optarg;
			break;
		case 'e':
			ek = optarg;
			break;
		case 'a':
			ak = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (!state || !ek || !ak || optind != argc)
		return command_usage(argv[0], "--state, --ek and --ak are needed, and nothing but options");
	return run(state, ek, ak);
}
