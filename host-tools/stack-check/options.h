/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The command line. */
#ifndef STACK_CHECK_OPTIONS_H
#define STACK_CHECK_OPTIONS_H

#include "arena.h"
#include "error.h"

struct options {
	const char **entries, **paths, **configs;
	size_t entry_count, path_count, config_count;
	int64_t budget;				      /* -1: none */
	const char *sarif, *folded, *html, *baseline; /* files, or NULL */
	bool json, quiet, allow_unknown, done;
};

/* Fills `options`; `done` is set when --help or --version has been answered. */
bool options_parse(struct arena *arena, int argc, char **argv, struct options *options, struct error *error) MUST_CHECK;

#endif
