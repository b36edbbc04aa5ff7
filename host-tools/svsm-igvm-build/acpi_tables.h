/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * ACPI tables for a guest that is entered without boot firmware: as little as tells it how many processors there are.
 * Hardware-reduced ACPI: no fixed hardware, no SCI, no PICs. The DSDT has two serial ports without interrupts and no
 * code. As part of the image the tables are measured, so that the guest runs none of the host's AML.
 */
#ifndef IGVM_BUILD_ACPI_TABLES_H
#define IGVM_BUILD_ACPI_TABLES_H

#include "abi/snp.h"

#include <stddef.h>
#include <stdint.h>

#define ACPI_TABLES_SIZE_MAX (2 * SNP_PAGE_SIZE)
#define ACPI_TABLES_VCPU_MAX 512u

/*
 * Writes the tables for APIC ids 0 to vcpus - 1 as they lie at `gpa`, page aligned and below 4 GiB; the RSDP is first.
 * `vcpus` is 1 to ACPI_TABLES_VCPU_MAX. Returns the bytes used; those behind them are not touched.
 */
size_t acpi_tables_write(uint8_t out[ACPI_TABLES_SIZE_MAX], uint64_t gpa, uint32_t vcpus);

#endif
