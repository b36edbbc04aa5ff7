/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "digest_chain.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 4096u	      /* pages: 16 MiB, some 20 ms of hashing */
#define PAGES_PER_THREAD 256u /* below this a thread costs more than it saves */
#define THREADS_MAX 8u
#define PROGRESS_INTERVAL 0.25 /* seconds */

struct waiting {
	uint64_t gpa;
	uint64_t offset;
	const uint8_t *page; /* NULL: contents are not measured, or zeros */
	enum snp_page_type type;
};

struct digest_chain {
	struct launch_digest digest[THREADS_MAX]; /* [0] holds the chain, each thread hashes with its own context */
	unsigned threads;
	struct digest_chain_options options;
	uint8_t zero_contents[SNP_DIGEST_SIZE]; /* SHA-384 of a page of zeros */
	uint64_t count;
	size_t waiting_count;
	struct waiting waiting[BATCH];
	uint8_t contents[BATCH][SNP_DIGEST_SIZE];
	uint64_t steps; /* chained */
	double started, shown;
	bool progress_open;
};

/* One thread's part of a batch. */
struct share {
	struct digest_chain *chain;
	unsigned thread;
	size_t first, end;
	bool ok;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static unsigned processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

struct digest_chain *digest_chain_new(const struct digest_chain_options *options, const uint8_t *seed,
				      struct error *error)
{
	static const uint8_t zeros[SNP_PAGE_SIZE];
	struct digest_chain *chain = calloc(1, sizeof(*chain));
	unsigned wanted = options->threads ? options->threads : processors();

	if (!chain) {
		error_no_memory(error);
		return NULL;
	}
	chain->options = *options;
	if (wanted > THREADS_MAX)
		wanted = THREADS_MAX;
	while (chain->threads < wanted && launch_digest_init(&chain->digest[chain->threads]))
		chain->threads++;
	if (chain->threads == 0 || !launch_digest_page(&chain->digest[0], zeros, chain->zero_contents)) {
		error_set(error, ERROR_IO, "OpenSSL has no SHA-384");
		digest_chain_free(chain);
		return NULL;
	}
	if (seed)
		memcpy(chain->digest[0].value, seed, SNP_DIGEST_SIZE);
	chain->started = chain->shown = now();
	chain->options.progress = isatty(STDERR_FILENO) ? options->progress : NULL;
	return chain;
}

static void progress(struct digest_chain *chain)
{
	const double time = now();

	if (!chain->options.progress || time - chain->started < 1 || time - chain->shown < PROGRESS_INTERVAL)
		return;
	chain->shown = time;
	chain->progress_open = true;
	if (chain->options.expected_pages > chain->count)
		fprintf(stderr, "\r%s: %3u %%", chain->options.progress,
			(unsigned)(chain->count * 100 / chain->options.expected_pages));
	else
		fprintf(stderr, "\r%s: %llu MiB", chain->options.progress, (unsigned long long)chain->count >> 8);
}

void digest_chain_free(struct digest_chain *chain)
{
	if (!chain)
		return;
	if (chain->progress_open)
		fputs("\r\033[K", stderr);
	for (unsigned i = 0; i < chain->threads; i++)
		launch_digest_cleanup(&chain->digest[i]);
	free(chain);
}

static void *hash_share(void *argument)
{
	struct share *share = argument;
	struct digest_chain *chain = share->chain;

	share->ok = true;
	for (size_t i = share->first; share->ok && i < share->end; i++) {
		const struct waiting *next = &chain->waiting[i];

		if (next->page)
			share->ok = launch_digest_page(&chain->digest[share->thread], next->page, chain->contents[i]);
		else if (next->type == SNP_PAGE_NORMAL || next->type == SNP_PAGE_VMSA)
			memcpy(chain->contents[i], chain->zero_contents, SNP_DIGEST_SIZE);
		else
			memset(chain->contents[i], 0, SNP_DIGEST_SIZE);
	}
	return NULL;
}

/* CONTENTS of every waiting page, on as many threads as are worth it; this thread takes the first share. */
static bool hash_waiting(struct digest_chain *chain)
{
	struct share share[THREADS_MAX];
	pthread_t thread[THREADS_MAX];
	bool started[THREADS_MAX] = {false};
	size_t threads = chain->waiting_count / PAGES_PER_THREAD, done = 0;
	bool ok = true;

	threads = threads < 1 ? 1 : threads > chain->threads ? chain->threads : threads;
	for (unsigned i = 0; i < threads; i++) {
		share[i] = (struct share){chain, i, done, chain->waiting_count * (i + 1) / threads, false};
		done = share[i].end;
		/* A system that gives no thread gets its work done by this one. */
		started[i] = i > 0 && pthread_create(&thread[i], NULL, hash_share, &share[i]) == 0;
	}
	for (unsigned i = 0; i < threads; i++) {
		if (!started[i])
			hash_share(&share[i]);
	}
	for (unsigned i = 0; i < threads; i++) {
		if (started[i])
			pthread_join(thread[i], NULL);
		ok = ok && share[i].ok;
	}
	return ok;
}

static void tell_step(const struct digest_chain *chain, size_t index)
{
	const struct waiting *from = &chain->waiting[index];
	struct digest_step step = {
		.number = chain->steps, .gpa = from->gpa, .offset = from->offset, .type = from->type};

	memcpy(step.contents, chain->contents[index], SNP_DIGEST_SIZE);
	memcpy(step.digest, chain->digest[0].value, SNP_DIGEST_SIZE);
	chain->options.sink.step(chain->options.sink.context, &step);
}

static bool flush(struct digest_chain *chain, struct error *error)
{
	if (!hash_waiting(chain))
		return error_set(error, ERROR_IO, "OpenSSL failed to hash");
	for (size_t i = 0; i < chain->waiting_count; i++) {
		const struct waiting *next = &chain->waiting[i];

		if (!launch_digest_extend_contents(&chain->digest[0], next->type, next->gpa, chain->contents[i]))
			return error_set(error, ERROR_IO, "OpenSSL failed to hash");
		chain->steps++;
		if (chain->options.sink.step)
			tell_step(chain, i);
	}
	chain->waiting_count = 0;
	progress(chain);
	return true;
}

bool digest_chain_add(struct digest_chain *chain, enum snp_page_type type, uint64_t gpa, const uint8_t *page,
		      uint64_t offset, struct error *error)
{
	if (chain->count == DIGEST_CHAIN_PAGES_MAX)
		return error_set(error, ERROR_INVALID, "more than 64 GiB of pages to measure");
	if (type != SNP_PAGE_NORMAL && type != SNP_PAGE_VMSA)
		page = NULL;
	chain->waiting[chain->waiting_count++] = (struct waiting){gpa, offset, page, type};
	chain->count++;
	return chain->waiting_count < BATCH || flush(chain, error);
}

bool digest_chain_value(struct digest_chain *chain, uint8_t out[SNP_DIGEST_SIZE], struct error *error)
{
	if (!flush(chain, error))
		return false;
	memcpy(out, chain->digest[0].value, SNP_DIGEST_SIZE);
	return true;
}

uint64_t digest_chain_count(const struct digest_chain *chain)
{
	return chain->count;
}
