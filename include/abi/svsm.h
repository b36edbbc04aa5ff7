/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SVSM calls. Source: AMD 58019 "Secure VM Service Module for SEV-SNP Guests", revision 1.00. Little-endian.
 * SINGLE_SERVICE_EX is not in that revision: it is the proposal of April 2025 (svsm-devel, coconut-svsm pull request
 * 719), served as version 2 of the attestation protocol.
 */
#ifndef ABI_SVSM_H
#define ABI_SVSM_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define SVSM_PROTOCOL_CORE 0u
#define SVSM_PROTOCOL_ATTEST 1u
#define SVSM_PROTOCOL_VTPM 2u

#define SVSM_CORE_REMAP_CA 0u
#define SVSM_CORE_PVALIDATE 1u
#define SVSM_CORE_CREATE_VCPU 2u
#define SVSM_CORE_DELETE_VCPU 3u
#define SVSM_CORE_DEPOSIT_MEM 4u
#define SVSM_CORE_WITHDRAW_MEM 5u
#define SVSM_CORE_QUERY_PROTOCOL 6u
#define SVSM_CORE_CONFIGURE_VTOM 7u
#define SVSM_CONFIGURE_VTOM_QUERY 1u /* RCX bit 0 */

#define SVSM_ATTEST_SERVICES 0u
#define SVSM_ATTEST_SINGLE_SERVICE 1u
#define SVSM_ATTEST_SINGLE_SERVICE_EX 2u /* protocol version 2 */

#define SVSM_VTPM_QUERY 0u
#define SVSM_VTPM_CMD 1u

/* Result codes, RAX */
#define SVSM_SUCCESS 0u
#define SVSM_ERR_INCOMPLETE 0x80000000u
#define SVSM_ERR_UNSUPPORTED_PROTOCOL 0x80000001u
#define SVSM_ERR_UNSUPPORTED_CALL 0x80000002u
#define SVSM_ERR_INVALID_ADDRESS 0x80000003u
#define SVSM_ERR_INVALID_FORMAT 0x80000004u
#define SVSM_ERR_INVALID_PARAMETER 0x80000005u
#define SVSM_ERR_INVALID_REQUEST 0x80000006u
#define SVSM_ERR_BUSY 0x80000007u
#define SVSM_ERR_PROTOCOL_BASE 0x80001000u
#define SVSM_ERR_PVALIDATE_FAIL_INPUT (SVSM_ERR_PROTOCOL_BASE + 1u)
#define SVSM_ERR_PVALIDATE_FAIL_SIZEMISMATCH (SVSM_ERR_PROTOCOL_BASE + 6u)
#define SVSM_ERR_PVALIDATE_FAIL_NOCHANGE (SVSM_ERR_PROTOCOL_BASE + 0x10u)
/* CREATE_VCPU and DELETE_VCPU: what RMPADJUST says to the VMSA page; FAIL_INUSE also when VMPL0 works with it */
#define SVSM_ERR_RMPADJUST_FAIL_INPUT (SVSM_ERR_PROTOCOL_BASE + 1u)
#define SVSM_ERR_RMPADJUST_FAIL_PERMISSION (SVSM_ERR_PROTOCOL_BASE + 2u)
#define SVSM_ERR_RMPADJUST_FAIL_INUSE (SVSM_ERR_PROTOCOL_BASE + 3u)
#define SVSM_ERR_RMPADJUST_FAIL_SIZEMISMATCH (SVSM_ERR_PROTOCOL_BASE + 6u)
/* Attestation: BUSY for too long. What is asked for is being made; ask again after a while. */
#define SVSM_ERR_ATTEST_LATER (SVSM_ERR_PROTOCOL_BASE + 2u)
/* SINGLE_SERVICE_EX with a selector */
#define SVSM_ERR_ATTEST_NO_REPORT (SVSM_ERR_PROTOCOL_BASE + 0u) /* the AMD-SP gave none */
#define SVSM_ERR_ATTEST_SELECTOR (SVSM_ERR_PROTOCOL_BASE + 1u)	/* size or kind of the selector */
#define SVSM_ERR_ATTEST_TPM (SVSM_ERR_PROTOCOL_BASE + 0x100u)	/* plus the TPM's response code */

struct svsm_calling_area {
	uint8_t call_pending;
	uint8_t mem_available;
	uint8_t reserved[6];
	uint8_t buffer[4088];
};
static_assert(sizeof(struct svsm_calling_area) == 4096, "calling area");

/* CORE_PVALIDATE list: 8-byte aligned, inside one page */
#define SVSM_PVALIDATE_ENTRY_MAX 511u
struct svsm_pvalidate_list {
	uint16_t entries;
	uint16_t next;
	uint32_t reserved;
	uint64_t entry[];
};
#define SVSM_PVALIDATE_SIZE_MASK 3ull
#define SVSM_PVALIDATE_VALIDATE (1ull << 2)
#define SVSM_PVALIDATE_IGNORE_CF (1ull << 3)
#define SVSM_PVALIDATE_RESERVED 0xff0ull
#define SVSM_PVALIDATE_GPA_MASK 0xfffffffffffff000ull

