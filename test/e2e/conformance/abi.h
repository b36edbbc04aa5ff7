/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The guest's own reading of the interfaces it tests, kept apart from include/abi on purpose: a mistake there must not
 * be repeated here. Byte offsets rather than structures, for the same reason. Sources: AMD 58019 (SVSM), 56421 (GHCB),
 * 56860 (SNP firmware ABI), 24593 (APM volume 2).
 */
#ifndef CONFORMANCE_ABI_H
#define CONFORMANCE_ABI_H

#define PAGE_BYTES 4096ull
#define BLOCK_BYTES 0x200000ull /* what one 2 MiB page covers */

/* Model-specific registers */
#define MSR_NUMBER_EFER 0xc0000080u
#define MSR_NUMBER_GS_BASE 0xc0000101u
#define MSR_NUMBER_GHCB 0xc0010130u
#define MSR_NUMBER_SEV_STATUS 0xc0010131u
#define SEV_STATUS_EXPECTED 7u /* SEV, SEV-ES and SEV-SNP active */

/* Secrets page */
#define SECRETS_VMPCK(n) (0x20u + 0x20u * (n))
#define SECRETS_VMPCK_BYTES 32u
#define SECRETS_SVSM_BASE 0x140u
#define SECRETS_SVSM_SIZE 0x148u
#define SECRETS_SVSM_CAA 0x150u
#define SECRETS_SVSM_MAX_VERSION 0x158u
#define SECRETS_SVSM_GUEST_VMPL 0x15cu

/* CPUID page */
#define CPUID_COUNT 0x0u
#define CPUID_FIRST 0x10u
#define CPUID_ENTRY_BYTES 48u
#define CPUID_MAX_ENTRIES 64u
#define CPUID_ENTRY_EAX_IN 0u
#define CPUID_ENTRY_EAX 0x18u
#define CPUID_ENTRY_EBX 0x1cu
#define CPUID_LEAF_MEMORY_ENCRYPTION 0x8000001fu

/* GHCB MSR protocol: request and response numbers are the low 12 bits */
#define GHCB_INFO_BITS 0xfffull
#define GHCB_REQ_SEV_INFO 0x002ull
#define GHCB_RSP_SEV_INFO 0x001ull
#define GHCB_REQ_REGISTER 0x012ull
#define GHCB_RSP_REGISTER 0x013ull
#define GHCB_REQ_PAGE_STATE 0x014ull
#define GHCB_RSP_PAGE_STATE 0x015ull
#define GHCB_REQ_RUN_VMPL 0x016ull
#define GHCB_RSP_RUN_VMPL 0x017ull
#define GHCB_REQ_FEATURES 0x080ull
#define GHCB_RSP_FEATURES 0x081ull
#define GHCB_REQ_TERMINATE 0x100ull
#define GHCB_FEATURE_BIT_SNP 0u
#define GHCB_FEATURE_BIT_APIC_IDS 4u
#define GHCB_FEATURE_BIT_MULTI_VMPL 5u
#define PAGE_STATE_PRIVATE 1ull
#define PAGE_STATE_SHARED 2ull

/* GHCB page: byte offsets */
#define GHCB_OFF_RAX 0x1f8u
#define GHCB_OFF_EXIT_CODE 0x390u
#define GHCB_OFF_EXIT_INFO_1 0x398u
#define GHCB_OFF_EXIT_INFO_2 0x3a0u
#define GHCB_OFF_SCRATCH 0x3a8u
#define GHCB_OFF_VALID 0x3f0u
#define GHCB_OFF_BUFFER 0x800u
#define GHCB_BUFFER_BYTES 0x7f0u
#define GHCB_OFF_VERSION 0xffau
#define GHCB_OFF_USAGE 0xffcu
#define GHCB_VERSION_USED 2u

/* Exit codes */
#define EXIT_IOIO 0x7bull
#define EXIT_PAGE_STATE 0x80000010ull
#define EXIT_AP_RESET_HOLD 0x80000004ull
#define EXIT_AP_CREATION 0x80000013ull
#define EXIT_APIC_IDS 0x80000017ull
#define AP_CREATE 1ull
#define AP_DESTROY 2ull
#define EXIT_RUN_VMPL 0x80000018ull
#define EXIT_FEATURES 0x8000fffdull
#define EXIT_NOT_VALIDATED 0x404ull /* #VC error code */

/* EXITINFO1 of IOIO */
#define IO_IN 0x1ull
#define IO_STRING 0x4ull
#define IO_REP 0x8ull
#define IO_BYTE 0x10ull
#define IO_ADDRESS_64 0x200ull
#define IO_SEGMENT_DS (3ull << 10)

/* SVSM: calling area and calls */
#define CA_PENDING 0u
#define CA_BUFFER 8u
#define SVSM_CORE 0u
#define SVSM_ATTEST 1u
#define SVSM_VTPM 2u
#define CORE_REMAP_CA 0u
#define CORE_PVALIDATE 1u
#define CORE_CREATE_VCPU 2u
#define CORE_DELETE_VCPU 3u
#define CORE_DEPOSIT_MEM 4u
#define CORE_WITHDRAW_MEM 5u
#define CORE_QUERY_PROTOCOL 6u
#define CORE_CONFIGURE_VTOM 7u
#define ATTEST_SERVICES 0u
#define ATTEST_SINGLE_SERVICE 1u
#define ATTEST_SINGLE_SERVICE_EX 2u
#define VTPM_QUERY 0u
#define VTPM_CMD 1u

