/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Evidence in separate files, as tpm2-tools and configfs-tsm leave it */
#ifndef SVSM_ATTEST_LOOSE_FILES_H
#define SVSM_ATTEST_LOOSE_FILES_H

#include "evidence.h"

/* File names, NULL where not given */
struct loose_files {
	const char *report, *certificates, *manifest, *ak, *recovered, *certify, *certify_signature, *quote,
		*quote_signature, *pcr_values, *event_log;
	const char *ek[MANIFEST_EKS_MAX];
	size_t ek_count;
	bool too_many_eks;
};

enum {
	LOOSE_FILES_OPTION_REPORT = 256,
	LOOSE_FILES_OPTION_CERTS,
	LOOSE_FILES_OPTION_MANIFEST,
	LOOSE_FILES_OPTION_EK,
	LOOSE_FILES_OPTION_AK,
	LOOSE_FILES_OPTION_RECOVERED,
	LOOSE_FILES_OPTION_CERTIFY,
	LOOSE_FILES_OPTION_CERTIFY_SIGNATURE,
	LOOSE_FILES_OPTION_QUOTE,
	LOOSE_FILES_OPTION_QUOTE_SIGNATURE,
	LOOSE_FILES_OPTION_PCR_VALUES,
	LOOSE_FILES_OPTION_EVENT_LOG,
	LOOSE_FILES_OPTION_END,
};
/* For getopt_long() */
#define LOOSE_FILES_LONG                                                                                               \
	{"report", required_argument, NULL, LOOSE_FILES_OPTION_REPORT},                                                \
		{"certs", required_argument, NULL, LOOSE_FILES_OPTION_CERTS},                                          \
		{"svsm-manifest", required_argument, NULL, LOOSE_FILES_OPTION_MANIFEST},                               \
		{"ek", required_argument, NULL, LOOSE_FILES_OPTION_EK},                                                \
		{"ak", required_argument, NULL, LOOSE_FILES_OPTION_AK},                                                \
		{"recovered", required_argument, NULL, LOOSE_FILES_OPTION_RECOVERED},                                  \
		{"certify", required_argument, NULL, LOOSE_FILES_OPTION_CERTIFY},                                      \
		{"certify-signature", required_argument, NULL, LOOSE_FILES_OPTION_CERTIFY_SIGNATURE},                  \
		{"quote", required_argument, NULL, LOOSE_FILES_OPTION_QUOTE},                                          \
		{"quote-signature", required_argument, NULL, LOOSE_FILES_OPTION_QUOTE_SIGNATURE},                      \
		{"pcr-values", required_argument, NULL, LOOSE_FILES_OPTION_PCR_VALUES},                                \
	{                                                                                                              \
		"event-log", required_argument, NULL, LOOSE_FILES_OPTION_EVENT_LOG                                     \
	}

/* False when the option is none of these */
bool loose_files_take(struct loose_files *files, int option, const char *argument);
bool loose_files_any(const struct loose_files *files);
/* What is missing, NULL when the files go together */
const char *loose_files_problem(const struct loose_files *files);

/* Reads all that are given; `out` is filled from nothing, free it in any case. */
bool loose_files_read(const struct loose_files *files, struct evidence *out, struct error *error) MUST_CHECK;

/* Lines like "sha256 7 HEX"; the bytes are changed. */
bool loose_files_pcr_values(char *text, struct evidence *out, struct error *error) MUST_CHECK;

#endif
