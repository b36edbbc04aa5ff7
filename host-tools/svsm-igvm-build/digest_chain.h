/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The launch digest over many pages: pages are collected, hashed on several cores, and chained in order. Memory does
 * not grow with the number of pages.
 */
#ifndef IGVM_BUILD_DIGEST_CHAIN_H
#define IGVM_BUILD_DIGEST_CHAIN_H

#include "error.h"
#include "launch_digest.h"

#include <stddef.h>
#include <stdint.h>

/* 64 GiB of pages: no image is larger, and a hostile file of 2 MiB pages ends in bounded time. */
#define DIGEST_CHAIN_PAGES_MAX (1ull << 24)

/* One link of the chain. */
struct digest_step {
	uint64_t number; /* from 1 */
	uint64_t gpa;
	uint64_t offset; /* where the input file says so; 0 for what no file holds */
	enum snp_page_type type;
	uint8_t contents[SNP_DIGEST_SIZE]; /* SHA-384 of the page, zeros where it is not measured */
	uint8_t digest[SNP_DIGEST_SIZE];   /* after this step */
};

/* Gets every step in order, in the thread that adds the pages, in digest_chain_add or digest_chain_value. */
struct digest_sink {
	void (*step)(void *context, const struct digest_step *step); /* NULL: nobody wants them */
	void *context;
};

struct digest_chain_options {
	unsigned threads; /* for page hashing; 0: as many as there are processors, at most 8 */
	struct digest_sink sink;
	const char
		*progress; /* printed to a terminal on standard error when work takes more than a second; NULL: never */
	uint64_t expected_pages; /* for progress; 0: not known */
};

struct digest_chain;

/* NULL and `error` on failure. `seed`: 48 bytes the chain starts from, NULL: zeros. */
struct digest_chain *digest_chain_new(const struct digest_chain_options *options, const uint8_t *seed,
				      struct error *error) MUST_CHECK;
void digest_chain_free(struct digest_chain *chain);

/*
 * One page. For NORMAL and VMSA `page` is its 4096 bytes and must stay until digest_chain_value; NULL means a page of
 * zeros. It is ignored for the other types.
 */
bool digest_chain_add(struct digest_chain *chain, enum snp_page_type type, uint64_t gpa, const uint8_t *page,
		      uint64_t offset, struct error *error) MUST_CHECK;

/* The digest after all that was added. */
bool digest_chain_value(struct digest_chain *chain, uint8_t out[SNP_DIGEST_SIZE], struct error *error) MUST_CHECK;

uint64_t digest_chain_count(const struct digest_chain *chain);

#endif
