/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "elf_image.h"

#include "console.h"
#include "freestanding_string.h"
#include "random.h"
#include "services.h"
#include "stack_marks.h"

#include <elf.h>

#define SEGMENT_MAX 16u
#define STACK_TOP SERVICE_STACK_TOP
#define STACK_SIZE ((uint64_t)SERVICE_STACK_SIZE)
#define RANDOM_BYTES 16u

static bool refuse(const char *why)
{
	console_printf("SVSM: service image: %s\n", why);
	return false;
}

static bool check_header(const Elf64_Ehdr *header, uint64_t size)
{
	if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse("not a 64-bit ELF file");
	if (header->e_type != ET_EXEC || header->e_machine != EM_X86_64)
		return refuse("not a static x86-64 executable");
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 || header->e_phnum > SEGMENT_MAX ||
	    header->e_phoff > size || size - header->e_phoff < header->e_phnum * sizeof(Elf64_Phdr))
		return refuse("program headers out of bounds");
	return true;
}

static bool check_segment(const Elf64_Phdr *segment, uint64_t size)
{
	uint64_t end;

	if (segment->p_offset > size || segment->p_filesz > size - segment->p_offset ||
	    segment->p_memsz < segment->p_filesz)
		return refuse("segment out of bounds");
	if (__builtin_add_overflow(segment->p_vaddr, segment->p_memsz, &end) || end >= ADDRESS_SPACE_END - STACK_SIZE ||
	    segment->p_vaddr < PAGE_SIZE)
		return refuse("segment address");
	if ((segment->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
		return refuse("segment is writable and executable");
	if ((segment->p_vaddr ^ segment->p_offset) % PAGE_SIZE != 0)
		return refuse("segment offset does not match its address");
	return true;
}

static bool map_in_place(struct service *service, const uint8_t *image, const Elf64_Phdr *segment)
{
	enum paging_protection protection = (segment->p_flags & PF_X) != 0 ? PAGING_EXECUTE : PAGING_READ;
	uint64_t va = addr_align_down(segment->p_vaddr, PAGE_SIZE);
	const uint8_t *from = image + addr_align_down(segment->p_offset, PAGE_SIZE);

	if (segment->p_memsz != segment->p_filesz)
		return refuse("read-only segment with uninitialised data");
	for (; va < segment->p_vaddr + segment->p_memsz; va += PAGE_SIZE, from += PAGE_SIZE) {
		if (!address_space_map_image(&service->space, va, paging_gpa(from), protection))
			return refuse("segments overlap, or memory is short");
	}
	return true;
}

static bool copy_segment(struct service *service, const uint8_t *image, const Elf64_Phdr *segment)
{
	uint64_t start = addr_align_down(segment->p_vaddr, PAGE_SIZE), end;

	if (!addr_align_up(segment->p_vaddr + segment->p_memsz, PAGE_SIZE, &end) ||
	    !address_space_map_new(&service->space, start, end - start, PAGING_WRITE))
		return refuse("segments overlap, or memory is short");
	for (uint64_t done = 0; done < segment->p_filesz;) {
		uint64_t va = segment->p_vaddr + done;
		uint64_t offset = va % PAGE_SIZE;
		uint64_t chunk = PAGE_SIZE - offset;
		uint8_t *page = address_space_page(&service->space, va - offset);

		if (chunk > segment->p_filesz - done)
			chunk = segment->p_filesz - done;
		memcpy(page + offset, image + segment->p_offset + done, chunk);
		done += chunk;
	}
	return true;
}

/* System V ABI: argc, argv, envp, auxiliary vector, all in the stack's last page. */
static bool make_stack(struct service *service, const Elf64_Ehdr *header, uint64_t program_headers)
{
	struct {
		uint64_t argc, argv[2], envp[1];
		Elf64_auxv_t auxv[12];
		uint8_t random[RANDOM_BYTES];
		char name[16];
	} * top;
	uint64_t rsp = (STACK_TOP - sizeof(*top)) & ~15ull;
	Elf64_auxv_t *aux;
	uint8_t *page;

	if (!address_space_map_new(&service->space, STACK_TOP - STACK_SIZE, STACK_SIZE, PAGING_WRITE))
		return refuse("no memory for the stack");
	for (uint64_t at = STACK_TOP - STACK_SIZE; at < STACK_TOP; at += PAGE_SIZE)
		stack_marks_paint(address_space_page(&service->space, at), PAGE_SIZE);
	page = address_space_page(&service->space, STACK_TOP - PAGE_SIZE);
	top = (void *)(page + rsp % PAGE_SIZE);
	memset(top, 0, sizeof(*top));
	top->argc = 1;
	top->argv[0] = rsp + offsetof(__typeof__(*top), name);
	if (!random_fill(top->random, sizeof(top->random)))
		return refuse("the processor gives no random numbers");
	memcpy(top->name, service->name, strlen(service->name) + 1);
	aux = top->auxv;
#define AUX(type, value)                                                                                               \
	*aux++ = (Elf64_auxv_t)                                                                                        \
	{                                                                                                              \
		type,                                                                                                  \
		{                                                                                                      \
			value                                                                                          \
		}                                                                                                      \
	}
	AUX(AT_PHDR, program_headers);
	AUX(AT_PHENT, sizeof(Elf64_Phdr));
	AUX(AT_PHNUM, header->e_phnum);
	AUX(AT_PAGESZ, PAGE_SIZE);
	AUX(AT_ENTRY, header->e_entry);
	AUX(AT_UID, 0);
	AUX(AT_EUID, 0);
	AUX(AT_GID, 0);
	AUX(AT_EGID, 0);
	AUX(AT_SECURE, 0);
	AUX(AT_RANDOM, rsp + offsetof(__typeof__(*top), random));
	AUX(AT_NULL, 0);
#undef AUX
	user_context_init(&service->context, header->e_entry, rsp);
	return true;
}

bool elf_image_load(struct service *service, const uint8_t *image, uint64_t size)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
	const Elf64_Phdr *segments;
	uint64_t program_headers = 0, end = 0;

	if (!check_header(header, size))
		return false;
	segments = (const Elf64_Phdr *)(image + header->e_phoff);
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];

		if (segment->p_type == PT_INTERP || segment->p_type == PT_DYNAMIC)
			return refuse("dynamically linked");
		if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
			continue;
		if (!check_segment(segment, size))
			return false;
		if (!((segment->p_flags & PF_W) != 0 ? copy_segment(service, image, segment)
						     : map_in_place(service, image, segment)))
			return false;
		if (segment->p_offset <= header->e_phoff && header->e_phoff - segment->p_offset < segment->p_filesz)
			program_headers = segment->p_vaddr + header->e_phoff - segment->p_offset;
		if (segment->p_vaddr + segment->p_memsz > end)
			end = segment->p_vaddr + segment->p_memsz;
	}
	if (header->e_entry == 0 || header->e_entry >= ADDRESS_SPACE_END || !addr_align_up(end, PAGE_SIZE, &end))
		return refuse("entry point");
	service->brk_start = service->brk = end;
	return make_stack(service, header, program_headers);
}
