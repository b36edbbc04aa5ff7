/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The certificates that a host hands out with a report (GHCB 4.1.8.1): {GUID, offset, length}..., zeros, data. */
#ifndef SVSM_ATTEST_CERTIFICATE_TABLE_H
#define SVSM_ATTEST_CERTIFICATE_TABLE_H

#include "certificate.h"

#define CERTIFICATE_TABLE_MAX 65536u

struct certificate_table {
	struct blob vcek, vlek, ask, ark; /* inside the table that was parsed; never free them */
};

/* Every entry lies inside the table, none is there twice; unknown GUIDs are passed over. */
bool certificate_table_parse(struct certificate_table *out, const struct blob *bytes, struct error *error) MUST_CHECK;

#endif
