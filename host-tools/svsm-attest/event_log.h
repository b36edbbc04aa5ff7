/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Event log in the crypto-agile format of the TCG PC Client Platform Firmware Profile, section 10. Little-endian. */
#ifndef SVSM_ATTEST_EVENT_LOG_H
#define SVSM_ATTEST_EVENT_LOG_H

#include "evidence.h"

#define EVENT_LOG_ALGORITHMS_MAX 8u

struct event_log_digest {
	uint16_t algorithm; /* TPM2_ALG_* */
	uint16_t size;
	const uint8_t *bytes; /* inside the log; NULL: this event has none of it */
};

struct event_log_event {
	uint32_t number; /* 1 for the first after the header */
	uint32_t pcr, type;
	struct event_log_digest digest[EVENT_LOG_ALGORITHMS_MAX]; /* in the header's order */
	const uint8_t *data;
	size_t size;
};

/* Reads a log from front to back; the blob must stay. */
struct event_log_reader {
	const uint8_t *at;
	size_t left;
	bool failed;
	struct event_log_digest announced[EVENT_LOG_ALGORITHMS_MAX]; /* `bytes` unused */
	uint32_t algorithms;
	uint32_t events;
};

bool event_log_open(struct event_log_reader *reader, const struct blob *log, struct error *error) MUST_CHECK;
/* False at the end (ERROR_NONE) and on damage (ERROR_REFUSED). */
bool event_log_next(struct event_log_reader *reader, struct event_log_event *out, struct error *error) MUST_CHECK;
/* The event's digest of a bank, NULL when it has none */
const uint8_t *event_log_digest(const struct event_log_reader *reader, const struct event_log_event *event,
				TPMI_ALG_HASH bank);

struct event_log_replay {
	uint8_t pcr[EVIDENCE_PCR_COUNT][64]; /* first bytes, as many as the bank's digests have */
	uint32_t events;
};

/* PCR values of `bank` that the log's events add up to, from a reset. Every byte of the log must parse. */
bool event_log_replay(const struct blob *log, TPMI_ALG_HASH bank, struct event_log_replay *out,
		      struct error *error) MUST_CHECK;

#endif
