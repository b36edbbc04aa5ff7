/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* How this program says on standard error what went wrong. */
#ifndef AMD_SP_ERROR_H
#define AMD_SP_ERROR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/* Prints "amd-sp: ", the sentence and a newline. Always false, so that a check reads `return sp_error(...)`. */
bool sp_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for a failed OpenSSL call, with the reasons OpenSSL queued. */
bool sp_error_openssl(const char *what);

#endif
