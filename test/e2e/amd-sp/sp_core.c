/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_core.h"

#include "sp_key.h"
#include "sp_launch.h"
#include "sp_message.h"
#include "sp_report.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

struct sp_core {
	const struct sp_state *state; /* borrowed */
	struct sp_guest guest;
	unsigned int throttle; /* guest requests still to be put off */
};

struct sp_core *sp_core_create(const struct sp_state *state)
{
	struct sp_core *core = calloc(1, sizeof(*core));

	if (core != NULL)
		core->state = state;
	return core;
}

void sp_core_free(struct sp_core *core)
{
	if (core != NULL)
		OPENSSL_cleanse(core, sizeof(*core));
	free(core);
}

void sp_core_throttle(struct sp_core *core, unsigned int count)
{
	core->throttle = count;
}

uint32_t sp_core_launch_start(struct sp_core *core, uint64_t policy)
{
	return sp_launch_start(&core->guest, policy);
}

uint32_t sp_core_launch_update(struct sp_core *core, uint64_t gpa, uint32_t type, uint8_t page[SNP_PAGE_SIZE],
			       bool *write_back)
{
	return sp_launch_update(&core->guest, gpa, type, page, write_back);
}

uint32_t sp_core_launch_finish(struct sp_core *core, const struct sp_launch_finish *finish,
			       const struct snp_id_block *id_block, const uint8_t id_auth[SNP_PAGE_SIZE])
{
	return sp_launch_finish(&core->guest, finish, id_block, id_auth);
}

/* Fills type, size and content of the answer. */
static uint32_t answer(const struct sp_core *core, const struct sp_payload *request, struct sp_payload *out)
{
	uint32_t status = SP_STATUS_INVALID_PARAM;
	struct snp_report_rsp report;
	struct sp_key_rsp key;

	if (request->version != SNP_MSG_VERSION)
		return status;
	switch (request->type) {
	case SNP_MSG_REPORT_REQ:
		if (!sp_report_answer(core->state, &core->guest, request->vmpck, request->bytes, request->size, &report,
				      &status))
			return status;
		out->type = SNP_MSG_REPORT_RSP;
		out->size = sizeof(report);
		memcpy(out->bytes, &report, sizeof(report));
		return SP_STATUS_SUCCESS;
	case SNP_MSG_KEY_REQ:
		if (!sp_key_answer(core->state, &core->guest, request->vmpck, request->bytes, request->size, &key,
				   &status))
			return status;
		out->type = SNP_MSG_KEY_RSP;
		out->size = sizeof(key);
		memcpy(out->bytes, &key, sizeof(key));
		OPENSSL_cleanse(&key, sizeof(key));
		return SP_STATUS_SUCCESS;
	default:
		return status;
	}
}

uint32_t sp_core_guest_request(struct sp_core *core, const uint8_t request[SNP_PAGE_SIZE],
			       uint8_t response[SNP_PAGE_SIZE])
{
	struct sp_payload question, reply = {0};
	struct snp_guest_message message;
	uint32_t status;

	if (core->guest.stage != SP_GUEST_RUNNING)
		return SP_STATUS_INVALID_GUEST_STATE;
	if (core->throttle != 0) {
		core->throttle--;
		return SP_STATUS_BUSY;
	}
	memcpy(&message, request, sizeof(message));
	status = sp_message_open(&core->guest, &message, &question);
	if (status == SP_STATUS_SUCCESS)
		status = answer(core, &question, &reply);
	if (status != SP_STATUS_SUCCESS)
		return status;
	reply.version = question.version;
	reply.vmpck = question.vmpck;
	reply.seqno = question.seqno + 1;
	if (!sp_message_seal(core->guest.vmpck[question.vmpck], &reply, &message))
		return SP_STATUS_HW_PLATFORM;
	core->guest.last_seqno[question.vmpck] = reply.seqno;
	memcpy(response, &message, sizeof(message));
	OPENSSL_cleanse(&reply, sizeof(reply));
	return SP_STATUS_SUCCESS;
}

const struct sp_guest *sp_core_guest(const struct sp_core *core)
{
	return &core->guest;
}
