/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "differences_pages.h"

#include "launch_digest.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t zeros[SNP_PAGE_SIZE];

static bool is_measured(const struct launch_page *page)
{
	return page->type == SNP_PAGE_NORMAL || page->type == SNP_PAGE_VMSA;
}

static bool same_bytes(const struct launch_page *a, const struct launch_page *b)
{
	const uint8_t *left = a->bytes ? a->bytes : zeros, *right = b->bytes ? b->bytes : zeros;

	return left == right || memcmp(left, right, SNP_PAGE_SIZE) == 0;
}

static const char *change(const struct launch_page *a, const struct launch_page *b)
{
	if (!a)
		return "page only in b";
	if (!b)
		return "page only in a";
	if (a->type != b->type)
		return "page type";
	if (same_bytes(a, b))
		return NULL;
	return is_measured(a) ? "page contents" : "page contents (not measured)";
}

static void close_run(const struct differences_pages_report *report, struct differences_pages_run *run)
{
	if (run->what)
		report->changed(report->context, run);
	run->what = NULL;
}

static void compare(const struct differences_pages_report *report, struct differences_pages_run *run,
		    const struct launch_page *a, const struct launch_page *b)
{
	const uint64_t gpa = a ? a->gpa : b->gpa;
	const char *what = change(a, b);
	const char *place = what ? report->place_of(report->context, gpa) : NULL;
	const enum snp_page_type type[2] = {a ? a->type : 0, b ? b->type : 0};

	if (run->what && (what != run->what || place != run->place || gpa != run->end || type[0] != run->type[0] ||
			  type[1] != run->type[1]))
		close_run(report, run);
	if (!what)
		return;
	if (!run->what)
		*run = (struct differences_pages_run){what, place, gpa, gpa, {type[0], type[1]}};
	run->end = gpa + SNP_PAGE_SIZE;
}

bool differences_pages(const struct launch_order *a, const struct launch_order *b,
		       const struct differences_pages_report *report)
{
	uint32_t *list[2] = {launch_order_by_gpa(a), launch_order_by_gpa(b)};
	struct launch_cursor cursor[2] = {{.order = a, .record = list[0]}, {.order = b, .record = list[1]}};
	struct differences_pages_run run = {.what = NULL};
	struct launch_page page[2];
	bool more[2] = {false, false};
	const bool ok = list[0] && list[1];

	for (int i = 0; ok && i < 2; i++)
		more[i] = launch_cursor_next(&cursor[i], &page[i]);
	while (more[0] || more[1]) {
		const bool first = more[0] && (!more[1] || page[0].gpa <= page[1].gpa);
		const bool second = more[1] && (!more[0] || page[1].gpa <= page[0].gpa);

		compare(report, &run, first ? &page[0] : NULL, second ? &page[1] : NULL);
		if (first)
			more[0] = launch_cursor_next(&cursor[0], &page[0]);
		if (second)
			more[1] = launch_cursor_next(&cursor[1], &page[1]);
	}
	close_run(report, &run);
	free(list[0]);
	free(list[1]);
	return ok;
}

/* The next step of a launch: a page, or behind the last a VMSA. */
static bool next_step(struct launch_cursor *cursor, uint32_t *vcpu, struct launch_page *page)
{
	if (launch_cursor_next(cursor, page))
		return true;
	while (*vcpu < cursor->order->vcpus) {
		if (launch_order_vmsa(cursor->order, (*vcpu)++, page))
			return true;
	}
	return false;
}

uint64_t differences_pages_first(const struct launch_order *a, const struct launch_order *b, struct launch_page page[2],
				 const struct launch_page *at[2])
{
	struct launch_cursor cursor[2] = {{.order = a}, {.order = b}};
	uint32_t vcpu[2] = {0, 0};

	for (uint64_t step = 1;; step++) {
		for (int i = 0; i < 2; i++)
			at[i] = next_step(&cursor[i], &vcpu[i], &page[i]) ? &page[i] : NULL;
		if (!at[0] && !at[1])
			return 0;
		if (!at[0] || !at[1] || page[0].gpa != page[1].gpa || page[0].type != page[1].type ||
		    (is_measured(&page[0]) && !same_bytes(&page[0], &page[1])))
			return step;
	}
}

bool differences_pages_digest(const struct launch_page *page, uint8_t out[SNP_DIGEST_SIZE])
{
	struct launch_digest digest;
	bool ok;

	memset(out, 0, SNP_DIGEST_SIZE);
	if (!is_measured(page))
		return true;
	if (!launch_digest_init(&digest))
		return false;
	ok = launch_digest_page(&digest, page->bytes ? page->bytes : zeros, out);
	launch_digest_cleanup(&digest);
	return ok;
}
