/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Source lines of functions, where a compiler's notes or debug information tell them. */
#ifndef STACK_CHECK_REPORT_LINES_H
#define STACK_CHECK_REPORT_LINES_H

#include "analysis.h"

/* 0 when not known */
unsigned int report_line(const struct analysis *analysis, uint32_t node);
/* The source file, or the file the code is in where that is not known */
const char *report_file(const struct analysis *analysis, uint32_t node);

#endif
