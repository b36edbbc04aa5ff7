/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What `verify` and `batch` are told on the command line, and the files that are read for it before the first stage */
#ifndef SVSM_ATTEST_VERIFY_OPTIONS_H
#define SVSM_ATTEST_VERIFY_OPTIONS_H

#include "loose_files.h"
#include "verify.h"

struct verify_options {
	/* The evidence: a bundle, or separate files */
	const char *bundle;
	struct loose_files loose;
	/* The challenge */
	const char *state, *nonce, *report_data;
	/* What is acceptable */
	const char *policy, *floors, *reference, *trust_root, *revocation;
	const char *manifest, *selector, *form;
	enum product product;
	time_t now;
	/* Certificates */
	struct certs certs;
	char cache[4096];
	/* Output */
	bool json, explain, quiet;
	const char *json_file;
};

/* All that is read before the first stage; borrowed by struct verify. */
struct verify_inputs {
	struct blob bundle;
	struct state state;
	int state_lock; /* -1: none */
	bool has_policy, has_reference, has_roots, has_floors, has_nonce, has_report_data;
	bool has_expectation;
	enum manifest_form form;
	struct expectation expectation;
	struct policy policy;
	struct floors floors;
	struct reference reference;
	struct certificate_list roots;
	uint8_t nonce[EVIDENCE_NONCE_SIZE], report_data[SNP_REPORT_DATA_SIZE];
	enum revocation revocation;
};

void verify_options_default(struct verify_options *options);

/* Options that verify and batch share; false when `option` is none of them. `problem`: NULL, or what is wrong. */
#define VERIFY_SHARED_SHORT "p:r:t:k:"
#define VERIFY_SHARED_LONG                                                                                             \
	{"policy", required_argument, NULL, 'p'}, {"reference", required_argument, NULL, 'r'},                         \
		{"trust-root", required_argument, NULL, 't'}, {"kds-url", required_argument, NULL, 'k'},               \
		{"floors", required_argument, NULL, 'F'}, {"revocation", required_argument, NULL, 'R'},                \
		{"product", required_argument, NULL, 'P'}, {"now", required_argument, NULL, 'N'},                      \
		{"offline", no_argument, NULL, 'O'}, {"cache", required_argument, NULL, 'C'},                          \
		{"no-cache", no_argument, NULL, 'X'}, {"kds-timeout", required_argument, NULL, 'T'},                   \
		{"explain", no_argument, NULL, 'E'}, {"chain", required_argument, NULL, 'c'},                          \
		{"crl", required_argument, NULL, 'l'}, {"manifest", required_argument, NULL, 'M'},                     \
		{"selector", required_argument, NULL, 'S'}, {"form", required_argument, NULL, 'f'},                    \
	{                                                                                                              \
		"cert", required_argument, NULL, 'L'                                                                   \
	}
bool verify_options_take(struct verify_options *options, int option, const char *argument, const char **problem);
extern const char verify_options_help[];

/* Reads policy, floors, reference, roots, nonce; free `in` in any case. */
bool verify_inputs_read(const struct verify_options *options, struct verify_inputs *in, struct error *error) MUST_CHECK;
void verify_inputs_free(struct verify_inputs *in);
/* A struct verify that borrows from both */
void verify_inputs_apply(const struct verify_options *options, const struct verify_inputs *in, struct verify *out);

#endif
