/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The AMD-SP without its mailbox: one chip and the guest it runs. Commands get private copies of guest pages and return
 * SP_STATUS_ codes. One thread at a time. Tests of guest software link this and talk to it in-process:
 *
 *	core = sp_core_create(state);
 *	sp_core_launch_start(core, 0x30000);
 *	sp_core_launch_update(core, gpa, SNP_PAGE_SECRETS, page, &changed);	(page now has the VMPCKs)
 *	sp_core_launch_finish(core, &(struct sp_launch_finish){0}, NULL, NULL);
 *	sp_core_guest_request(core, request, response);
 */
#ifndef AMD_SP_CORE_H
#define AMD_SP_CORE_H

#include "sp_guest.h"
#include "sp_state.h"
#include "test/sp_mailbox.h"

struct sp_core;

/* `state` is borrowed and must outlive the core. NULL without memory. */
struct sp_core *sp_core_create(const struct sp_state *state);
void sp_core_free(struct sp_core *core);
/* The next `count` guest requests are answered SP_STATUS_BUSY and leave no trace. */
void sp_core_throttle(struct sp_core *core, unsigned int count);

/* See sp_launch.h */
uint32_t sp_core_launch_start(struct sp_core *core, uint64_t policy);
uint32_t sp_core_launch_update(struct sp_core *core, uint64_t gpa, uint32_t type, uint8_t page[SNP_PAGE_SIZE],
			       bool *write_back);
uint32_t sp_core_launch_finish(struct sp_core *core, const struct sp_launch_finish *finish,
			       const struct snp_id_block *id_block, const uint8_t id_auth[SNP_PAGE_SIZE]);
/*
 * One guest message. `response` is written only with SP_STATUS_SUCCESS; a refused but authentic request is such a
 * success, with the refusal inside the response. Anything else changes nothing.
 */
uint32_t sp_core_guest_request(struct sp_core *core, const uint8_t request[SNP_PAGE_SIZE],
			       uint8_t response[SNP_PAGE_SIZE]);

/* The guest context, to report it. */
const struct sp_guest *sp_core_guest(const struct sp_core *core);

#endif
