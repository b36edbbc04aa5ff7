/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Lies about messages between VMPL0 and the AMD-SP, which pass through the host: told about the message that "at"
 * counts, or about as many from the first on (sp-busy). Without any lie, a host would find out when VMPL0 breaks the
 * one rule that the secrecy of the messages rests on: no sequence number goes with two ciphertexts (AES-GCM takes it as
 * its IV).
 */
#include "lies.h"

#include "freestanding_string.h"
#include "memory.h"
#include "npf.h"

enum lie {
	TRUTH,
	BUSY,	    /* throttled, the message is kept from the AMD-SP */
	BUSY_AFTER, /* the AMD-SP answered, and its answer is said to be throttling */
	VMM_ERROR,  /* an error of the host that no document names */
	SP_ERROR,   /* an error that the AMD-SP did not give */
	BAD_INPUT,  /* the request itself is refused */
	NO_ANSWER,  /* success, and the answer's page as it was */
	NOT_ASKED,  /* the same without asking the AMD-SP */
	FLIP,	    /* a bit of the answer */
	TRUNCATED,  /* the second half of the answer is zeros */
	REPLAY,	    /* the answer before */
	REQUEST,    /* a bit of the request */
	ECHO,	    /* the request as its own answer */
	COUNT_OF_LIES,
};
static const char *const names[] = {"sp-busy",	    "sp-busy-after", "sp-vmm-error", "sp-error",
				    "sp-bad-input", "sp-no-answer",  "sp-not-asked", "sp-flip",
				    "sp-truncated", "sp-replay",     "sp-request",   "sp-echo"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define PAYLOAD_BYTE 10u
#define UNKNOWN_VMM_ERROR (77ull << 32)
#define SP_INVALID_PARAM 0x16u
#define HALF (sizeof(struct snp_guest_message) / 8)

static enum lie lie;
static struct snp_guest_message sent, before;
static bool lying;

bool lies_sp_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

static bool same(const struct snp_guest_message *a, const struct snp_guest_message *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* VMPL0's channel has its own sequence numbers. */
static void check_sequence(struct vcpu *vcpu, const struct snp_guest_message *message)
{
	if (message->msg_seqno == sent.msg_seqno && !same(message, &sent))
		npf_violation(vcpu, "guest-message-iv", message->msg_seqno,
			      "a sequence number of a guest message goes with two ciphertexts");
	if (message->msg_seqno < sent.msg_seqno)
		npf_violation(vcpu, "guest-message-iv", message->msg_seqno,
			      "the sequence number of a guest message goes back");
	sent = *message;
}

bool lies_sp_skips(struct vcpu *vcpu, struct snp_guest_message *request, uint64_t *info_1, uint64_t *info_2)
{
	static uint64_t seen;

	lying = false;
	if (vcpu->vmpl != 0)
		return false;
	check_sequence(vcpu, request);
	seen++;
	lying = lie == BUSY ? seen <= lies_at : lie != TRUTH && seen == lies_at;
	if (!lying)
		return false;
	lies_told("message to the AMD-SP", seen);
	*info_1 = lie == BAD_INPUT ? GHCB_INFO1_BAD_INPUT : GHCB_INFO1_OK;
	switch (lie) {
	case BUSY:
		*info_2 = (uint64_t)SNP_GUEST_REQ_VMM_BUSY << 32;
		return true;
	case VMM_ERROR:
		*info_2 = UNKNOWN_VMM_ERROR;
		return true;
	case SP_ERROR:
		*info_2 = SP_INVALID_PARAM;
		return true;
	case BAD_INPUT:
	case NOT_ASKED:
		*info_2 = 0;
		return true;
	case REQUEST:
		request->payload[PAYLOAD_BYTE] ^= 1;
		return false;
	default:
		return false;
	}
}

void lies_sp(unsigned int vmpl, const struct snp_guest_message *request, struct snp_guest_message *answer,
	     uint64_t *info_2)
{
	const struct snp_guest_message truth = *answer;

	if (vmpl != 0)
		return;
	if (!lying) {
		before = truth;
		return;
	}
	switch (lie) {
	case BUSY_AFTER:
		memset(answer, 0, sizeof(*answer));
		*info_2 = (uint64_t)SNP_GUEST_REQ_VMM_BUSY << 32;
		break;
	case NO_ANSWER:
		memset(answer, 0, sizeof(*answer));
		break;
	case FLIP:
		answer->payload[PAYLOAD_BYTE] ^= 1;
		break;
	case TRUNCATED:
		memset((uint8_t *)answer + HALF, 0, sizeof(*answer) - HALF);
		break;
	case REPLAY:
		*answer = before;
		break;
	case ECHO:
		*answer = *request;
		break;
	default:
		break;
	}
	before = truth;
}
