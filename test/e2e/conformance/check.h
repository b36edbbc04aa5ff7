/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Checks: one line each, numbered, and a sum at the end. */
#ifndef CONFORMANCE_CHECK_H
#define CONFORMANCE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

bool check_equal(const char *name, uint64_t got, uint64_t expected);

/* Where the documents leave a choice */
bool check_either(const char *name, uint64_t got, uint64_t expected, uint64_t or_expected);

bool check_true(const char *name, bool got);

/* Prints the sum; true when nothing failed. */
bool check_summary(void);

#endif
