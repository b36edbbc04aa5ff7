/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Event types of the TCG PC Client Platform Firmware Profile 1.06, table 27 */
#ifndef SVSM_ATTEST_EVENT_TYPE_H
#define SVSM_ATTEST_EVENT_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_TYPE_NO_ACTION 3u

/* "EV_SEPARATOR"; NULL for a number that has no name here */
const char *event_type_name(uint32_t type);
/* A name, or "0x" and digits */
bool event_type_from_name(const char *name, uint32_t *out);

#endif
