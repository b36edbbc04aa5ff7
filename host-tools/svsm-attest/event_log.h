/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Event log in the crypto-agile format of the TCG PC Client Platform Firmware Profile, section 10. Little-endian. */
#ifndef SVSM_ATTEST_EVENT_LOG_H
#define SVSM_ATTEST_EVENT_LOG_H

#include "evidence.h"

struct event_log_replay {
	uint8_t pcr[EVIDENCE_PCR_COUNT][64]; /* first bytes, as many as the bank's digests have */
	uint32_t events;
};

/* PCR values of `bank` that the log's events add up to, from a reset. Every byte of the log must parse. */
bool event_log_replay(const struct blob *log, TPMI_ALG_HASH bank, struct event_log_replay *out,
		      struct error *error) MUST_CHECK;

#endif
