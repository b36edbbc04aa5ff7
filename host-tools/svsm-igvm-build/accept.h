/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Would a loader take this file, and measure and run what the file says? One finding for each thing it would not. */
#ifndef IGVM_BUILD_ACCEPT_H
#define IGVM_BUILD_ACCEPT_H

#include "findings.h"
#include "igvm_parse.h"
#include "profile.h"

/* `file` was read without error. Rules are named after the profile's quirks. */
void accept_check(const struct igvm_file *file, const struct profile *profile, struct findings *findings);

#endif
