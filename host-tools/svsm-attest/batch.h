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

struct batch_line {
	unsigned long number; /* in its file, from 1 */
	char *text;	      /* without its newline; NULL: more than BATCH_LINE_MAX bytes */
	size_t size;
};

/* Judges one line; a new string, NULL without memory. Never fails: a bad line is refused. */
char *batch_judge(const struct verify_options *options, const struct verify_inputs *in, const struct batch_line *line,
		  bool *accepted);

/* Reads `from` to its end with `jobs` threads. ERROR_IO when reading or writing fails. */
bool batch_run(const struct verify_options *options, const struct verify_inputs *in, unsigned int jobs, FILE *from,
	       FILE *to, struct batch_result *result, struct error *error) MUST_CHECK;

#endif
