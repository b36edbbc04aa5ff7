/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * ACPI tables of a machine with hardware-reduced ACPI. Source: ACPI Specification 6.5, chapter 5 (tables), 6.4
 * (resource descriptors), 20 (AML). Little-endian.
 */
#ifndef ABI_ACPI_H
#define ABI_ACPI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* Root System Description Pointer, 5.2.5.3 */
#define ACPI_RSDP_SIGNATURE "RSD PTR "
#define ACPI_RSDP_REVISION 2u
#define ACPI_RSDP_FIRST_SIZE 20u /* what the first checksum covers */
struct __attribute__((packed)) acpi_rsdp {
	char signature[8];
	uint8_t checksum;
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
};
static_assert(sizeof(struct acpi_rsdp) == 36, "RSDP");

/* System Description Table Header, 5.2.6. All bytes of a table add up to 0. */
struct __attribute__((packed)) acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
};
static_assert(sizeof(struct acpi_header) == 36, "table header");

/* Fixed ACPI Description Table, 5.2.9 */
#define ACPI_FADT_REVISION 6u
#define ACPI_FADT_MINOR 5u
#define ACPI_FADT_VGA_NOT_PRESENT 0x0004u /* IAPC_BOOT_ARCH */
#define ACPI_FADT_WBINVD (1u << 0)
#define ACPI_FADT_HW_REDUCED (1u << 20)
struct __attribute__((packed)) acpi_fadt {
	struct acpi_header header; /* "FACP" */
	uint32_t firmware_ctrl, dsdt;
	uint8_t reserved_44[109 - 44]; /* 44: fixed hardware, which such a machine does not have */
	uint16_t iapc_boot_arch;       /* 109 */
	uint8_t reserved_111;
	uint32_t flags; /* 112 */
	uint8_t reserved_116[131 - 116];
	uint8_t minor_version; /* 131 */
	uint64_t x_firmware_ctrl, x_dsdt;
	uint8_t reserved_148[268 - 148];
	uint64_t hypervisor; /* 268 */
};
static_assert(sizeof(struct acpi_fadt) == 276, "FADT");
static_assert(offsetof(struct acpi_fadt, flags) == 112, "FADT flags");
static_assert(offsetof(struct acpi_fadt, x_dsdt) == 140, "FADT X_DSDT");

/* Multiple APIC Description Table, 5.2.12 */
#define ACPI_MADT_REVISION 5u
#define ACPI_LOCAL_APIC_ADDRESS 0xfee00000u
struct __attribute__((packed)) acpi_madt {
	struct acpi_header header; /* "APIC" */
	uint32_t local_apic;
	uint32_t flags;
};
#define ACPI_APIC_ENABLED 1u
#define ACPI_LOCAL_APIC 0u /* for APIC ids below 255 */
struct __attribute__((packed)) acpi_local_apic {
	uint8_t type, length;
	uint8_t processor, apic_id;
	uint32_t flags;
};
#define ACPI_LOCAL_APIC_ID_END 255u
#define ACPI_LOCAL_X2APIC 9u
struct __attribute__((packed)) acpi_local_x2apic {
	uint8_t type, length;
	uint16_t reserved;
	uint32_t apic_id, flags, processor;
};
static_assert(sizeof(struct acpi_local_apic) == 8 && sizeof(struct acpi_local_x2apic) == 16, "MADT entries");

/* AML, 20.2 */
#define ACPI_DSDT_REVISION 2u
#define AML_NAME 0x08u
#define AML_BYTE 0x0au
#define AML_DWORD 0x0cu
#define AML_SCOPE 0x10u
#define AML_BUFFER 0x11u
#define AML_EXTENDED 0x5bu
#define AML_DEVICE 0x82u   /* after AML_EXTENDED */
#define AML_LENGTH_ONE 63u /* longest package whose length takes one byte */
/* I/O port and end tag descriptors, 6.4.2.5 and 6.4.2.9 */
#define ACPI_RESOURCE_IO 0x47u
#define ACPI_RESOURCE_DECODE_16 0x01u
#define ACPI_RESOURCE_END 0x79u
#define ACPI_EISA_PNP0501 0x0105d041u /* a 16550A */

#endif
