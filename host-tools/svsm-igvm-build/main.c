/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#define VERSION "0.1"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	/* clang-format off */
	{"build", command_build},
	{"measure", command_measure},
	{"inspect", command_inspect},
	{"lint", command_lint},
	{"diff", command_diff},
	{"rebuild", command_rebuild},
	{"sign", command_sign},
	{"verify-id", command_verify_id},
	{"manifest", command_manifest},
	{"profiles", command_profiles},
	/* clang-format on */
};

static const char help[] = "Usage: " PROGRAM " COMMAND [OPTIONS]\n"
			   "Build and examine the boot image of an SVSM as an IGVM file.\n"
			   "\n"
			   "  build DESCRIPTION.json -o OUT.igvm   build an image from its description\n"
			   "  measure FILE.igvm                    predict the SEV-SNP launch measurement\n"
			   "  measure --ovmf FILE                  the same for a bare OVMF image\n"
			   "  inspect FILE.igvm                    show what the file contains\n"
			   "  manifest ACTION FILE                 compile and check the TPM keys of an image\n"
			   "  lint FILE.igvm                       check format rules and what each loader takes\n"
			   "  diff A.igvm B.igvm                   what differs, and where the launch digests part\n"
			   "  rebuild DESCRIPTION.json FILE.igvm   build again and compare byte for byte\n"
			   "  sign FILE.igvm                       make and sign an ID block\n"
			   "  verify-id FILE.igvm                  check an ID block\n"
			   "  profiles                             list loaders and their quirks\n"
			   "\n"
			   "  -h, --help      this text; after a command, that command's options\n"
			   "  -V, --version   version\n"
			   "\n"
			   "Exit status: 0 done, 1 input refused, 2 wrong command line, 3 cannot read or write.\n";

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(help, stderr);
		return ERROR_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(PROGRAM " " VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, PROGRAM ": unknown command '%s'\nTry '" PROGRAM " --help'.\n", argv[1]);
	return ERROR_USAGE;
}
