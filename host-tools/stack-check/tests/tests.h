/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#ifndef STACK_CHECK_TESTS_H
#define STACK_CHECK_TESTS_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

int test_evidence(void);
int test_config(void);
int test_bound(void);
int test_frame(void);

#endif
