/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What is wrong with a file: a bounded list that rules add to and `lint` prints. */
#ifndef IGVM_BUILD_FINDINGS_H
#define IGVM_BUILD_FINDINGS_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

#define FINDINGS_FORMAT "format" /* scope of the rules of the file format itself */
#define FINDINGS_MAX 500u	 /* kept; all are counted */

enum finding_severity {
	FINDING_WARNING, /* may be read differently than it says, or breaks a strict rule */
	FINDING_ERROR,	 /* cannot be read safely, is refused, or cannot start with what it says */
};

struct finding {
	const char *scope; /* static: "format" or a profile's name */
	const char *rule;  /* static; both together name the rule: SCOPE/RULE */
	enum finding_severity severity;
	uint64_t offset; /* in the file */
	char message[200];
};

struct findings {
	size_t count; /* of all that were added */
	size_t errors;
	size_t kept; /* of item */
	struct finding item[FINDINGS_MAX];
};

/* Adds one; does nothing with `findings` NULL. Control characters are replaced. */
void findings_add(struct findings *findings, enum finding_severity severity, const char *scope, const char *rule,
		  uint64_t offset, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
