/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SEV-SNP structures shared by firmware, simulator and tools. Little-endian. Sources: AMD 56860 "SEV Secure Nested
 * Paging Firmware ABI" (reports, guest messages, secrets, CPUID and launch pages), AMD 24593 APM volume 2 appendix B
 * (VMSA) and volume 3 (PVALIDATE, RMPADJUST).
 */
#ifndef ABI_SNP_H
#define ABI_SNP_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SNP_PAGE_SIZE 4096u
#define SNP_LARGE_PAGE_SIZE 0x200000u
#define SNP_VMPL_COUNT 4u

/* MSRs */
#define MSR_EFER 0xC0000080u
#define MSR_GHCB 0xC0010130u
#define MSR_SEV_STATUS 0xC0010131u
#define SEV_STATUS_SEV (1u << 0)
#define SEV_STATUS_ES (1u << 1)
#define SEV_STATUS_SNP (1u << 2)
/* SEV_FEATURES of a VMSA (APM 2, table B-4, offset 3B0h); SEV_STATUS shows them from its bit 2 on */
#define SEV_STATUS_FEATURES_SHIFT 2
#define SEV_FEATURE_SNP (1ull << 0)
#define SEV_FEATURE_VTOM (1ull << 1)
#define SEV_FEATURE_REFLECT_VC (1ull << 2)
#define SEV_FEATURE_RESTRICTED_INJECTION (1ull << 3)
#define SEV_FEATURE_ALTERNATE_INJECTION (1ull << 4)
#define SEV_FEATURE_DEBUG_SWAP (1ull << 5)
#define SEV_FEATURE_PREVENT_HOST_IBS (1ull << 6)
#define SEV_FEATURE_BTB_ISOLATION (1ull << 7)
#define SEV_FEATURE_VMPL_SSS (1ull << 8)
#define SEV_FEATURE_SECURE_TSC (1ull << 9)
#define SEV_FEATURE_VMGEXIT_PARAMETER (1ull << 10)
#define SEV_FEATURE_IBS_VIRTUALIZATION (1ull << 12)
#define SEV_FEATURE_VMSA_REG_PROT (1ull << 14)
#define SEV_FEATURE_SMT_PROTECTION (1ull << 15)
#define SEV_FEATURE_SECURE_AVIC (1ull << 16)
#define EFER_SVME (1ull << 12)

/* PVALIDATE and RMPADJUST: operands and results (EAX) */
#define RMP_PAGE_4K 0u
#define RMP_PAGE_2M 1u
#define RMP_OK 0u
#define RMP_FAIL_INPUT 1u
#define RMP_FAIL_PERMISSION 2u
#define RMP_FAIL_INUSE 3u
#define RMP_FAIL_SIZEMISMATCH 6u
#define RMPADJUST_VMPL_MASK 0xffull /* RDX bits 7:0 */
#define RMP_PERM_READ (1u << 0)
#define RMP_PERM_WRITE (1u << 1)
#define RMP_PERM_EXEC_USER (1u << 2)
#define RMP_PERM_EXEC_SUPER (1u << 3)
#define RMP_PERM_RWX 0xfu
#define RMPADJUST_PERM_SHIFT 8
#define RMPADJUST_VMSA (1ull << 16)

/* SVM exit codes a guest sees as #VC error codes and in the VMSA's guest_exit_code (APM 2, appendix C) */
#define SVM_EXIT_RDTSC 0x6eull
#define SVM_EXIT_CPUID 0x72ull
#define SVM_EXIT_IOIO 0x7bull
#define SVM_EXIT_MSR 0x7cull
#define SVM_EXIT_VMMCALL 0x81ull
#define SVM_EXIT_NPF 0x400ull
#define SVM_EXIT_VMGEXIT 0x403ull
#define SVM_EXIT_PAGE_NOT_VALIDATED 0x404ull
#define SVM_EXIT_INVALID 0xffffffffffffffffull

/* Launch digest page types (56860, SNP_LAUNCH_UPDATE) */
enum snp_page_type {
	SNP_PAGE_NORMAL = 1,
	SNP_PAGE_VMSA = 2,
	SNP_PAGE_ZERO = 3,
	SNP_PAGE_UNMEASURED = 4,
	SNP_PAGE_SECRETS = 5,
	SNP_PAGE_CPUID = 6,
};

