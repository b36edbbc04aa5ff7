/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Findings for people and for programs. */
#ifndef IGVM_BUILD_FINDINGS_JSON_H
#define IGVM_BUILD_FINDINGS_JSON_H

#include "findings.h"

#include <jansson.h>
#include <stdio.h>

/* Array of { rule, profile, offset, severity, message }; new reference. */
json_t *findings_json(const struct findings *findings) MUST_CHECK;

/* One line each: file, offset, severity (or `kind`, when it is not NULL), rule, message. */
void findings_print(FILE *stream, const char *name, const char *kind, const struct findings *findings);

#endif
