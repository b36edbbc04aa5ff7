/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#ifndef SVSM_ATTEST_EVIDENCE_JSON_H
#define SVSM_ATTEST_EVIDENCE_JSON_H

#include "evidence.h"

#include <jansson.h>

/* The bundle that evidence_parse() reads; new reference, NULL without memory */
json_t *evidence_json(const struct evidence *evidence);

#endif
