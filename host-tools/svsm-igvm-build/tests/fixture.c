/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture.h"

#include "igvm_write.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static uint8_t module_a[5000];
static uint8_t module_b[10] = "templates";

struct file_data fixture_elf(uint64_t entry, const struct fixture_segment *segments, uint16_t count)
{
	Elf64_Ehdr header = {.e_type = ET_EXEC,
			     .e_machine = EM_X86_64,
			     .e_version = EV_CURRENT,
			     .e_entry = entry,
			     .e_phoff = sizeof(header),
			     .e_ehsize = sizeof(header),
			     .e_phentsize = sizeof(Elf64_Phdr),
			     .e_phnum = count};
	struct file_data out = {.size = sizeof(header) + count * sizeof(Elf64_Phdr)};
	size_t at = out.size;

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_ident[EI_VERSION] = EV_CURRENT;
	for (uint16_t i = 0; i < count; i++)
		out.size += segments[i].file_size;
	out.bytes = calloc(1, out.size);
	assert_non_null(out.bytes);
	memcpy(out.bytes, &header, sizeof(header));
	for (uint16_t i = 0; i < count; i++) {
		const Elf64_Phdr program = {.p_type = PT_LOAD,
					    .p_flags = segments[i].flags,
					    .p_offset = at,
					    .p_vaddr = segments[i].gpa,
					    .p_paddr = segments[i].gpa,
					    .p_filesz = segments[i].file_size,
					    .p_memsz = segments[i].memory_size};

		memcpy(out.bytes + sizeof(header) + i * sizeof(program), &program, sizeof(program));
		for (uint32_t j = 0; j < segments[i].file_size; j++)
			out.bytes[at + j] = (uint8_t)(1 + (segments[i].gpa / 4096 + j) % 251);
		at += segments[i].file_size;
	}
	return out;
}

void fixture_open(struct fixture *fixture)
{
	static const struct fixture_segment firmware[] = {
		{FW_BASE, 0x1800, 0x1800, PF_R | PF_X},
		{FW_BASE + 0x3000, 0x10, 0x2100, PF_R | PF_W},
	};
	static const struct fixture_segment guest[] = {
		{0x100000, 0x1010, 0x1010, PF_R | PF_X},
		{0x102000, 0x20, 0x1000, PF_R | PF_W},
		{0x20000000, 0x20, 0x20, PF_R},
	};

	memset(fixture, 0, sizeof(*fixture));
	memset(module_a, 0x5a, sizeof(module_a));
	fixture->firmware = fixture_elf(FW_BASE + 0x10, firmware, 2);
	fixture->guest = fixture_elf(0x100000, guest, 3);
	fixture->inputs.description = "image.json";
	fixture->inputs.firmware = (struct image_input){"svsm.elf", fixture->firmware.bytes, fixture->firmware.size};
	fixture->inputs.module[0] = (struct image_input){"vtpm", module_a, sizeof(module_a)};
	fixture->inputs.module[1] = (struct image_input){"keys.bin", module_b, sizeof(module_b)};
	fixture->inputs.guest = (struct image_input){"guest.elf", fixture->guest.bytes, fixture->guest.size};
	fixture->description = (struct description){
		.guest_policy = 0x30000,
		.sev_features = SEV_FEATURE_SNP,
		.module_count = 2,
		.module = {{.kind = BOOT_MODULE_VTPM}, {.kind = BOOT_MODULE_KEY_TEMPLATES}},
		.guest = {.kind = BOOT_GUEST_FLAT64,
			  .stack_top = 0x800000,
			  .page_tables = 0x800000,
			  .boot_params = 0x807000,
			  .secrets = 0x80d000,
			  .cpuid = 0x80e000,
			  .calling_area = 0x80f000},
	};
}

void fixture_build(struct fixture *fixture)
{
	if (!image_layout(&fixture->description, &fixture->inputs, &fixture->image, &fixture->error) ||
	    !igvm_write(&fixture->image, &fixture->igvm, &fixture->error))
		fail_msg("%s", fixture->error.text);
}

void fixture_close(struct fixture *fixture)
{
	image_free(&fixture->image);
	file_data_free(&fixture->igvm);
	file_data_free(&fixture->firmware);
	file_data_free(&fixture->guest);
}

void fixture_checksum(struct file_data *igvm)
{
	struct igvm_fixed_header fixed;
	uLong crc;

	memcpy(&fixed, igvm->bytes, sizeof(fixed));
	fixed.checksum = 0;
	memcpy(igvm->bytes, &fixed, sizeof(fixed));
	crc = crc32(0, igvm->bytes, fixed.variable_header_offset + fixed.variable_header_size);
	fixed.checksum = (uint32_t)crc;
	memcpy(igvm->bytes, &fixed, sizeof(fixed));
}
