/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The protected envelope of guest messages (AMD 56860, SNP_GUEST_REQUEST, message header). */
#ifndef AMD_SP_MESSAGE_H
#define AMD_SP_MESSAGE_H

#include "sp_error.h"
#include "sp_guest.h"

struct sp_payload {
	uint8_t type;
	uint8_t version;
	uint8_t vmpck; /* 0..3: also the VMPL that may hold this key */
	uint64_t seqno;
	uint16_t size; /* bytes used */
	uint8_t bytes[SNP_MSG_PAYLOAD_MAX];
};

/*
 * Checks header and sequence number and decrypts. SP_STATUS_SUCCESS, INVALID_PARAM (header or sequence number),
 * AEAD_OFLOW (no sequence number is left), BAD_MEASUREMENT (not authentic), HW_PLATFORM. Does not change `guest`.
 */
uint32_t sp_message_open(const struct sp_guest *guest, const struct snp_guest_message *message, struct sp_payload *out);
/* Encrypts; false after saying why. Every byte of `out` is written. */
bool sp_message_seal(const uint8_t vmpck[SNP_VMPCK_SIZE], const struct sp_payload *payload,
		     struct snp_guest_message *out) MUST_CHECK;

#endif
