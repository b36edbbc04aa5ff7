/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#ifndef KEY_TEMPLATE_TESTS_H
#define KEY_TEMPLATE_TESTS_H

#include "internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* One group of tests each; number of failures */
int test_profile_run(void);
int test_text_run(void);
int test_bytes_run(void);
int test_match_run(void);

#endif
