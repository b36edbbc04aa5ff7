/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#ifndef SVSM_ATTEST_TESTS_FIXTURE_CERTS_H
#define SVSM_ATTEST_TESTS_FIXTURE_CERTS_H

#include "fixture.h"

struct fixture_files {
	struct blob chain, root, vcek, crl;
};
void fixture_make_certificates(const struct fixture_certificates *is, struct fixture_files *out);
/* The same, made once while they are asked for again and again; fixture_end() frees them. */
const struct fixture_files *fixture_files_for(const struct fixture_certificates *is);
void fixture_files_forget(void);
void fixture_files_free(struct fixture_files *files);
/* Extension 1.3.6.1.4.1.3704.1.`arc` with these contents */
void fixture_add_amd(X509 *certificate, const char *arc, const void *data, size_t size);

#endif
