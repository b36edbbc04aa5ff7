/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A report and its parts as JSON, for verdicts and for `show` */
#ifndef SVSM_ATTEST_REPORT_JSON_H
#define SVSM_ATTEST_REPORT_JSON_H

#include "report.h"

#include <jansson.h>

/* New references; NULL without memory */
json_t *report_json(const struct report *report, enum product product);
json_t *report_json_hex(const void *data, size_t size);

#endif
