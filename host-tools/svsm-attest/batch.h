/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Many items at once: one JSON object a line in, one verdict a line out, in the same order. */
#ifndef SVSM_ATTEST_BATCH_H
#define SVSM_ATTEST_BATCH_H

#include "verify_options.h"

#define BATCH_LINE_MAX (6u << 20)
#define BATCH_JOBS_MAX 256u

struct batch_result {
	unsigned long accepted, refused;
};

/* Judges one line (without its newline); a new string, NULL without memory. Never fails: a bad line is refused. */
char *batch_judge(const struct verify_options *options, const struct verify_inputs *in, const char *line, size_t size,
		  bool *accepted);

/* Reads `from` to its end with `jobs` threads. ERROR_IO when reading or writing fails. */
bool batch_run(const struct verify_options *options, const struct verify_inputs *in, unsigned int jobs, FILE *from,
	       FILE *to, struct batch_result *result, struct error *error) MUST_CHECK;

#endif
