/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_layout_linux.h"

#include <inttypes.h>
#include <string.h>

/*
 * Everything but kernel and initramfs lies in one 2 MiB region: Linux's decompressor maps the region of the blob and
 * the CPUID page only, and then reads secrets and calling area without a page fault handler.
 */
#define PAGE_TABLES 0x800000ull
#define BOOT_PARAMS 0x807000ull
#define COMMAND_LINE (BOOT_PARAMS + offsetof(struct guest_linux_pages, command_line))
#define SETUP_DATA (BOOT_PARAMS + offsetof(struct guest_linux_pages, setup_data))
#define CC_BLOB (BOOT_PARAMS + offsetof(struct guest_linux_pages, cc_blob))
#define SECRETS 0x80d000ull
#define CPUID 0x80e000ull
#define CALLING_AREA 0x80f000ull
#define ACPI 0x810000ull
#define KERNEL_LOWEST 0x1000000ull
#define INITRD (FW_BASE + FW_SIZE)
#define INITRD_LIMIT (1ull << 31)
static_assert(BOOT_PARAMS + offsetof(struct guest_linux_pages, acpi) <= SECRETS,
	      "boot pages end before the firmware's");

static uint64_t page_up(uint64_t value)
{
	return (value + SNP_PAGE_SIZE - 1) & ~(uint64_t)(SNP_PAGE_SIZE - 1);
}

/* The header as far as this kernel has one; fields it does not have yet are zero. */
static bool read_header(const struct guest_linux_file *kernel, struct linux_setup_header *header, struct error *error)
{
	size_t size;

	if (kernel->size < LINUX_HEADER_OFFSET + sizeof(*header))
		return error_set(error, ERROR_INVALID, "%s: too short for a Linux kernel", kernel->label);
	memcpy(header, kernel->bytes + LINUX_HEADER_OFFSET, sizeof(*header));
	if (header->boot_flag != LINUX_BOOT_FLAG || header->header != LINUX_HEADER_MAGIC)
		return error_set(error, ERROR_INVALID, "%s: not a bzImage (no boot flag and \"HdrS\" at 0x1fe)",
				 kernel->label);
	if (header->version < LINUX_VERSION_MIN || !(header->xloadflags & LINUX_XLF_KERNEL_64) ||
	    !(header->loadflags & LINUX_LOADED_HIGH))
		return error_set(error, ERROR_INVALID,
				 "%s: boot protocol %u.%02u without a 64-bit entry point; 2.12 and "
				 "XLF_KERNEL_64 are needed",
				 kernel->label, header->version >> 8, header->version & 0xff);
	size = offsetof(struct linux_setup_header, header) + header->jump_distance;
	if (size < offsetof(struct linux_setup_header, handover_offset))
		return error_set(error, ERROR_INVALID, "%s: setup header ends at 0x%zx, before init_size",
				 kernel->label, LINUX_HEADER_OFFSET + size);
	if (size < sizeof(*header))
		memset((uint8_t *)header + size, 0, sizeof(*header) - size);
	return true;
}

static void add(struct elf_file *placed, uint64_t gpa, const void *bytes, uint64_t size)
{
	placed->segment[placed->segment_count++] =
		(struct elf_segment){.gpa = gpa, .memory_size = size, .file_size = size, .bytes = bytes};
}

static void add_range(struct boot_guest *out, uint64_t gpa, uint64_t size)
{
	out->range[out->range_count++] = (struct boot_range){gpa, page_up(size)};
}

static bool place_kernel(const struct guest_linux_file *kernel, const struct linux_setup_header *header,
			 struct elf_file *placed, struct boot_guest *out, struct error *error)
{
	uint64_t setup = (header->setup_sects ? header->setup_sects : LINUX_SETUP_SECTS_DEFAULT) + 1ull;
	uint64_t offset = setup * LINUX_SECTOR_SIZE;
	uint64_t at = header->pref_address, size = kernel->size - offset;
	uint64_t needed = size > header->init_size ? size : header->init_size;

	if (kernel->size <= offset + LINUX_ENTRY_64)
		return error_set(error, ERROR_INVALID, "%s: ends before the 64-bit entry point at 0x%" PRIx64,
				 kernel->label, offset + LINUX_ENTRY_64);
	if (at % SNP_PAGE_SIZE || at < KERNEL_LOWEST || at > FW_BASE || FW_BASE - at < needed)
		return error_set(error, ERROR_INVALID,
				 "%s: wants 0x%" PRIx64 " bytes at 0x%" PRIx64
				 ", which is not inside [0x%llx, 0x%llx), below the firmware",
				 kernel->label, needed, at, KERNEL_LOWEST, FW_BASE);
	out->entry = at + LINUX_ENTRY_64;
	add(placed, at, kernel->bytes + offset, size);
	add_range(out, at, size);
	return true;
}

