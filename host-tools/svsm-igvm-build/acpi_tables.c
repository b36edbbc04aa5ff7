/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "acpi_tables.h"

#include "abi/acpi.h"

#include <string.h>

#define OEM_ID "SVSM  "
#define OEM_TABLE_ID "SVSMVMPL"
#define CREATOR_ID "SVSM"
#define REVISION 1u
#define COM1_PORT 0x3f8u
#define COM2_PORT 0x2f8u
#define SERIAL_PORTS 8u /* registers */

/* A device of the DSDT: _HID, _UID, and _CRS with one range of I/O ports */
struct __attribute__((packed)) serial_port {
	uint8_t device[2], length;
	char name[4];
	uint8_t hid_op;
	char hid_name[4];
	uint8_t hid_prefix;
	uint32_t hid;
	uint8_t uid_op;
	char uid_name[4];
	uint8_t uid_prefix, uid;
	uint8_t crs_op;
	char crs_name[4];
	uint8_t buffer, buffer_length, buffer_prefix, buffer_size;
	uint8_t io, decode;
	uint16_t first, last;
	uint8_t alignment, count;
	uint8_t end, end_checksum; /* 0: not computed */
};
#define LENGTH_OF(from) ((uint8_t)(sizeof(struct serial_port) - offsetof(struct serial_port, from)))
static_assert(sizeof(struct serial_port) <= AML_LENGTH_ONE, "a device's length takes one byte");

struct __attribute__((packed)) dsdt {
	struct acpi_header header;
	uint8_t scope, length[2]; /* of what follows and itself: low 4 bits with their count, then the rest */
	char name[5];
	struct serial_port port[2];
};
#define SCOPE_LENGTH (sizeof(struct dsdt) - offsetof(struct dsdt, length))

struct __attribute__((packed)) xsdt {
	struct acpi_header header;
	uint64_t table[2];
};

/* In the order they lie in memory; entries of processors follow. */
struct __attribute__((packed)) tables {
	struct acpi_rsdp rsdp;
	uint8_t padding_36[64 - 36];
	struct xsdt xsdt;
	uint8_t padding_116[128 - 116];
	struct acpi_fadt fadt;
	uint8_t padding_404[416 - 404];
	struct dsdt dsdt;
	uint8_t padding_dsdt[576 - 416 - sizeof(struct dsdt)];
	struct acpi_madt madt;
};
static_assert(offsetof(struct tables, xsdt) == 64 && offsetof(struct tables, fadt) == 128 &&
		      offsetof(struct tables, dsdt) == 416 && offsetof(struct tables, madt) == 576,
	      "tables begin at multiples of 16");
static_assert(sizeof(struct tables) + ACPI_LOCAL_APIC_ID_END * sizeof(struct acpi_local_apic) +
			      (ACPI_TABLES_VCPU_MAX - ACPI_LOCAL_APIC_ID_END) * sizeof(struct acpi_local_x2apic) <=
		      ACPI_TABLES_SIZE_MAX,
	      "the largest set fits");

static uint8_t checksum(const void *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
	return (uint8_t)-sum;
}

/* To be called when the rest of the table stands */
static void finish(struct acpi_header *header, const char signature[4], uint8_t revision, size_t size)
{
	*header = (struct acpi_header){
		.length = (uint32_t)size, .revision = revision, .oem_revision = REVISION, .creator_revision = REVISION};
	memcpy(header->signature, signature, sizeof(header->signature));
	memcpy(header->oem_id, OEM_ID, sizeof(header->oem_id));
	memcpy(header->oem_table_id, OEM_TABLE_ID, sizeof(header->oem_table_id));
	memcpy(header->creator_id, CREATOR_ID, sizeof(header->creator_id));
	header->checksum = checksum(header, size);
}

static void write_rsdp(struct acpi_rsdp *rsdp, uint64_t xsdt)
{
	*rsdp = (struct acpi_rsdp){.revision = ACPI_RSDP_REVISION, .length = sizeof(*rsdp), .xsdt = xsdt};
	memcpy(rsdp->signature, ACPI_RSDP_SIGNATURE, sizeof(rsdp->signature));
	memcpy(rsdp->oem_id, OEM_ID, sizeof(rsdp->oem_id));
	rsdp->checksum = checksum(rsdp, ACPI_RSDP_FIRST_SIZE);
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
}

