/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* GHCB protocol, version 2. Source: AMD 56421 "SEV-ES Guest-Hypervisor Communication Block Standardization". */
#ifndef ABI_GHCB_H
#define ABI_GHCB_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* MSR protocol: GHCBInfo in bits 11:0 */
#define GHCB_MSR_INFO_MASK 0xfffull
#define GHCB_MSR_SEV_INFO_RESP 0x001ull /* 63:48 max, 47:32 min version, 31:24 C-bit */
#define GHCB_MSR_SEV_INFO_REQ 0x002ull
#define GHCB_MSR_CPUID_REQ 0x004ull /* 63:32 function, 31:30 register (0 EAX .. 3 EDX) */
#define GHCB_MSR_CPUID_RESP 0x005ull
#define GHCB_MSR_AP_RESET_HOLD_REQ 0x006ull
#define GHCB_MSR_AP_RESET_HOLD_RESP 0x007ull
#define GHCB_MSR_PREF_GPA_REQ 0x010ull
#define GHCB_MSR_PREF_GPA_RESP 0x011ull
#define GHCB_MSR_PREF_GPA_NONE 0xfffffffffffffull
#define GHCB_MSR_REGISTER_GPA_REQ 0x012ull /* 63:12 GFN; echoed on success */
#define GHCB_MSR_REGISTER_GPA_RESP 0x013ull
#define GHCB_MSR_PSC_REQ 0x014ull	/* 55:52 operation, 51:12 GFN */
#define GHCB_MSR_PSC_RESP 0x015ull	/* 63:32 error */
#define GHCB_MSR_RUN_VMPL_REQ 0x016ull	/* 39:32 VMPL */
#define GHCB_MSR_RUN_VMPL_RESP 0x017ull /* 63:32 error */
#define GHCB_MSR_FEATURES_REQ 0x080ull
#define GHCB_MSR_FEATURES_RESP 0x081ull /* 63:12 features */
#define GHCB_MSR_TERMINATE_REQ 0x100ull /* 15:12 reason set, 23:16 reason */

#define GHCB_PSC_PRIVATE 1u
#define GHCB_PSC_SHARED 2u

#define GHCB_FEATURE_SNP (1ull << 0)
#define GHCB_FEATURE_AP_CREATION (1ull << 1)
#define GHCB_FEATURE_APIC_ID_LIST (1ull << 4)
#define GHCB_FEATURE_MULTI_VMPL (1ull << 5)

#define GHCB_PROTOCOL_MIN 1u
#define GHCB_PROTOCOL_MAX 2u

/* NAE exit codes beyond the SVM ones */
#define GHCB_EXIT_MMIO_READ 0x80000001ull
#define GHCB_EXIT_MMIO_WRITE 0x80000002ull
#define GHCB_EXIT_NMI_COMPLETE 0x80000003ull
#define GHCB_EXIT_AP_RESET_HOLD 0x80000004ull
#define GHCB_EXIT_PSC 0x80000010ull
#define GHCB_EXIT_GUEST_REQUEST 0x80000011ull
#define GHCB_EXIT_EXT_GUEST_REQUEST 0x80000012ull
#define GHCB_EXIT_AP_CREATION 0x80000013ull
#define GHCB_EXIT_GET_APIC_IDS 0x80000017ull
#define GHCB_EXIT_RUN_VMPL 0x80000018ull
#define GHCB_EXIT_FEATURES 0x8000fffdull
#define GHCB_EXIT_UNSUPPORTED 0x8000fffeull

/* Extended guest request: certificate table; GUID, offset, length */
#define GHCB_CERTIFICATE_ENTRY_SIZE 24u

/* AP creation. EXITINFO1: 63:32 APIC id, 19:16 VMPL, 15:0 request; EXITINFO2: VMSA; RAX: SEV_FEATURES */
#define GHCB_AP_APIC_ID_SHIFT 32
#define GHCB_AP_VMPL_SHIFT 16
#define GHCB_AP_VMPL_MASK (0xfull << GHCB_AP_VMPL_SHIFT)
#define GHCB_AP_REQUEST_MASK 0xffffull
#define GHCB_AP_CREATE_ON_INIT 0u
#define GHCB_AP_CREATE 1u
#define GHCB_AP_DESTROY 2u

