/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How results are written. All output is stable: the same inputs give the same bytes. */
#ifndef STACK_CHECK_REPORT_H
#define STACK_CHECK_REPORT_H

#include "analysis.h"

#include <jansson.h>
#include <stdio.h>

const char *report_verdict(enum verdict verdict);
/* With `quiet`: only what is over a budget or unknown. */
void report_table(const struct analysis *analysis, bool quiet, FILE *out);
json_t *report_json(const struct analysis *analysis); /* owned by the caller, as the next */
json_t *report_sarif(const struct analysis *analysis);
void report_folded(const struct analysis *analysis, FILE *out);
void report_html(const struct analysis *analysis, FILE *out);
bool report_write_json(json_t *value, FILE *out);

#endif