struct svsm_attest_services {
	uint64_t report_gpa;
	uint32_t report_size;
	uint32_t reserved_0c;
	uint64_t nonce_gpa;
	uint16_t nonce_size;
	uint8_t reserved_1a[6];
	uint64_t manifest_gpa;
	uint32_t manifest_size;
	uint32_t reserved_2c;
	uint64_t certificates_gpa;
	uint32_t certificates_size;
	uint32_t reserved_3c;
};
static_assert(sizeof(struct svsm_attest_services) == 0x40, "attest services");
struct svsm_attest_single_service {
	struct svsm_attest_services common;
	uint8_t service_guid[16];
	uint32_t manifest_version;
	uint32_t reserved_54;
};
static_assert(sizeof(struct svsm_attest_single_service) == 0x58, "attest single service");
struct svsm_attest_single_service_ex {
	struct svsm_attest_single_service single;
	uint64_t selector_gpa; /* any alignment */
	uint32_t selector_size;
	uint32_t reserved_64;
};
static_assert(sizeof(struct svsm_attest_single_service_ex) == 0x68, "attest single service ex");
#define SVSM_ATTEST_NONCE_SIZE 64u

/*
 * What REPORT_DATA covers: SHA-512(nonce || manifest), and with a selector
 * SHA-512(nonce || struct svsm_selector_context || selector || manifest).
 */
#define SVSM_SELECTOR_CONTEXT_MAGIC 0x324d5353u /* "SSM2" */
struct svsm_selector_context {
	uint32_t magic;
	uint8_t service_guid[16];
	uint32_t manifest_version;
};
static_assert(sizeof(struct svsm_selector_context) == 24, "selector context");

/* Manifest selector of the vTPM: this kind, then a TPMT_PUBLIC that TPM2_CreatePrimary gets as its template */
#define SVSM_VTPM_SELECTOR_TEMPLATE 1ull
#define SVSM_VTPM_SELECTOR_KIND_SIZE 8u
#define SVSM_SELECTOR_MAX 65543u

/* Versions of the vTPM's manifest: one TPMT_PUBLIC; u32 BE 1, u32 BE count, TPM2B_PUBLIC[] */
#define SVSM_VTPM_MANIFEST_KEY 0u
#define SVSM_VTPM_MANIFEST_LIST 1u

/* GUIDs in wire order: the first three fields little-endian */
#define SVSM_GUID_SERVICES_MANIFEST /* 63849ebb-3d92-4670-a1ff-58f9c94b87bb */                                         \
	{                                                                                                              \
		0xbb, 0x9e, 0x84, 0x63, 0x92, 0x3d, 0x70, 0x46, 0xa1, 0xff, 0x58, 0xf9, 0xc9, 0x4b, 0x87, 0xbb         \
	}
#define SVSM_GUID_VTPM /* c476f1eb-0123-45a5-9641-b4e7dde5bfe3 */                                                      \
	{                                                                                                              \
		0xeb, 0xf1, 0x76, 0xc4, 0x23, 0x01, 0xa5, 0x45, 0x96, 0x41, 0xb4, 0xe7, 0xdd, 0xe5, 0xbf, 0xe3         \
	}
#define SVSM_GUID_UEFI_MM /* a4453a59-9e1b-4787-a033-1986d6adbe55 */                                                   \
	{                                                                                                              \
		0x59, 0x3a, 0x45, 0xa4, 0x1b, 0x9e, 0x87, 0x47, 0xa0, 0x33, 0x19, 0x86, 0xd6, 0xad, 0xbe, 0x55         \
	}

/*
 * Manifest of the UEFI management-mode service. Not in revision 1.00: what COCONUT-SVSM and its clients exchange; this
 * project's firmware has no such service.
 */
struct svsm_uefi_mm_manifest {
	uint32_t version;
	uint32_t flags;
};
static_assert(sizeof(struct svsm_uefi_mm_manifest) == 8, "UEFI MM manifest");
#define SVSM_UEFI_MM_PERSISTENT_NV (1u << 0)
#define SVSM_UEFI_MM_SECURE_BOOT (1u << 1)
#define SVSM_UEFI_MM_DB_UPDATE (1u << 2)

struct svsm_services_manifest {
	uint8_t guid[16];
	uint32_t length; /* of the whole manifest */
	uint32_t count;
};
struct svsm_services_entry {
	uint8_t guid[16];
	uint32_t offset; /* from the start of the manifest */
	uint32_t length;
};
static_assert(sizeof(struct svsm_services_manifest) == 24, "services manifest");
static_assert(sizeof(struct svsm_services_entry) == 24, "services entry");

/* vTPM protocol: one page in and out, packed */
#define SVSM_VTPM_SEND_COMMAND 8u /* platform command; also its bit in QUERY's RCX */
struct __attribute__((packed)) svsm_vtpm_request {
	uint32_t command;
	uint8_t locality;
	uint32_t size;
	uint8_t data[];
};
static_assert(sizeof(struct svsm_vtpm_request) == 9, "vTPM request");
#define SVSM_VTPM_REQUEST_MAX (4096u - 9u)
#define SVSM_VTPM_RESPONSE_MAX (4096u - 4u)

#endif
