/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "event_log.h"

#include <openssl/evp.h>
#include <string.h>

#define EV_NO_ACTION 3u
#define ALGORITHMS_MAX 8u
#define EVENTS_MAX 65536u

static const char spec_id[16] = "Spec ID Event03";
static const char startup_locality[16] = "StartupLocality";

struct cursor {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct algorithms {
	uint16_t id[ALGORITHMS_MAX];
	uint16_t size[ALGORITHMS_MAX];
	uint32_t count;
};

static const uint8_t *take(struct cursor *cursor, size_t size)
{
	const uint8_t *at = cursor->at;

	if (cursor->failed || size > cursor->left) {
		cursor->failed = true;
		return NULL;
	}
	cursor->at += size;
	cursor->left -= size;
	return at;
}

static uint32_t number(struct cursor *cursor, size_t size)
{
	const uint8_t *bytes = take(cursor, size);
	uint32_t value = 0;

	for (size_t i = size; bytes && i > 0; i--)
		value = value << 8 | bytes[i - 1];
	return value;
}

static struct cursor sub(struct cursor *cursor, size_t size)
{
	const uint8_t *at = take(cursor, size);

	return (struct cursor){.at = at, .left = at ? size : 0, .failed = at == NULL};
}

/* The first event has the old format and says which digests the others carry. */
static bool read_header(struct cursor *log, struct algorithms *out)
{
	uint32_t pcr = number(log, 4), type = number(log, 4);
	const uint8_t *signature;
	struct cursor event;

	(void)take(log, 20); /* SHA-1 digest, zero */
	event = sub(log, number(log, 4));
	signature = take(&event, sizeof(spec_id));
	if (!signature || pcr != 0 || type != EV_NO_ACTION || memcmp(signature, spec_id, sizeof(spec_id)) != 0)
		return false;
	(void)take(&event, 8); /* platform class, version, size of UINTN */
	out->count = number(&event, 4);
	if (event.failed || out->count == 0 || out->count > ALGORITHMS_MAX)
		return false;
	for (uint32_t i = 0; i < out->count; i++) {
		out->id[i] = (uint16_t)number(&event, 2);
		out->size[i] = (uint16_t)number(&event, 2);
	}
	(void)take(&event, number(&event, 1)); /* vendor information */
	return !event.failed && event.left == 0;
}

/* Digest of `bank` among those of one event; all of them must be announced in the header. */
static const uint8_t *read_digests(struct cursor *log, const struct algorithms *algorithms, TPMI_ALG_HASH bank)
{
	uint32_t count = number(log, 4);
	const uint8_t *found = NULL;

	if (count > ALGORITHMS_MAX)
		log->failed = true;
	for (uint32_t i = 0; i < count && !log->failed; i++) {
		uint32_t id = number(log, 2), at = 0;
		const uint8_t *digest;

		while (at < algorithms->count && algorithms->id[at] != id)
			at++;
		if (at == algorithms->count) {
			log->failed = true;
			break;
		}
		digest = take(log, algorithms->size[at]);
		if (id == bank)
			found = digest;
	}
	return log->failed ? NULL : found;
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
static void no_action(const struct cursor *event, struct event_log_replay *out, size_t size)
{
	if (event->left == sizeof(startup_locality) + 1 &&
	    memcmp(event->at, startup_locality, sizeof(startup_locality)) == 0)
		out->pcr[0][size - 1] = event->at[sizeof(startup_locality)];
}

bool event_log_replay(const struct blob *bytes, TPMI_ALG_HASH bank, struct event_log_replay *out, struct error *error)
{
	size_t size = bank == TPM2_ALG_SHA256 ? 32 : bank == TPM2_ALG_SHA384 ? 48 : 64;
	struct cursor log = {.at = bytes->data, .left = bytes->size};
	struct algorithms algorithms;
	bool offered = false;

	memset(out, 0, sizeof(*out));
	if (!read_header(&log, &algorithms))
		return error_refuse(error, "event log: does not start with a Spec ID Event03");
	for (uint32_t i = 0; i < algorithms.count; i++)
		offered |= algorithms.id[i] == bank && algorithms.size[i] == size;
	if (!offered)
		return error_refuse(error, "event log: has no digests of the quoted bank");
	while (log.left > 0) {
		uint32_t index = number(&log, 4), type = number(&log, 4);
		const uint8_t *digest = read_digests(&log, &algorithms, bank);
		struct cursor event = sub(&log, number(&log, 4));

		if (log.failed || !digest || out->events >= EVENTS_MAX)
			return error_refuse(error, "event log: event %u is damaged", out->events + 1);
		out->events++;
		if (type == EV_NO_ACTION) {
			no_action(&event, out, size);
			continue;
		}
		if (index >= EVIDENCE_PCR_COUNT)
			return error_refuse(error, "event log: event %u is for PCR %u", out->events, index);
		if (!extend(out->pcr[index], digest, bank, size))
			return error_resources(error, "replay the event log");
	}
	return true;
}
