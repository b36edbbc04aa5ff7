/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Compares the pages of two launches, by address and step by step. Pages are compared where they are in the files, so
 * memory grows by 4 bytes for each header.
 */
#ifndef IGVM_BUILD_DIFFERENCES_PAGES_H
#define IGVM_BUILD_DIFFERENCES_PAGES_H

#include "launch_order.h"

/* Pages that follow each other with the same kind of change. */
struct differences_pages_run {
	const char *what;
	const char *place; /* as the report's place_of says */
	uint64_t start, end;
	enum snp_page_type type[2]; /* of its pages, 0: none */
};

struct differences_pages_report {
	void (*changed)(void *context, const struct differences_pages_run *run);
	const char *(*place_of)(const void *context, uint64_t gpa); /* static strings; NULL: not known */
	void *context;
};

/* Tells of every difference by ascending address; VMSAs are left out. False: no memory. */
bool differences_pages(const struct launch_order *a, const struct launch_order *b,
		       const struct differences_pages_report *report) MUST_CHECK;

/*
 * The first step, VMSAs included, at which the launches differ: its number from 1, 0 when they do not. `at` gets the
 * two pages, which `page` holds, NULL for a launch that has come to its end.
 */
uint64_t differences_pages_first(const struct launch_order *a, const struct launch_order *b, struct launch_page page[2],
				 const struct launch_page *at[2]);

/* CONTENTS of the step's PAGE_INFO. False: OpenSSL failed. */
bool differences_pages_digest(const struct launch_page *page, uint8_t out[SNP_DIGEST_SIZE]) MUST_CHECK;

#endif
