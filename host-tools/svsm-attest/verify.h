/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The verdict: stages in a fixed order, each standing on those before it. The first that fails ends the run, and
 * nothing that comes later has been looked at.
 */
#ifndef SVSM_ATTEST_VERIFY_H
#define SVSM_ATTEST_VERIFY_H

#include "chain.h"
#include "evidence.h"
#include "kds.h"
#include "policy.h"
#include "state.h"

#include <jansson.h>
#include <stdio.h>

enum exit_code {
	EXIT_ACCEPTED = 0,
	EXIT_USAGE = 2,
	EXIT_CANNOT_READ = 3,
	EXIT_FIRST_STAGE = 10, /* plus the stage's number */
};

enum verify_stage {
	VERIFY_PARSE,
	VERIFY_CHAIN,
	VERIFY_REVOCATION,
	VERIFY_SIGNATURE,
	VERIFY_BINDING,
	VERIFY_TCB,
	VERIFY_POLICY,
	VERIFY_SVSM,
	VERIFY_KEYS,
	VERIFY_QUOTE,
	VERIFY_EVENT_LOG,
	VERIFY_STAGES,
};

enum verify_status {
	VERIFY_NOT_RUN,
	VERIFY_OK,
	VERIFY_SKIPPED,
	VERIFY_FAILED,
};

struct verify {
	/* Input, borrowed */
	const char *name; /* of the bundle, for messages */
	const struct blob *bundle;
	const struct state *state;
	const struct policy *policy;
	const struct reference *reference;
	const struct chain_roots *roots;
	struct kds kds;
	time_t now;
	enum product product_hint; /* for reports that do not name their CPU */
	/* Found on the way; verify_free() */
	struct evidence evidence;
	struct chain chain;
	enum product product;
	struct {
		enum verify_status status;
		struct error text; /* its kind is ERROR_IO when something could not be fetched */
	} stage[VERIFY_STAGES];
};

/* Fills everything below "Found on the way". */
void verify_run(struct verify *verify);
void verify_free(struct verify *verify);

/* Stage that ended the run, VERIFY_STAGES when all have passed */
enum verify_stage verify_refused_at(const struct verify *verify);
int verify_exit_code(const struct verify *verify);
const char *verify_stage_name(enum verify_stage stage);

/* One line for each stage, then the verdict */
void verify_print(const struct verify *verify, FILE *out);
/* docs/schemas/svsm-verdict.schema.json; new reference, NULL without memory */
json_t *verify_json(const struct verify *verify);

/* The stages. On success or skip `text` gets the sentence, else what is wrong and what to do. */
typedef enum verify_status verify_stage_function(struct verify *verify, struct error *text);
verify_stage_function verify_parse, verify_chain, verify_revocation, verify_signature, verify_binding, verify_tcb,
	verify_policy, verify_svsm, verify_keys, verify_quote, verify_event_log;

/* For the stages: set `text` and give the status. */
enum verify_status verify_ok(struct error *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum verify_status verify_skip(struct error *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum verify_status verify_fail(struct error *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
