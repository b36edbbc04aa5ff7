/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One function for each section of a policy file. A section that is there must be whole; what it leaves open keeps the
 * value that `out` had.
 */
#ifndef SVSM_ATTEST_POLICY_SECTIONS_H
#define SVSM_ATTEST_POLICY_SECTIONS_H

#include "policy.h"

#include <jansson.h>

/* `path` of the policy: a floors file lies beside it. */
bool policy_read_tcb(const json_t *object, const char *path, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_guest(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_platform(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_launch(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
/* In this order: UEFI MM and a quote need the vTPM, a log the quote. */
bool policy_read_vtpm(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_uefi_mm(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_quote(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;
bool policy_read_event_log(const json_t *object, struct policy *out, struct error *error) MUST_CHECK;

#endif
