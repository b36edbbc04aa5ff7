/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Any part of evidence in words. What is shown is what the bytes say; nothing is verified. */
#ifndef SVSM_ATTEST_SHOW_H
#define SVSM_ATTEST_SHOW_H

#include "file_kind.h"
#include "manifest.h"

#include <stdio.h>

/* Prints as much as can be read; false when the bytes are not of this kind. */
bool show(enum file_kind kind, const char *name, const struct blob *bytes, FILE *out, struct error *error) MUST_CHECK;

/* The parts */
bool show_report(const struct blob *bytes, FILE *out, struct error *error) MUST_CHECK;
bool show_certificates(const struct blob *bytes, FILE *out, struct error *error) MUST_CHECK;
bool show_crl(const struct blob *bytes, FILE *out, struct error *error) MUST_CHECK;
bool show_manifest(const struct blob *bytes, enum manifest_form form, FILE *out, struct error *error) MUST_CHECK;
bool show_event_log(const struct blob *bytes, FILE *out, struct error *error) MUST_CHECK;

void show_key(const struct tpm_public *key, const char *title, FILE *out);

/* "  name: value", lined up */
void show_line(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void show_hex(FILE *out, const char *name, const void *data, size_t size);

#endif
