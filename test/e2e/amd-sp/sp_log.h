/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The log: one line per event, standard error unless a file is named. Any thread. */
#ifndef AMD_SP_LOG_H
#define AMD_SP_LOG_H

#include "sp_error.h"

bool sp_log_open(const char *path) MUST_CHECK;
void sp_log_close(void);
void sp_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