/* SVSM: result codes */
#define R_SUCCESS 0ull
#define R_INCOMPLETE 0x80000000ull
#define R_UNSUPPORTED_PROTOCOL 0x80000001ull
#define R_UNSUPPORTED_CALL 0x80000002ull
#define R_INVALID_ADDRESS 0x80000003ull
#define R_INVALID_FORMAT 0x80000004ull
#define R_INVALID_PARAMETER 0x80000005ull
#define R_INVALID_REQUEST 0x80000006ull
#define R_BUSY 0x80000007ull
#define R_PVALIDATE_FAIL_INPUT 0x80001001ull
#define R_PVALIDATE_SIZEMISMATCH 0x80001006ull
#define R_PVALIDATE_NOCHANGE 0x80001010ull
#define R_RMPADJUST_INUSE 0x80001003ull
#define R_ATTEST_LATER 0x80001002ull
#define R_ATTEST_SELECTOR 0x80001001ull
#define R_ATTEST_TPM 0x80001100ull /* plus the TPM's response code */

/* RMPADJUST: attributes in RDX, and results */
#define ADJUST_VMPL2 2ull
#define ADJUST_VMPL3 3ull
#define ADJUST_READ (1ull << 8)
#define ADJUST_WRITE (1ull << 9)
#define ADJUST_EXECUTE_USER (1ull << 10)
#define ADJUST_EXECUTE_SUPERVISOR (1ull << 11)
#define ADJUST_VMSA (1ull << 16)
#define ADJUST_OK 0u
#define ADJUST_PERMISSION 2u

/* CORE_PVALIDATE list */
#define LIST_ENTRIES 0u
#define LIST_NEXT 2u
#define LIST_RESERVED 4u
#define LIST_FIRST 8u
#define ENTRY_2M 1ull
#define ENTRY_VALIDATE 4ull
#define ENTRY_IGNORE_CF 8ull

/* Attestation request */
#define ATT_REPORT_GPA 0x00u
#define ATT_REPORT_SIZE 0x08u
#define ATT_RESERVED_0C 0x0cu
#define ATT_NONCE_GPA 0x10u
#define ATT_NONCE_SIZE 0x18u
#define ATT_RESERVED_1A 0x1au
#define ATT_MANIFEST_GPA 0x20u
#define ATT_MANIFEST_SIZE 0x28u
#define ATT_RESERVED_2C 0x2cu
#define ATT_CERTS_GPA 0x30u
#define ATT_CERTS_SIZE 0x38u
#define ATT_RESERVED_3C 0x3cu
#define ATT_GUID 0x40u
#define ATT_MANIFEST_VERSION 0x50u
#define ATT_RESERVED_54 0x54u
#define ATT_BYTES 0x58u
#define ATT_SELECTOR_GPA 0x58u
#define ATT_SELECTOR_SIZE 0x60u
#define ATT_RESERVED_64 0x64u
#define ATT_EX_BYTES 0x68u
#define ATT_NONCE_BYTES 64u

/* Manifest selector of the vTPM: kind, then a TPMT_PUBLIC */
#define SELECTOR_KIND 0u
#define SELECTOR_TEMPLATE 8u
#define SELECTOR_KIND_TEMPLATE 1ull
#define SELECTOR_MAX 65543u

/* Attestation report */
#define REPORT_BYTES 0x4a0u
#define REPORT_VERSION 0x000u
#define REPORT_VMPL 0x030u
#define REPORT_SIGNATURE_ALGO 0x034u
#define REPORT_DATA 0x050u
#define REPORT_SIGNATURE_R 0x2a0u

/* Services manifest */
#define MANIFEST_LENGTH 16u
#define MANIFEST_COUNT 20u
#define MANIFEST_ENTRY 24u
#define MANIFEST_ENTRY_BYTES 24u

/* vTPM request and response */
#define VTPM_REQ_COMMAND 0u
#define VTPM_REQ_LOCALITY 4u
#define VTPM_REQ_SIZE 5u
#define VTPM_REQ_DATA 9u
#define VTPM_REQ_MAX (4096u - 9u)
#define VTPM_RSP_SIZE 0u
#define VTPM_RSP_DATA 4u
#define VTPM_RSP_MAX (4096u - 4u)
#define VTPM_SEND_COMMAND 8u

/* Register save area of a virtual CPU (VMSA) */
#define VMSA_ES 0x000u
#define VMSA_CS 0x010u
#define VMSA_SS 0x020u
#define VMSA_DS 0x030u
#define VMSA_FS 0x040u
#define VMSA_GS 0x050u
#define VMSA_GDTR 0x060u
#define VMSA_LDTR 0x070u
#define VMSA_IDTR 0x080u
#define VMSA_TR 0x090u
#define VMSA_VMPL 0x0cau
#define VMSA_EFER 0x0d0u
#define VMSA_EFER_SVME 0x1000ull
#define VMSA_CR4 0x148u
#define VMSA_CR3 0x150u
#define VMSA_CR0 0x158u
#define VMSA_DR7 0x160u
#define VMSA_DR6 0x168u
#define VMSA_RFLAGS 0x170u
#define VMSA_RIP 0x178u
#define VMSA_RSP 0x1d8u
#define VMSA_PAT 0x268u
#define VMSA_RDI 0x338u
#define VMSA_SEV_FEATURES 0x3b0u
#define VMSA_EXIT_CODE 0x3c0u
#define VMSA_XCR0 0x3e8u
#define VMSA_MXCSR 0x408u
#define VMSA_X87_FTW 0x40cu
#define VMSA_X87_FCW 0x410u

#endif