/* PAGE_INFO, the input of each step of the launch digest */
struct snp_page_info {
	uint8_t digest_cur[48];
	uint8_t contents[48];
	uint16_t length; /* 0x70 */
	uint8_t page_type;
	uint8_t imi_page;
	uint8_t vmpl3_perms;
	uint8_t vmpl2_perms;
	uint8_t vmpl1_perms;
	uint8_t reserved;
	uint64_t gpa;
};
static_assert(sizeof(struct snp_page_info) == 0x70, "PAGE_INFO");

/* ATTESTATION_REPORT */
#define SNP_REPORT_SIZE 0x4a0u
#define SNP_REPORT_SIGNED_SIZE 0x2a0u
#define SNP_REPORT_DATA_SIZE 64u
#define SNP_DIGEST_SIZE 48u
#define SNP_CHIP_ID_SIZE 64u
#define SNP_SIGNATURE_ALGO_P384_SHA384 1u
#define SNP_KEY_INFO_AUTHOR_KEY_EN (1u << 0)
#define SNP_KEY_INFO_MASK_CHIP_KEY (1u << 1)
#define SNP_KEY_INFO_SIGNING_KEY_SHIFT 2
#define SNP_KEY_INFO_SIGNING_KEY_MASK 7u
#define SNP_SIGNING_KEY_VCEK 0u
#define SNP_SIGNING_KEY_VLEK 1u
#define SNP_SIGNING_KEY_NONE 7u

struct snp_report {
	uint32_t version;
	uint32_t guest_svn;
	uint64_t policy;
	uint8_t family_id[16];
	uint8_t image_id[16];
	uint32_t vmpl;
	uint32_t signature_algo;
	uint8_t current_tcb[8];
	uint64_t platform_info;
	uint32_t key_info;
	uint32_t reserved_04c;
	uint8_t report_data[SNP_REPORT_DATA_SIZE];
	uint8_t measurement[SNP_DIGEST_SIZE];
	uint8_t host_data[32];
	uint8_t id_key_digest[SNP_DIGEST_SIZE];
	uint8_t author_key_digest[SNP_DIGEST_SIZE];
	uint8_t report_id[32];
	uint8_t report_id_ma[32];
	uint8_t reported_tcb[8];
	uint8_t cpuid_family; /* combined family; version 3 and later */
	uint8_t cpuid_model;
	uint8_t cpuid_stepping;
	uint8_t reserved_18b[21];
	uint8_t chip_id[SNP_CHIP_ID_SIZE];
	uint8_t committed_tcb[8];
	uint8_t current_build;
	uint8_t current_minor;
	uint8_t current_major;
	uint8_t reserved_1eb;
	uint8_t committed_build;
	uint8_t committed_minor;
	uint8_t committed_major;
	uint8_t reserved_1ef;
	uint8_t launch_tcb[8];
	uint64_t launch_mit_vector;
	uint64_t current_mit_vector;
	uint8_t reserved_208[152];
	uint8_t signature_r[72]; /* little-endian, top 24 bytes zero */
	uint8_t signature_s[72];
	uint8_t reserved_330[368];
};
static_assert(sizeof(struct snp_report) == SNP_REPORT_SIZE, "report size");
static_assert(offsetof(struct snp_report, report_data) == 0x50, "report_data");
static_assert(offsetof(struct snp_report, measurement) == 0x90, "measurement");
static_assert(offsetof(struct snp_report, reported_tcb) == 0x180, "reported_tcb");
static_assert(offsetof(struct snp_report, chip_id) == 0x1a0, "chip_id");
static_assert(offsetof(struct snp_report, launch_tcb) == 0x1f0, "launch_tcb");
static_assert(offsetof(struct snp_report, signature_r) == SNP_REPORT_SIGNED_SIZE, "signature");

