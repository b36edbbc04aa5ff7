/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "mailbox.h"

#include "launch_summary.h"
#include "sp_log.h"

#include <string.h>

void mailbox_open(struct sp_ram *ram)
{
	struct sp_mailbox *box = sp_ram_mailbox(ram);

	__atomic_store_n(&box->complete, __atomic_load_n(&box->doorbell, __ATOMIC_ACQUIRE), __ATOMIC_RELAXED);
	__atomic_store_n(&box->magic, SP_MAILBOX_MAGIC, __ATOMIC_RELEASE);
}

static uint32_t launch_update(struct sp_ram *ram, struct sp_core *core, const struct sp_launch_update *arguments)
{
	uint8_t page[SNP_PAGE_SIZE];
	bool write_back;
	uint32_t status;

	if (arguments->reserved != 0)
		return SP_STATUS_INVALID_PARAM;
	if (!sp_ram_read(ram, arguments->hpa, page, sizeof(page)))
		return SP_STATUS_INVALID_ADDRESS;
	status = sp_core_launch_update(core, arguments->gpa, arguments->page_type, page, &write_back);
	if (status == SP_STATUS_SUCCESS && write_back && !sp_ram_write(ram, arguments->hpa, page, sizeof(page)))
		return SP_STATUS_INVALID_ADDRESS;
	return status;
}

static uint32_t launch_finish(struct sp_ram *ram, struct sp_core *core, const struct sp_launch_finish *arguments,
			      const char *output)
{
	struct snp_id_block block = {0};
	uint8_t auth[SNP_PAGE_SIZE] = {0};
	uint32_t status;

	if (arguments->id_block_enabled != 0 && (!sp_ram_read(ram, arguments->id_block_hpa, &block, sizeof(block)) ||
						 !sp_ram_read(ram, arguments->id_auth_hpa, auth, sizeof(auth))))
		return SP_STATUS_INVALID_ADDRESS;
	status = sp_core_launch_finish(core, arguments, &block, auth);
	if (status == SP_STATUS_SUCCESS && !launch_summary_write(sp_core_guest(core), output))
		return SP_STATUS_HW_PLATFORM;
	return status;
}

static uint32_t guest_request(struct sp_ram *ram, struct sp_core *core, const struct sp_guest_request *arguments)
{
	uint8_t request[SNP_PAGE_SIZE], response[SNP_PAGE_SIZE];
	uint32_t status;

	/* The response page is probed first: a sequence number must not be used up for an answer nobody can read. */
	if (!sp_ram_read(ram, arguments->response_hpa, response, sizeof(response)) ||
	    !sp_ram_read(ram, arguments->request_hpa, request, sizeof(request)))
		return SP_STATUS_INVALID_ADDRESS;
	status = sp_core_guest_request(core, request, response);
	if (status == SP_STATUS_SUCCESS && !sp_ram_write(ram, arguments->response_hpa, response, sizeof(response)))
		return SP_STATUS_INVALID_ADDRESS;
	return status;
}

static uint32_t dispatch(struct sp_ram *ram, struct sp_core *core, const struct sp_mailbox *command, const char *output)
{
	switch (command->command) {
	case SP_LAUNCH_START:
		return sp_core_launch_start(core, command->launch_start.policy);
	case SP_LAUNCH_UPDATE:
		return launch_update(ram, core, &command->launch_update);
	case SP_LAUNCH_FINISH:
		return launch_finish(ram, core, &command->launch_finish, output);
	case SP_GUEST_REQUEST:
		return guest_request(ram, core, &command->guest_request);
	default:
		return SP_STATUS_INVALID_COMMAND;
	}
}

bool mailbox_serve(struct sp_ram *ram, struct sp_core *core, const char *output)
{
	static const char *const names[] = {"unknown command", "SNP_LAUNCH_START", "SNP_LAUNCH_UPDATE",
					    "SNP_LAUNCH_FINISH", "SNP_GUEST_REQUEST"};
	struct sp_mailbox *box = sp_ram_mailbox(ram), command;
	uint32_t number, status;

	/* QEMU's boot firmware clears low memory after the RAM file was attached. */
	if (__atomic_load_n(&box->magic, __ATOMIC_RELAXED) != SP_MAILBOX_MAGIC)
		mailbox_open(ram);
	number = __atomic_load_n(&box->doorbell, __ATOMIC_ACQUIRE);
	if (number == __atomic_load_n(&box->complete, __ATOMIC_RELAXED))
		return false;
	memcpy(&command, box, sizeof(command));
	status = dispatch(ram, core, &command, output);
	if (command.command != SP_LAUNCH_UPDATE || status != SP_STATUS_SUCCESS)
		sp_log("%s (%u): status %#x", names[command.command <= SP_GUEST_REQUEST ? command.command : 0],
		       command.command, status);
	__atomic_store_n(&box->status, status, __ATOMIC_RELAXED);
	__atomic_store_n(&box->complete, number, __ATOMIC_RELEASE);
	return true;
}
