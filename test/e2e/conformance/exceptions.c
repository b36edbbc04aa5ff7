/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "exceptions.h"

#include "console.h"
#include "finish.h"

#define VECTOR_COUNT 32u
#define GATE_INTERRUPT 0x8e00u /* present, DPL 0, 64-bit interrupt gate */

struct gate {
	uint16_t offset_low, selector, attributes, offset_middle;
	uint32_t offset_high, reserved;
};

/* As exception_entry.S pushes it */
struct exception_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

extern const uint64_t exception_entries[VECTOR_COUNT];
extern const uint8_t probe_read_access[], probe_read_fixup[];
bool probe_read(const void *at);
void exceptions_handle(struct exception_frame *frame);

struct exception_seen exception_seen;
static struct gate table[VECTOR_COUNT];

void exceptions_start(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} pointer = {sizeof(table) - 1, (uint64_t)table};
	uint16_t code;

	__asm__("mov %%cs, %0" : "=r"(code));
	for (unsigned int i = 0; i < VECTOR_COUNT; i++) {
		uint64_t at = exception_entries[i];

		table[i] = (struct gate){(uint16_t)at,	       code, GATE_INTERRUPT, (uint16_t)(at >> 16),
					 (uint32_t)(at >> 32), 0};
	}
	__asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

bool exceptions_probe(const void *at)
{
	return probe_read(at);
}

void exceptions_handle(struct exception_frame *frame)
{
	uint64_t cr2;

	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	if (frame->rip == (uint64_t)probe_read_access) {
		exception_seen = (struct exception_seen){frame->vector, frame->error, cr2};
		frame->rip = (uint64_t)probe_read_fixup;
		return;
	}
	console_printf("conformance: unexpected exception %lu error %lx rip %lx cr2 %lx\n", frame->vector, frame->error,
		       frame->rip, cr2);
	console_printf("  rax %lx rbx %lx rcx %lx rdx %lx rsi %lx rdi %lx rbp %lx rsp %lx\n", frame->rax, frame->rbx,
		       frame->rcx, frame->rdx, frame->rsi, frame->rdi, frame->rbp, frame->rsp);
	console_printf("  r8 %lx r9 %lx r10 %lx r11 %lx r12 %lx r13 %lx r14 %lx r15 %lx\n", frame->r8, frame->r9,
		       frame->r10, frame->r11, frame->r12, frame->r13, frame->r14, frame->r15);
	finish(false);
}