/* Guest policy bits */
#define SNP_POLICY_SMT (1ull << 16)
#define SNP_POLICY_RESERVED_MBO (1ull << 17)
#define SNP_POLICY_MIGRATE_MA (1ull << 18)
#define SNP_POLICY_DEBUG (1ull << 19)
#define SNP_POLICY_SINGLE_SOCKET (1ull << 20)
#define SNP_POLICY_CXL_ALLOW (1ull << 21)
#define SNP_POLICY_MEM_AES_256_XTS (1ull << 22)
#define SNP_POLICY_RAPL_DIS (1ull << 23)
#define SNP_POLICY_CIPHERTEXT_HIDING_DRAM (1ull << 24)
#define SNP_POLICY_PAGE_SWAP_DISABLE (1ull << 25)

/* Guest messages (SNP_GUEST_REQUEST) */
#define SNP_MSG_KEY_REQ 3u
#define SNP_MSG_KEY_RSP 4u
#define SNP_MSG_REPORT_REQ 5u
#define SNP_MSG_REPORT_RSP 6u
#define SNP_MSG_TSC_INFO_REQ 17u
#define SNP_MSG_TSC_INFO_RSP 18u
#define SNP_MSG_ALGO_AES_256_GCM 1u
#define SNP_MSG_HEADER_VERSION 1u
#define SNP_MSG_VERSION 1u
#define SNP_MSG_HEADER_SIZE 0x60u
#define SNP_MSG_PAYLOAD_MAX 0xfa0u
#define SNP_MSG_TAG_SIZE 16u
#define SNP_MSG_AAD_OFFSET 0x30u
#define SNP_MSG_AAD_SIZE 0x30u
#define SNP_VMPCK_SIZE 32u
#define SNP_VMPCK_COUNT 4u

struct snp_guest_message {
	uint8_t authtag[32]; /* first 16 bytes used */
	uint64_t msg_seqno;
	uint8_t reserved_28[8];
	uint8_t algo;
	uint8_t hdr_version;
	uint16_t hdr_size;
	uint8_t msg_type;
	uint8_t msg_version;
	uint16_t msg_size;
	uint32_t reserved_38;
	uint8_t msg_vmpck;
	uint8_t reserved_3d[35];
	uint8_t payload[SNP_MSG_PAYLOAD_MAX];
};
static_assert(sizeof(struct snp_guest_message) == SNP_PAGE_SIZE, "guest message");
static_assert(offsetof(struct snp_guest_message, algo) == SNP_MSG_AAD_OFFSET, "AAD");
static_assert(offsetof(struct snp_guest_message, payload) == SNP_MSG_HEADER_SIZE, "payload");

struct snp_report_req {
	uint8_t report_data[SNP_REPORT_DATA_SIZE];
	uint32_t vmpl;
	uint8_t reserved[28];
};
static_assert(sizeof(struct snp_report_req) == 0x60, "REPORT_REQ");

struct snp_report_rsp {
	uint32_t status;
	uint32_t report_size;
	uint8_t reserved[24];
	struct snp_report report;
};
static_assert(sizeof(struct snp_report_rsp) == 0x20 + SNP_REPORT_SIZE, "REPORT_RSP");

#define SNP_MSG_STATUS_OK 0u
#define SNP_MSG_STATUS_INVALID_PARAMETER 0x16u
#define SNP_MSG_STATUS_INVALID_KEY 0x27u

/* EXITINFO2 of SNP_GUEST_REQUEST: bits 63:32 set by the hypervisor, 31:0 by the firmware */
#define SNP_GUEST_REQ_VMM_INVALID_LEN 1u
#define SNP_GUEST_REQ_VMM_BUSY 2u

/* Secrets page */
struct snp_secrets {
	uint32_t version;
	uint32_t imi_en; /* bit 0 */
	uint32_t fms;
	uint32_t reserved_00c;
	uint8_t gosvw[16];
	uint8_t vmpck[SNP_VMPCK_COUNT][SNP_VMPCK_SIZE];
	uint8_t os_area[96]; /* 0xA0: msg_seqno_0..3 u32, ap_jump_table_pa u64 at 0xB0 */
	uint8_t vmsa_tweak_bitmap[64];
	uint64_t svsm_base; /* the rest is filled by an SVSM for its guest (AMD 58019) */
	uint64_t svsm_size;
	uint64_t svsm_caa;
	uint32_t svsm_max_version;
	uint8_t svsm_guest_vmpl;
	uint8_t reserved_15d[3];
	uint32_t tsc_factor;
	uint8_t reserved_164[3740];
};
static_assert(sizeof(struct snp_secrets) == SNP_PAGE_SIZE, "secrets page");
static_assert(offsetof(struct snp_secrets, vmpck) == 0x20, "VMPCK0");
static_assert(offsetof(struct snp_secrets, os_area) == 0xa0, "os area");
static_assert(offsetof(struct snp_secrets, svsm_base) == 0x140, "svsm_base");
static_assert(offsetof(struct snp_secrets, svsm_guest_vmpl) == 0x15c, "guest vmpl");

