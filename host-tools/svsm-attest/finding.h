/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Which checks were made, and every violation that was found. */
#ifndef SVSM_ATTEST_FINDING_H
#define SVSM_ATTEST_FINDING_H

#include "check.h"
#include "error.h"

#include <stddef.h>

/* More are counted, and still fail their stage, but their words are not kept. */
#define FINDINGS_MAX 64u

struct finding {
	enum check check;
	struct error error; /* ERROR_IO and ERROR_NETWORK: not a verdict about the evidence, but no acceptance either */
};

struct findings {
	struct finding item[FINDINGS_MAX];
	size_t count;			   /* kept */
	unsigned int total[VERIFY_STAGES]; /* violations, kept or not */
	bool made[CHECK_COUNT];		   /* the check had what it needs and was made */
	bool violated[CHECK_COUNT];
};

/* Records that the check was made; the format says what is wrong when `ok` is false. Gives `ok` back. */
bool findings_check(struct findings *findings, enum check check, bool ok, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with words and kind that a function left in `error` */
bool findings_result(struct findings *findings, enum check check, bool ok, const struct error *error);

/* First violation of a stage; NULL when there is none */
const struct finding *findings_first(const struct findings *findings, enum verify_stage stage);

#endif