static bool place_initrd(const struct guest_linux_file *initrd, struct linux_setup_header *header,
			 struct elf_file *placed, struct boot_guest *out, struct error *error)
{
	uint64_t limit = header->initrd_addr_max < INITRD_LIMIT ? header->initrd_addr_max + 1ull : INITRD_LIMIT;

	if (initrd->size == 0)
		return error_set(error, ERROR_INVALID, "%s: is empty", initrd->label);
	if (limit <= INITRD || limit - INITRD < initrd->size)
		return error_set(error, ERROR_INVALID,
				 "%s: 0x%zx bytes at 0x%llx leave the kernel's limit for an initramfs, 0x%" PRIx64,
				 initrd->label, initrd->size, INITRD, limit);
	header->ramdisk_image = (uint32_t)INITRD;
	header->ramdisk_size = (uint32_t)initrd->size;
	add(placed, INITRD, initrd->bytes, initrd->size);
	add_range(out, INITRD, initrd->size);
	return true;
}

static bool write_command_line(const struct guest_linux_file *kernel, const char *command_line,
			       const struct linux_setup_header *header, struct guest_linux_pages *pages,
			       struct error *error)
{
	size_t size = strlen(command_line), limit = sizeof(pages->command_line) - 1;

	if (header->cmdline_size < limit)
		limit = header->cmdline_size;
	if (size > limit)
		return error_set(error, ERROR_INVALID,
				 "guest.command_line: %zu characters, %s and this tool take at most %zu", size,
				 kernel->label, limit);
	memcpy(pages->command_line, command_line, size);
	return true;
}

static void write_pages(const struct linux_setup_header *header, struct guest_linux_pages *pages)
{
	const struct linux_setup_cc_blob data = {
		.type = LINUX_SETUP_CC_BLOB, .length = sizeof(data.address), .address = (uint32_t)CC_BLOB};
	const struct linux_cc_blob blob = {.magic = LINUX_CC_BLOB_MAGIC,
					   .secrets = SECRETS,
					   .secrets_size = SNP_PAGE_SIZE,
					   .cpuid = CPUID,
					   .cpuid_size = SNP_PAGE_SIZE};

	pages->boot_params.hdr = *header;
	pages->boot_params.hdr.type_of_loader = LINUX_LOADER_UNDEFINED;
	pages->boot_params.hdr.cmd_line_ptr = (uint32_t)COMMAND_LINE;
	pages->boot_params.hdr.setup_data = SETUP_DATA;
	pages->boot_params.acpi_rsdp_addr = ACPI;
	memcpy(pages->setup_data, &data, sizeof(data));
	memcpy(pages->cc_blob, &blob, sizeof(blob));
}

bool guest_layout_linux(const struct guest_linux_file *kernel, const struct guest_linux_file *initrd,
			const char *command_line, uint32_t vcpus, struct guest_linux_pages *pages,
			struct elf_file *placed, struct boot_guest *out, struct error *error)
{
	struct linux_setup_header header;

	memset(pages, 0, sizeof(*pages));
	memset(placed, 0, sizeof(*placed));
	*out = (struct boot_guest){.kind = BOOT_GUEST_LINUX,
				   .page_tables = PAGE_TABLES,
				   .boot_params = BOOT_PARAMS,
				   .secrets = SECRETS,
				   .cpuid = CPUID,
				   .calling_area = CALLING_AREA,
				   .cc_blob = CC_BLOB,
				   .acpi = ACPI};
	if (!read_header(kernel, &header, error) || !write_command_line(kernel, command_line, &header, pages, error))
		return false;
	add(placed, BOOT_PARAMS, pages, offsetof(struct guest_linux_pages, acpi));
	add_range(out, BOOT_PARAMS, offsetof(struct guest_linux_pages, acpi));
	out->acpi_size = page_up(acpi_tables_write(pages->acpi, ACPI, vcpus));
	add(placed, ACPI, pages->acpi, out->acpi_size);
	add_range(out, ACPI, out->acpi_size);
	if (!place_kernel(kernel, &header, placed, out, error) ||
	    (initrd && !place_initrd(initrd, &header, placed, out, error)))
		return false;
	write_pages(&header, pages);
	placed->entry = out->entry;
	return true;
}