/* CPUID page */
#define SNP_CPUID_COUNT_MAX 64u
struct snp_cpuid_entry {
	uint32_t eax_in;
	uint32_t ecx_in;
	uint64_t xcr0_in;
	uint64_t xss_in;
	uint32_t eax;
	uint32_t ebx;
	uint32_t ecx;
	uint32_t edx;
	uint64_t reserved;
};
struct snp_cpuid_page {
	uint32_t count;
	uint32_t reserved_04;
	uint64_t reserved_08;
	struct snp_cpuid_entry entry[SNP_CPUID_COUNT_MAX];
	uint8_t pad[SNP_PAGE_SIZE - 16 - SNP_CPUID_COUNT_MAX * 48];
};
static_assert(sizeof(struct snp_cpuid_entry) == 48, "CPUID entry");
static_assert(sizeof(struct snp_cpuid_page) == SNP_PAGE_SIZE, "CPUID page");

/* VMSA (APM 2, table B-4) */
struct __attribute__((packed)) vmsa_segment {
	uint16_t selector;
	uint16_t attributes;
	uint32_t limit;
	uint64_t base;
};
struct __attribute__((packed)) snp_vmsa {
	struct vmsa_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr; /* 0x000 */
	uint64_t pl_ssp[4];						  /* 0x0a0 */
	uint64_t u_cet;							  /* 0x0c0 */
	uint8_t reserved_0c8[2];
	uint8_t vmpl; /* 0x0ca */
	uint8_t cpl;
	uint32_t reserved_0cc;
	uint64_t efer; /* 0x0d0 */
	uint8_t reserved_0d8[104];
	uint64_t xss;					 /* 0x140 */
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;	 /* 0x148 .. 0x178 */
	uint64_t dr0, dr1, dr2, dr3;			 /* 0x180 */
	uint64_t dr0_mask, dr1_mask, dr2_mask, dr3_mask; /* 0x1a0 */
	uint8_t reserved_1c0[24];
	uint64_t rsp; /* 0x1d8 */
	uint64_t s_cet, ssp, isst_addr;
	uint64_t rax;					       /* 0x1f8 */
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;   /* 0x200 */
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, cr2; /* 0x228 .. 0x240 */
	uint8_t reserved_248[32];
	uint64_t g_pat;						       /* 0x268 */
	uint64_t dbgctl, br_from, br_to, last_excp_from, last_excp_to; /* 0x270 */
	uint8_t reserved_298[72];
	uint64_t spec_ctrl; /* 0x2e0 */
	uint32_t pkru;	    /* 0x2e8 */
	uint32_t tsc_aux;
	uint64_t tsc_scale, tsc_offset, reg_prot_nonce;
	uint64_t rcx, rdx, rbx, reserved_320, rbp, rsi, rdi; /* 0x308 .. 0x338 */
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;	     /* 0x340 .. 0x378 */
	uint8_t reserved_380[16];
	uint64_t guest_exit_info_1, guest_exit_info_2, guest_exit_int_info, guest_nrip; /* 0x390 */
	uint64_t sev_features;								/* 0x3b0 */
	uint64_t vintr_ctrl;
	uint64_t guest_exit_code;			  /* 0x3c0 */
	uint64_t virtual_tom, tlb_id, pcpu_id, event_inj; /* 0x3c8 .. 0x3e0 */
	uint64_t xcr0;					  /* 0x3e8 */
	uint8_t reserved_3f0[16];
	uint64_t x87_dp; /* 0x400 */
	uint32_t mxcsr;	 /* 0x408 */
	uint16_t x87_ftw, x87_fsw, x87_fcw, x87_fop, x87_ds, x87_cs;
	uint64_t x87_rip;
	uint8_t fpreg_x87[80], fpreg_xmm[256], fpreg_ymm[256]; /* 0x420 */
	uint8_t reserved_670[SNP_PAGE_SIZE - 0x670];
};
static_assert(sizeof(struct snp_vmsa) == SNP_PAGE_SIZE, "VMSA");
static_assert(offsetof(struct snp_vmsa, vmpl) == 0xca, "vmpl");
static_assert(offsetof(struct snp_vmsa, efer) == 0xd0, "efer");
static_assert(offsetof(struct snp_vmsa, cr4) == 0x148, "cr4");
static_assert(offsetof(struct snp_vmsa, rip) == 0x178, "rip");
static_assert(offsetof(struct snp_vmsa, rsp) == 0x1d8, "rsp");
static_assert(offsetof(struct snp_vmsa, rax) == 0x1f8, "rax");
static_assert(offsetof(struct snp_vmsa, g_pat) == 0x268, "g_pat");
static_assert(offsetof(struct snp_vmsa, spec_ctrl) == 0x2e0, "spec_ctrl");
static_assert(offsetof(struct snp_vmsa, rcx) == 0x308, "rcx");
static_assert(offsetof(struct snp_vmsa, guest_exit_info_1) == 0x390, "exit info");
static_assert(offsetof(struct snp_vmsa, sev_features) == 0x3b0, "sev_features");
static_assert(offsetof(struct snp_vmsa, guest_exit_code) == 0x3c0, "exit code");
static_assert(offsetof(struct snp_vmsa, xcr0) == 0x3e8, "xcr0");
static_assert(offsetof(struct snp_vmsa, mxcsr) == 0x408, "mxcsr");
static_assert(offsetof(struct snp_vmsa, x87_fcw) == 0x410, "fcw");
static_assert(offsetof(struct snp_vmsa, reserved_670) == 0x670, "end");

