/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The fields of a VMSA by name, and which of them a loader takes. Source: APM 2, table B-4. */
#ifndef IGVM_BUILD_VMSA_FIELDS_H
#define IGVM_BUILD_VMSA_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum vmsa_field_kind {
	VMSA_FIELD_SEGMENT, /* struct vmsa_segment */
	VMSA_FIELD_NUMBER,  /* 1, 2, 4 or 8 bytes */
	VMSA_FIELD_BYTES,
};

#define VMSA_LOADED_QEMU 1u    /* QEMU copies it into the vCPU */
#define VMSA_LOADED_WIDE 2u    /* KVM keeps it in the VMSA it makes; what a loader with a full register set passes on */
#define VMSA_LOADED_OPENVMM 4u /* OpenVMM passes it on to KVM */

struct vmsa_field {
	const char *name;
	uint16_t offset;
	uint16_t size;
	enum vmsa_field_kind kind;
	uint8_t loaded;
};

/* Field number `index` in the order of the page, NULL behind the last. Together they cover the page. */
const struct vmsa_field *vmsa_field_at(size_t index);

/* Value of a VMSA_FIELD_NUMBER. */
uint64_t vmsa_field_number(const struct vmsa_field *field, const uint8_t *vmsa);

#endif