static struct serial_port serial_port(char digit, uint8_t uid, uint16_t port)
{
	return (struct serial_port){
		.device = {AML_EXTENDED, AML_DEVICE},
		.length = LENGTH_OF(length),
		.name = {'C', 'O', 'M', digit},
		.hid_op = AML_NAME,
		.hid_name = {'_', 'H', 'I', 'D'},
		.hid_prefix = AML_DWORD,
		.hid = ACPI_EISA_PNP0501,
		.uid_op = AML_NAME,
		.uid_name = {'_', 'U', 'I', 'D'},
		.uid_prefix = AML_BYTE,
		.uid = uid,
		.crs_op = AML_NAME,
		.crs_name = {'_', 'C', 'R', 'S'},
		.buffer = AML_BUFFER,
		.buffer_length = LENGTH_OF(buffer_length),
		.buffer_prefix = AML_BYTE,
		.buffer_size = LENGTH_OF(io),
		.io = ACPI_RESOURCE_IO,
		.decode = ACPI_RESOURCE_DECODE_16,
		.first = port,
		.last = port,
		.alignment = 1,
		.count = SERIAL_PORTS,
		.end = ACPI_RESOURCE_END,
	};
}

static void write_dsdt(struct dsdt *dsdt)
{
	dsdt->scope = AML_SCOPE;
	dsdt->length[0] = 0x40 | (SCOPE_LENGTH & 0xf);
	dsdt->length[1] = (uint8_t)(SCOPE_LENGTH >> 4);
	memcpy(dsdt->name, "\\_SB_", sizeof(dsdt->name));
	dsdt->port[0] = serial_port('1', 1, COM1_PORT);
	dsdt->port[1] = serial_port('2', 2, COM2_PORT);
	finish(&dsdt->header, "DSDT", ACPI_DSDT_REVISION, sizeof(*dsdt));
}

/* Returns the bytes written. */
static size_t write_processor(uint8_t *out, uint32_t apic_id)
{
	const struct acpi_local_apic entry = {.type = ACPI_LOCAL_APIC,
					      .length = sizeof(entry),
					      .processor = (uint8_t)apic_id,
					      .apic_id = (uint8_t)apic_id,
					      .flags = ACPI_APIC_ENABLED};
	const struct acpi_local_x2apic wide = {.type = ACPI_LOCAL_X2APIC,
					       .length = sizeof(wide),
					       .apic_id = apic_id,
					       .flags = ACPI_APIC_ENABLED,
					       .processor = apic_id};

	if (apic_id < ACPI_LOCAL_APIC_ID_END) {
		memcpy(out, &entry, sizeof(entry));
		return sizeof(entry);
	}
	memcpy(out, &wide, sizeof(wide));
	return sizeof(wide);
}

size_t acpi_tables_write(uint8_t out[ACPI_TABLES_SIZE_MAX], uint64_t gpa, uint32_t vcpus)
{
	struct tables *tables = (struct tables *)out;
	size_t size = sizeof(*tables);

	memset(tables, 0, sizeof(*tables));
	for (uint32_t i = 0; i < vcpus; i++)
		size += write_processor(out + size, i);
	tables->madt.local_apic = ACPI_LOCAL_APIC_ADDRESS;
	finish(&tables->madt.header, "APIC", ACPI_MADT_REVISION, size - offsetof(struct tables, madt));
	write_dsdt(&tables->dsdt);
	tables->fadt.dsdt = (uint32_t)(gpa + offsetof(struct tables, dsdt));
	tables->fadt.x_dsdt = tables->fadt.dsdt;
	tables->fadt.iapc_boot_arch = ACPI_FADT_VGA_NOT_PRESENT;
	tables->fadt.flags = ACPI_FADT_WBINVD | ACPI_FADT_HW_REDUCED;
	tables->fadt.minor_version = ACPI_FADT_MINOR;
	finish(&tables->fadt.header, "FACP", ACPI_FADT_REVISION, sizeof(tables->fadt));
	tables->xsdt.table[0] = gpa + offsetof(struct tables, fadt);
	tables->xsdt.table[1] = gpa + offsetof(struct tables, madt);
	finish(&tables->xsdt.header, "XSDT", 1, sizeof(tables->xsdt));
	write_rsdp(&tables->rsdp, gpa + offsetof(struct tables, xsdt));
	return size;
}
