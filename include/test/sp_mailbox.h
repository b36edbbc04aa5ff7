/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Mailbox between snp-sim (inside QEMU) and amd-sp (host process): simulates the PSP's command interface. Test only.
 * One page at SP_MAILBOX_HPA of QEMU's RAM file. Commands follow the SNP firmware ABI's of the same name.
 */
#ifndef TEST_SP_MAILBOX_H
#define TEST_SP_MAILBOX_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SP_MAILBOX_HPA 0x80000ull
#define SP_MAILBOX_MAGIC 0x31424d5053444d41ull /* "AMDSPMB1": written by amd-sp when it is ready */

enum sp_command {
	SP_LAUNCH_START = 1,
	SP_LAUNCH_UPDATE = 2, /* one 4 KiB page */
	SP_LAUNCH_FINISH = 3,
	SP_GUEST_REQUEST = 4,
};

/* SNP firmware status codes (56860, table of status codes) */
#define SP_STATUS_SUCCESS 0u
#define SP_STATUS_INVALID_GUEST_STATE 0x4u
#define SP_STATUS_POLICY_FAILURE 0x7u
#define SP_STATUS_INVALID_ADDRESS 0x9u
#define SP_STATUS_BAD_SIGNATURE 0xau
#define SP_STATUS_BAD_MEASUREMENT 0xbu
#define SP_STATUS_INVALID_COMMAND 0x11u
#define SP_STATUS_HW_PLATFORM 0x13u /* the AMD-SP itself failed */
#define SP_STATUS_INVALID_PARAM 0x16u
#define SP_STATUS_AEAD_OFLOW 0x1du
#define SP_STATUS_INVALID_KEY 0x27u
#define SP_STATUS_BUSY 0xffffu /* simulation: throttled, reported to the guest as VMM busy */

struct sp_launch_start {
	uint64_t policy;
};
struct sp_launch_update {
	uint64_t gpa;
	uint64_t hpa;	    /* page in the RAM file; SECRETS pages are written, CPUID pages checked, by amd-sp */
	uint32_t page_type; /* enum snp_page_type */
	uint32_t reserved;
};
struct sp_launch_finish {
	uint8_t id_block_enabled;
	uint8_t author_key_enabled;
	uint8_t reserved[6];
	uint8_t host_data[32];
	uint64_t id_block_hpa; /* 96 bytes (struct snp_id_block) */
	uint64_t id_auth_hpa;  /* 4096 bytes */
};
struct sp_guest_request {
	uint64_t request_hpa; /* page with a struct snp_guest_message */
	uint64_t response_hpa;
};

struct sp_mailbox {
	uint64_t magic;
	uint32_t doorbell; /* snp-sim: sequence number of the command, 1, 2, ... */
	uint32_t complete; /* amd-sp: sequence number it has finished */
	uint32_t command;
	uint32_t status;
	uint64_t reserved;
	union {
		struct sp_launch_start launch_start;
		struct sp_launch_update launch_update;
		struct sp_launch_finish launch_finish;
		struct sp_guest_request guest_request;
		uint8_t bytes[256];
	};
};
static_assert(sizeof(struct sp_mailbox) <= 4096, "mailbox fits in a page");
static_assert(offsetof(struct sp_mailbox, bytes) == 32, "mailbox layout");

#endif
