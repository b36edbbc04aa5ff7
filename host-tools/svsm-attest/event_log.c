/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "event_log.h"

#include "event_type.h"

#include <openssl/evp.h>
#include <string.h>

#define EVENTS_MAX 65536u

static const char spec_id[16] = "Spec ID Event03";
static const char startup_locality[16] = "StartupLocality";

static const uint8_t *take(struct event_log_reader *reader, size_t size)
{
	const uint8_t *at = reader->at;

	if (reader->failed || size > reader->left) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	reader->left -= size;
	return at;
}

static uint32_t number(struct event_log_reader *reader, size_t size)
{
	const uint8_t *bytes = take(reader, size);
	uint32_t value = 0;

	for (size_t i = size; bytes && i > 0; i--)
		value = value << 8 | bytes[i - 1];
	return value;
}

static struct event_log_reader sub(struct event_log_reader *reader, size_t size)
{
	const uint8_t *at = take(reader, size);

	return (struct event_log_reader){.at = at, .left = at ? size : 0, .failed = at == NULL};
}

/* The first event has the old format and says which digests the others carry. */
static bool read_header(struct event_log_reader *log)
{
	uint32_t pcr = number(log, 4), type = number(log, 4);
	struct event_log_reader event;
	const uint8_t *signature;

	(void)take(log, 20); /* SHA-1 digest, zero */
	event = sub(log, number(log, 4));
	signature = take(&event, sizeof(spec_id));
	if (!signature || pcr != 0 || type != EVENT_TYPE_NO_ACTION || memcmp(signature, spec_id, sizeof(spec_id)) != 0)
		return false;
	(void)take(&event, 8); /* platform class, version, size of UINTN */
	log->algorithms = number(&event, 4);
	if (event.failed || log->algorithms == 0 || log->algorithms > EVENT_LOG_ALGORITHMS_MAX)
		return false;
	for (uint32_t i = 0; i < log->algorithms; i++) {
		log->announced[i].algorithm = (uint16_t)number(&event, 2);
		log->announced[i].size = (uint16_t)number(&event, 2);
	}
	(void)take(&event, number(&event, 1)); /* vendor information */
	return !event.failed && event.left == 0;
}

bool event_log_open(struct event_log_reader *reader, const struct blob *log, struct error *error)
{
	*reader = (struct event_log_reader){.at = log->data, .left = log->size};
	return read_header(reader) || error_refuse(error, "event log: does not start with a Spec ID Event03");
}

/* Each digest must be announced in the header, and be there once. */
static void read_digests(struct event_log_reader *log, struct event_log_event *out)
{
	uint32_t count = number(log, 4);

	memcpy(out->digest, log->announced, sizeof(out->digest));
	if (count > EVENT_LOG_ALGORITHMS_MAX)
		log->failed = true;
	for (uint32_t i = 0; i < count && !log->failed; i++) {
		uint32_t id = number(log, 2), at = 0;

		while (at < log->algorithms && log->announced[at].algorithm != id)
			at++;
		if (at == log->algorithms || out->digest[at].bytes)
			log->failed = true;
		else
			out->digest[at].bytes = take(log, log->announced[at].size);
	}
}

bool event_log_next(struct event_log_reader *reader, struct event_log_event *out, struct error *error)
{
	struct event_log_reader data;

	error->kind = ERROR_NONE;
	if (reader->left == 0)
		return false;
	*out = (struct event_log_event){.number = reader->events + 1};
	out->pcr = number(reader, 4);
	out->type = number(reader, 4);
	read_digests(reader, out);
	data = sub(reader, number(reader, 4));
	if (reader->failed || reader->events >= EVENTS_MAX)
		return error_refuse(error, "event log: event %u is damaged", out->number);
	out->data = data.at;
	out->size = data.left;
	reader->events++;
	return true;
}

const uint8_t *event_log_digest(const struct event_log_reader *reader, const struct event_log_event *event,
				TPMI_ALG_HASH bank)
{
	for (uint32_t i = 0; i < reader->algorithms; i++) {
		if (event->digest[i].algorithm == bank && event->digest[i].size == evidence_bank_size(bank))
			return event->digest[i].bytes;
	}
	return NULL;
}

static bool extend(uint8_t pcr[64], const uint8_t *digest, TPMI_ALG_HASH bank, size_t size)
{
	uint8_t both[128];
	size_t length = 0;

	memcpy(both, pcr, size);
	memcpy(both + size, digest, size);
	return EVP_Q_digest(NULL, tpm_hash_name(bank), NULL, both, 2 * size, pcr, &length) && length == size;
}

/* A TPM that was started from another locality than 0 has that number in PCR 0 at first. */
static void no_action(const struct event_log_event *event, struct event_log_replay *out, size_t size)
{
	if (event->size == sizeof(startup_locality) + 1 &&
	    memcmp(event->data, startup_locality, sizeof(startup_locality)) == 0)
		out->pcr[0][size - 1] = event->data[sizeof(startup_locality)];
}

static bool offers(const struct event_log_reader *reader, TPMI_ALG_HASH bank)
{
	for (uint32_t i = 0; i < reader->algorithms; i++) {
		if (reader->announced[i].algorithm == bank && reader->announced[i].size == evidence_bank_size(bank))
			return true;
	}
	return false;
}

bool event_log_replay(const struct blob *log, TPMI_ALG_HASH bank, struct event_log_replay *out, struct error *error)
{
	size_t size = evidence_bank_size(bank);
	struct event_log_reader reader;
	struct event_log_event event;

	memset(out, 0, sizeof(*out));
	if (!event_log_open(&reader, log, error))
		return false;
	if (!offers(&reader, bank))
		return error_refuse(error, "event log: has no digests of the quoted bank");
	while (event_log_next(&reader, &event, error)) {
		const uint8_t *digest = event_log_digest(&reader, &event, bank);

		out->events++;
		if (event.type == EVENT_TYPE_NO_ACTION) {
			no_action(&event, out, size);
			continue;
		}
		if (!digest)
			return error_refuse(error, "event log: event %u has no digest of the quoted bank",
					    event.number);
		if (event.pcr >= EVIDENCE_PCR_COUNT)
			return error_refuse(error, "event log: event %u is for PCR %u", event.number, event.pcr);
		if (!extend(out->pcr[event.pcr], digest, bank, size))
			return error_resources(error, "replay the event log");
	}
	return error->kind == ERROR_NONE;
}
