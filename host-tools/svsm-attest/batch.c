/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "batch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Lines that are read ahead of the slowest, for each thread */
#define SLOTS_EACH 8u

enum slot_state { SLOT_FREE, SLOT_READ, SLOT_TAKEN, SLOT_DONE };

struct slot {
	enum slot_state state;
	struct batch_line line;
	char *verdict;
	bool accepted;
};

/* A ring: lines enter at `tail`, threads take them from `next`, verdicts leave at `head`. */
struct batch {
	const struct verify_options *options;
	const struct verify_inputs *in;
	FILE *to;
	pthread_mutex_t lock; /* everything below */
	pthread_cond_t changed;
	struct slot *slot;
	size_t slots, head, next, tail; /* numbers of lines; a slot is the number modulo `slots` */
	bool ended, failed;
	struct batch_result result;
};

static struct slot *slot_of(struct batch *batch, size_t number)
{
	return &batch->slot[number % batch->slots];
}

/* Verdicts that are complete and next in order. Called with the lock held. */
static void print_done(struct batch *batch)
{
	while (batch->head < batch->tail && slot_of(batch, batch->head)->state == SLOT_DONE) {
		struct slot *slot = slot_of(batch, batch->head);

		if (!slot->verdict || fprintf(batch->to, "%s\n", slot->verdict) < 0 || fflush(batch->to) != 0)
			batch->failed = true;
		batch->result.accepted += slot->accepted;
		batch->result.refused += !slot->accepted;
		free(slot->verdict);
		*slot = (struct slot){.state = SLOT_FREE};
		batch->head++;
	}
}

static void *work(void *context)
{
	struct batch *batch = context;

	pthread_mutex_lock(&batch->lock);
	for (;;) {
		struct slot *slot;
		char *verdict;

		while (batch->next == batch->tail && !batch->ended)
			pthread_cond_wait(&batch->changed, &batch->lock);
		if (batch->next == batch->tail)
			break;
		slot = slot_of(batch, batch->next++);
		slot->state = SLOT_TAKEN;
		pthread_mutex_unlock(&batch->lock);
		verdict = batch_judge(batch->options, batch->in, &slot->line, &slot->accepted);
		pthread_mutex_lock(&batch->lock);
		free(slot->line.text);
		slot->verdict = verdict;
		slot->state = SLOT_DONE;
		print_done(batch);
		pthread_cond_broadcast(&batch->changed);
	}
	pthread_mutex_unlock(&batch->lock);
	return NULL;
}

static bool put(struct batch *batch, const struct batch_line *line)
{
	bool ok;

	pthread_mutex_lock(&batch->lock);
	while (batch->tail - batch->head == batch->slots && !batch->failed)
		pthread_cond_wait(&batch->changed, &batch->lock);
	ok = !batch->failed;
	if (ok) {
		*slot_of(batch, batch->tail++) = (struct slot){.state = SLOT_READ, .line = *line};
		pthread_cond_broadcast(&batch->changed);
	}
	pthread_mutex_unlock(&batch->lock);
	return ok;
}

/*
 * The next line without its newline; false at the end or when it fails. Of a line that is too long nothing is kept, and
 * the rest of it is still to be read.
 */
static bool read_line(FILE *from, struct batch_line *line, bool *failed)
{
	size_t capacity = 4096;
	int letter;

	line->number++;
	line->size = 0;
	line->text = malloc(capacity);
	while (line->text && (letter = getc_unlocked(from)) != EOF && letter != '\n') {
		if (line->size == BATCH_LINE_MAX) {
			free(line->text);
			line->text = NULL;
			return true;
		}
		if (line->size + 1 == capacity) {
			char *larger = realloc(line->text, 2 * capacity);

			if (!larger)
				free(line->text);
			line->text = larger;
			capacity *= 2;
		}
		if (line->text)
			line->text[line->size++] = (char)letter;
	}
	*failed = !line->text || ferror(from);
	if (*failed || (line->size == 0 && feof(from))) {
		free(line->text);
		return false;
	}
	line->text[line->size] = 0;
	return true;
}

static void skip_line(FILE *from)
{
	int letter;

	do
		letter = getc_unlocked(from);
	while (letter != EOF && letter != '\n');
}

static bool feed(struct batch *batch, FILE *from)
{
	struct batch_line line = {.number = 0};
	bool failed = false;

	while (read_line(from, &line, &failed)) {
		if (line.text && strspn(line.text, " \t\r") == line.size) {
			free(line.text); /* nothing on it */
			continue;
		}
		if (!put(batch, &line)) {
			free(line.text);
			return false;
		}
		if (!line.text)
			skip_line(from);
	}
	return !failed && !ferror(from);
}

bool batch_run(const struct verify_options *options, const struct verify_inputs *in, unsigned int jobs, FILE *from,
	       FILE *to, struct batch_result *result, struct error *error)
{
	struct batch batch = {.options = options, .in = in, .to = to, .slots = jobs * SLOTS_EACH};
	pthread_t thread[BATCH_JOBS_MAX];
	unsigned int started = 0;
	int problem;
	bool ok = false;

	batch.slot = calloc(batch.slots, sizeof(*batch.slot));
	if (!batch.slot)
		return error_resources(error, "start a batch");
	pthread_mutex_init(&batch.lock, NULL);
	pthread_cond_init(&batch.changed, NULL);
	while (started < jobs && pthread_create(&thread[started], NULL, work, &batch) == 0)
		started++;
	if (started > 0)
		ok = feed(&batch, from);
	problem = errno;
	pthread_mutex_lock(&batch.lock);
	batch.ended = true;
	pthread_cond_broadcast(&batch.changed);
	pthread_mutex_unlock(&batch.lock);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	ok = ok && !batch.failed;
	*result = batch.result;
	pthread_cond_destroy(&batch.changed);
	pthread_mutex_destroy(&batch.lock);
	free(batch.slot);
	if (started == 0)
		return error_resources(error, "start a thread");
	if (batch.failed)
		return error_io(error, "cannot write the verdicts");
	return ok || error_io(error, "cannot read the items: %s", strerror(problem));
}
