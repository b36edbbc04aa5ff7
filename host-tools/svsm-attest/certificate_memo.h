/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Certificates that this process has parsed before. The same few authorities come with every report, and OpenSSL takes
 * as long to decode their keys as to check a signature with them. What is remembered is the parsing, never a judgement.
 */
#ifndef SVSM_ATTEST_CERTIFICATE_MEMO_H
#define SVSM_ATTEST_CERTIFICATE_MEMO_H

#include "certificate.h"

/* As certificate_list_parse(); threads may call it at once. */
bool certificate_memo_parse(struct certificate_list *out, const struct blob *bytes) MUST_CHECK;

#endif
