/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What a file holds, judged by its bytes */
#ifndef SVSM_ATTEST_FILE_KIND_H
#define SVSM_ATTEST_FILE_KIND_H

#include "blob.h"

enum file_kind {
	FILE_KIND_UNKNOWN,
	FILE_KIND_BUNDLE,
	FILE_KIND_REPORT,
	FILE_KIND_CERTIFICATES,
	FILE_KIND_CRL,
	FILE_KIND_CERTIFICATE_TABLE,
	FILE_KIND_MANIFEST_SERVICES,
	FILE_KIND_MANIFEST_VTPM,
	FILE_KIND_QUOTE,
	FILE_KIND_EVENT_LOG,
};

/* "report", "certificate", "crl", "table", "services-manifest", "vtpm-manifest", "quote", "event-log", "bundle" */
bool file_kind_from_name(const char *name, enum file_kind *out);
enum file_kind file_kind_guess(const struct blob *bytes);

#endif