/* Failures the hypervisor reports: EXITINFO1 low half, EXITINFO2 */
#define GHCB_INFO1_OK 0u
#define GHCB_INFO1_EXCEPTION 1u /* EXITINFO2 = event injection to deliver (#GP or #UD) */
#define GHCB_INFO1_BAD_INPUT 2u /* EXITINFO2 = reason below */
#define GHCB_BAD_NOT_REGISTERED 1u
#define GHCB_BAD_USAGE 2u
#define GHCB_BAD_SCRATCH 3u
#define GHCB_BAD_MISSING_INPUT 4u
#define GHCB_BAD_INPUT 5u
#define GHCB_BAD_EVENT 6u
#define GHCB_EVENT_GP 0x80000b0dull /* valid, error code, type exception, vector 13 */
#define GHCB_EVENT_UD 0x80000306ull

/* GET_APIC_IDS. EXITINFO1: pages for the list, RAX: how many; in the answer: how many are needed, if more */
struct ghcb_apic_ids {
	uint32_t count;
	uint32_t apic_id[];
};

#define GHCB_SHARED_BUFFER_SIZE 0x7f0u

struct __attribute__((packed)) ghcb {
	uint8_t reserved_000[0xcb];
	uint8_t cpl; /* 0x0cb */
	uint8_t reserved_0cc[0x140 - 0xcc];
	uint64_t xss; /* 0x140 */
	uint8_t reserved_148[0x160 - 0x148];
	uint64_t dr7; /* 0x160 */
	uint8_t reserved_168[0x1f8 - 0x168];
	uint64_t rax; /* 0x1f8 */
	uint8_t reserved_200[0x308 - 0x200];
	uint64_t rcx, rdx, rbx; /* 0x308, 0x310, 0x318 */
	uint8_t reserved_320[0x390 - 0x320];
	uint64_t exit_code, exit_info_1, exit_info_2, scratch; /* 0x390 .. 0x3a8 */
	uint8_t reserved_3b0[0x3e8 - 0x3b0];
	uint64_t xcr0;		  /* 0x3e8 */
	uint8_t valid_bitmap[16]; /* 0x3f0: bit n = quadword n of the save area is valid */
	uint64_t x87_state_gpa;	  /* 0x400 */
	uint8_t reserved_408[0x800 - 0x408];
	uint8_t shared_buffer[GHCB_SHARED_BUFFER_SIZE]; /* 0x800 */
	uint8_t reserved_ff0[0xffa - 0xff0];
	uint16_t protocol_version; /* 0xffa */
	uint32_t usage;		   /* 0xffc: 0 = this layout */
};
static_assert(sizeof(struct ghcb) == 4096, "GHCB");
static_assert(offsetof(struct ghcb, rax) == 0x1f8, "rax");
static_assert(offsetof(struct ghcb, rcx) == 0x308, "rcx");
static_assert(offsetof(struct ghcb, exit_code) == 0x390, "exit code");
static_assert(offsetof(struct ghcb, scratch) == 0x3a8, "scratch");
static_assert(offsetof(struct ghcb, valid_bitmap) == 0x3f0, "valid bitmap");
static_assert(offsetof(struct ghcb, shared_buffer) == 0x800, "shared buffer");
static_assert(offsetof(struct ghcb, protocol_version) == 0xffa, "version");
static_assert(offsetof(struct ghcb, usage) == 0xffc, "usage");

/* Page state change request in the shared buffer */
#define GHCB_PSC_ENTRY_MAX 253u
#define GHCB_PSC_ENTRY_2M (1ull << 56)
#define GHCB_PSC_ENTRY_OP_SHIFT 52
#define GHCB_PSC_ENTRY_GFN_MASK 0x000ffffffffff000ull
#define GHCB_PSC_ENTRY_CUR_MASK 0xfffull
struct ghcb_psc {
	uint16_t cur_entry;
	uint16_t end_entry;
	uint32_t reserved;
	uint64_t entry[GHCB_PSC_ENTRY_MAX];
};
static_assert(sizeof(struct ghcb_psc) == GHCB_SHARED_BUFFER_SIZE, "PSC");

/* IOIO EXITINFO1 (APM 2, 15.10.2) */
#define IOIO_IN (1u << 0)
#define IOIO_STRING (1u << 2)
#define IOIO_REP (1u << 3)
#define IOIO_SIZE_8 (1u << 4)
#define IOIO_SIZE_16 (1u << 5)
#define IOIO_SIZE_32 (1u << 6)
#define IOIO_ADDR_64 (1u << 9)
#define IOIO_PORT_SHIFT 16

#endif
