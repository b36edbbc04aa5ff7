/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The attest service's surroundings in a test: a vTPM that has a manifest, and an AMD-SP that can misbehave. */
#ifndef TESTS_FAKE_PEERS_H
#define TESTS_FAKE_PEERS_H

#include "abi/snp.h"
#include "service_process.h"

enum sp_behaviour {
	SP_HONEST,
	SP_BUSY,	   /* throttled: the message is not looked at */
	SP_WRONG_TAG,	   /* one bit of the answer's tag is flipped */
	SP_REPLAY,	   /* the answer before is sent again */
	SP_WRONG_SEQUENCE, /* a good answer with another sequence number */
	SP_REFUSE,	   /* the firmware says no */
	SP_BAD_STATUS,	   /* an authentic answer without report */
	SP_OTHER_REPORT,   /* an authentic report about other data */
	SP_REPORT_SIZE,	   /* an authentic answer whose report has another size */
	SP_FLIP,	   /* the bit at flip_byte of the answer's page is flipped on its way */
	SP_SIGNED_FLIP,	   /* the same before the answer is encrypted: the AMD-SP itself says so */
};

enum vtpm_behaviour {
	VTPM_HONEST,
	VTPM_WRONG_OP,
	VTPM_WRONG_SIZE, /* header.size is not what was written */
	VTPM_RESERVED,
	VTPM_NO_CODE, /* refuses with a response code that is cut short */
	VTPM_BEHAVIOURS,
};

#define SP_MESSAGES_MAX 32u

struct fake_peers {
	enum sp_behaviour behaviour;
	enum vtpm_behaviour vtpm;
	size_t flip_byte;
	uint32_t messages; /* that reached the AMD-SP, throttled ones included */
	struct snp_guest_message message[SP_MESSAGES_MAX];
	uint64_t last_seqno;
	struct snp_guest_message last_answer;
	uint32_t manifest_size;
	uint8_t manifest[512];
	uint32_t manifest_status;
	uint32_t list_size; /* version 1: as many bytes of 0x5a */
	uint32_t tpm_code;  /* with manifest_status SERVICE_TPM_REFUSED */
	uint32_t selector_size;
	uint8_t selector[2048]; /* the last that arrived */
};

extern const uint8_t fake_peers_vmpck[SNP_VMPCK_SIZE];

/* Sends a request to the service and plays vTPM and AMD-SP until it answers. The packet is replaced by the reply. */
bool fake_peers_call(struct fake_peers *peers, struct service_process *attest, struct service_packet *packet);

#endif
