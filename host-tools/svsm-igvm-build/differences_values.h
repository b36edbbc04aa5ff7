/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where two JSON values differ, leaf by leaf. */
#ifndef IGVM_BUILD_DIFFERENCES_VALUES_H
#define IGVM_BUILD_DIFFERENCES_VALUES_H

#include <jansson.h>

typedef void differences_values_report(void *context, const char *path, json_t *a, json_t *b);

/*
 * Calls `report` for each leaf that differs, with its path below `path` and each side as a string, or null where it has
 * no such leaf. Both references go to `report`. NULL values count as not there. Recursive: only for the tool's own
 * documents, whose depth is fixed.
 */
void differences_values(const char *path, const json_t *a, const json_t *b, differences_values_report *report,
			void *context);

#endif
