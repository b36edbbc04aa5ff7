/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Lowest acceptable patch levels, for a product line or some processors of it. Those of a policy are its author's; a
 * floors file (docs/schemas/svsm-tcb-floors.schema.json) collects those of published bulletins, with a date.
 */
#ifndef SVSM_ATTEST_FLOOR_H
#define SVSM_ATTEST_FLOOR_H

#include "error.h"
#include "product.h"

#include <jansson.h>

#define FLOORS_MAX 64u
#define FLOOR_BULLETIN_MAX 32u

struct floor {
	enum product product;
	/* Combined family, model range and stepping that it is for; a version 2 report names none of them */
	bool has_family, has_models, has_stepping;
	uint8_t family, model_first, model_last, stepping;
	struct tcb minimum;
	uint64_t platform_require;	       /* PLATFORM_INFO */
	uint64_t mitigations;		       /* CURRENT_MIT_VECTOR, where a report has it (version 5) */
	char bulletin[FLOOR_BULLETIN_MAX + 1]; /* "" in a policy */
};

struct floors {
	struct floor item[FLOORS_MAX];
	size_t count;
	char dated[11]; /* of the last floors file read: "2026-11-24"; "" when none was */
};

/* Adds one from a policy, all of whose components must be given. */
bool floors_add(struct floors *floors, const json_t *object, const char *where, struct error *error) MUST_CHECK;
/* Adds those of a floors file. */
bool floors_read(struct floors *floors, const char *path, struct error *error) MUST_CHECK;

#endif