/* ID block and ID authentication information (56860, SNP_LAUNCH_FINISH) */
struct snp_id_block {
	uint8_t ld[SNP_DIGEST_SIZE];
	uint8_t family_id[16];
	uint8_t image_id[16];
	uint32_t version;
	uint32_t guest_svn;
	uint64_t policy;
};
static_assert(sizeof(struct snp_id_block) == 96, "ID block");

/* ECDSA P-384 in the AMD-SP's form: numbers little-endian, zero-extended (56860, signature and public key formats) */
#define SNP_ECC_CURVE_P384 2u
#define SNP_ECC_NUMBER_SIZE 72u
struct snp_ecdsa_signature {
	uint8_t r[SNP_ECC_NUMBER_SIZE];
	uint8_t s[SNP_ECC_NUMBER_SIZE];
	uint8_t reserved[368];
};
static_assert(sizeof(struct snp_ecdsa_signature) == 0x200, "signature");
struct snp_ecc_public_key {
	uint32_t curve;
	uint8_t qx[SNP_ECC_NUMBER_SIZE];
	uint8_t qy[SNP_ECC_NUMBER_SIZE];
	uint8_t reserved[0x404 - 4 - 2 * SNP_ECC_NUMBER_SIZE];
};
static_assert(sizeof(struct snp_ecc_public_key) == 0x404, "public key");
struct snp_id_auth {
	uint32_t id_key_algo; /* 1 = ECDSA P-384 with SHA-384 */
	uint32_t author_key_algo;
	uint8_t reserved_008[56];
	struct snp_ecdsa_signature id_block_signature;
	struct snp_ecc_public_key id_key;
	uint8_t reserved_644[60];
	struct snp_ecdsa_signature id_key_signature;
	struct snp_ecc_public_key author_key;
	uint8_t reserved_c84[892];
};
static_assert(sizeof(struct snp_id_auth) == SNP_PAGE_SIZE, "ID_AUTH_INFO");
static_assert(offsetof(struct snp_id_auth, id_block_signature) == 0x40, "ID block signature");
static_assert(offsetof(struct snp_id_auth, id_key) == 0x240, "ID key");
static_assert(offsetof(struct snp_id_auth, id_key_signature) == 0x680, "ID key signature");
static_assert(offsetof(struct snp_id_auth, author_key) == 0x880, "author key");

#endif
