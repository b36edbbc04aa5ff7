/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The steps of a digest chain, printed while they are computed: a file of 3 MiB can ask for millions of them. They are
 * computed a second time, when it is known that the launch can be measured.
 */
#ifndef IGVM_BUILD_STEPS_PRINT_H
#define IGVM_BUILD_STEPS_PRINT_H

#include "digest_chain.h"
#include "error.h"

#include <jansson.h>

/* Measures `input` again and gives every step to `sink`. */
typedef bool steps_measure(const void *input, const struct digest_sink *sink, struct error *error);

/* One line for each step on standard output. */
bool steps_print_text(steps_measure *measure, const void *input, struct error *error) MUST_CHECK;
/* `result` with the member "steps" behind its others; its reference is consumed, NULL means no memory. */
bool steps_print_json(json_t *result, steps_measure *measure, const void *input, struct error *error) MUST_CHECK;

#endif
