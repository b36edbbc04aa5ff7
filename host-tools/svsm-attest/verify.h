/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The verdict. Stages run in order, each as far as it has what it needs, so that every violation is listed. Any
 * violation refuses; the first failing stage gives the exit code.
 */
#ifndef SVSM_ATTEST_VERIFY_H
#define SVSM_ATTEST_VERIFY_H

#include "certs.h"
#include "chain.h"
#include "evidence.h"
#include "expectation.h"
#include "policy.h"
#include "reference.h"
#include "state.h"

#include <jansson.h>
#include <stdio.h>

enum exit_code {
	EXIT_ACCEPTED = 0,
	EXIT_USAGE = 2,
	EXIT_INPUT_OUTPUT = 3,
	EXIT_NETWORK = 4,
	EXIT_FIRST_STAGE = 10, /* plus the stage's number */
};

struct verify {
	/* Input, borrowed; pointers may be NULL where this says so */
	const char *name;		       /* of the evidence, for messages */
	const struct blob *bundle;	       /* NULL: the caller has filled `evidence` */
	const struct state *state;	       /* the challenge and its activation secret, or NULL */
	const uint8_t *nonce;		       /* 64 bytes expected, or NULL: freshness is not judged */
	const uint8_t *report_data;	       /* without a nonce: 64 bytes expected in REPORT_DATA, or NULL */
	const struct expectation *expectation; /* the keys the SVSM must vouch for, or NULL: as the policy says */
	enum manifest_form form;	       /* of the manifest, where neither expectation nor policy says */
	const struct policy *policy;	       /* NULL: only what makes the evidence genuine is judged */
	const struct floors *floors;	       /* besides the policy's, or NULL */
	const struct reference *reference;
	const struct certificate_list *test_roots; /* instead of AMD's, or NULL */
	const struct certs *certs;
	const struct blob *leaf_hint; /* a certificate that came with the report, or NULL */
	enum revocation revocation;
	time_t now;
	enum product product_hint; /* for reports that do not name their CPU */
	/* Found on the way; verify_free() */
	struct evidence evidence;
	enum manifest_form manifest_form; /* settled before the evidence is looked at */
	bool has_report, has_manifest, has_ak;
	struct report report;
	struct manifest manifest;
	struct tpm_public ek[MANIFEST_EKS_MAX];
	size_t ek_count;
	struct tpm_public ak;
	struct certificate_table table;
	struct chain chain;
	bool has_chain;
	enum product product;
	struct findings findings;
	struct {
		bool skipped;
		char summary[ERROR_TEXT_MAX]; /* one line: what holds, or why the stage was skipped */
	} stage[VERIFY_STAGES];
	char warning[256]; /* "" or what the reader must not overlook */
};

/* Fills everything below "Found on the way" (`evidence` only when there is a bundle). */
void verify_run(struct verify *verify);
void verify_free(struct verify *verify);

/* First failing stage, VERIFY_STAGES when none has failed */
enum verify_stage verify_refused_at(const struct verify *verify);
int verify_exit_code(const struct verify *verify);
/* "pass", "fail", "skipped" */
const char *verify_result(const struct verify *verify, enum verify_stage stage);

/* One line for each stage and each violation, then the verdict; `explain`: every check with the attack it closes */
void verify_print(const struct verify *verify, bool explain, FILE *out);
/* docs/schemas/svsm-verdict.schema.json; new reference, NULL without memory */
json_t *verify_json(const struct verify *verify, bool explain);

/* The stages. Each records its checks and leaves a summary. */
typedef void verify_stage_function(struct verify *verify);
verify_stage_function verify_parse, verify_chain, verify_revocation, verify_signature, verify_binding, verify_tcb,
	verify_policy, verify_svsm, verify_keys, verify_quote, verify_event_log;

/* For the stages */
void verify_summary(struct verify *verify, enum verify_stage stage, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The stage has nothing to judge, and why */
void verify_skip(struct verify *verify, enum verify_stage stage, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void verify_warn(struct verify *verify, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool verify_failed(const struct verify *verify, enum verify_stage stage);
/* The evidence does not say that its manifest is of another form than the one that is asked for. */
bool verify_manifest_label(const struct verify *verify);

#endif
