/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include <getopt.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "Usage: " PROGRAM " challenge --state FILE [--valid SECONDS] [--nonce HEX]\n"
			   "Make a nonce of 64 bytes, keep it in FILE and print it in hexadecimal.\n"
			   "\n"
			   "  -s, --state FILE   what this side keeps; private, replaced when it exists\n"
			   "  -v, --valid SECONDS  how long evidence for it may take (600; at most 86400)\n"
			   "  -n, --nonce HEX    this nonce and not a random one, for tests\n"
			   "  -h, --help         this text\n";

static int run(const char *path, const char *nonce, long valid)
{
	struct state state = {.has_credential = false, .expires = time(NULL) + valid};
	struct error error;
	char *text;

	if (!nonce && RAND_bytes(state.nonce, sizeof(state.nonce)) != 1) {
		error_resources(&error, "make a nonce");
		return command_fail(&error);
	}
	if (nonce && !blob_hex_exact(state.nonce, sizeof(state.nonce), nonce))
		return command_usage("challenge", "--nonce must be 128 hexadecimal digits");
	text = blob_hex(state.nonce, sizeof(state.nonce));
	if (!text) {
		error_resources(&error, "print the nonce");
		return command_fail(&error);
	}
	if (!state_write(path, &state, &error)) {
		free(text);
		return command_fail(&error);
	}
	puts(text);
	free(text);
	return command_flush(0);
}

/* 0 for anything else */
static long parse_valid(const char *text)
{
	long value;

	if (strlen(text) == 0 || strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
		return 0;
	value = strtol(text, NULL, 10);
	return value <= STATE_VALID_SECONDS_MAX ? value : 0;
}

int command_challenge(int argc, char **argv)
{
	static const struct option options[] = {
		{"state", required_argument, NULL, 's'},
		{"nonce", required_argument, NULL, 'n'},
		{"valid", required_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *state = NULL, *nonce = NULL;
	long valid = STATE_VALID_SECONDS;
	int option;

	while ((option = getopt_long(argc, argv, "s:n:v:h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			state = optarg;
			break;
		case 'n':
			nonce = optarg;
			break;
		case 'v':
			valid = parse_valid(optarg);
			if (valid <= 0)
				return command_usage(argv[0], "--valid must be from 1 to 86400 seconds");
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return command_usage(argv[0], NULL);
		}
	}
	if (!state || optind != argc)
		return command_usage(argv[0], "--state FILE is needed, and nothing but options");
	return run(state, nonce, valid);
}
