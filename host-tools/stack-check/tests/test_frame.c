/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Frames of code given as bytes: what compilers rarely write, and what assembly does. */
#include "decode.h"
#include "frame.h"
#include "tests.h"

#include <elf.h>
#include <string.h>

#define BASE 0x1000u

struct code {
	struct arena arena;
	struct image image;
	struct image_section section;
	struct frame frame;
};

static bool comes_back(void *data, uint64_t target)
{
	(void)data, (void)target;
	return false;
}

static struct code *analyze(const char *bytes, size_t size)
{
	static struct code code;
	const struct image_builder_symbol symbol = {
		.name = "f", .address = BASE, .size = size, .type = STT_FUNC, .bind = STB_GLOBAL};
	struct frame_work *work = frame_work_create();
	const struct frame_context context = {
		.arena = &code.arena, .image = &code.image, .never_returns = comes_back, .work = work};

	memset(&code, 0, sizeof(code));
	code.section = (struct image_section){.start = BASE,
					      .end = BASE + size,
					      .bytes = (const uint8_t *)bytes,
					      .name = ".text",
					      .code = true,
					      .constant = true};
	code.image.sections = &code.section;
	code.image.section_count = 1;
	image_add_function(&code.arena, &code.image, &symbol);
	image_finish(&code.arena, &code.image);
	frame_analyze(&context, BASE, &code.frame);
	frame_work_free(work);
	return &code;
}

#define ANALYZE(bytes) analyze(bytes, sizeof(bytes) - 1)

static void done(struct code *code)
{
	image_free(&code->image);
	arena_free(&code->arena);
}

static bool has(const struct code *code, enum frame_issue_kind kind)
{
	for (size_t i = 0; i < code->frame.issue_count; i++) {
		if (code->frame.issues[i].kind == kind)
			return true;
	}
	return false;
}

static void check(struct code *code, int64_t own)
{
	assert_int_equal(code->frame.issue_count, 0);
	assert_int_equal(code->frame.own[ALIGN_ANY], own);
	done(code);
}

static void plain(void **state)
{
	(void)state;
	check(ANALYZE("\xc3"), 8);
	check(ANALYZE("\x55\x48\x89\xe5\x48\x83\xec\x20\xc9\xc3"), 48);	    /* push rbp; mov; sub 32; leave; ret */
	check(ANALYZE("\x48\x83\xc4\x80\x48\x83\xec\x80\xc3"), 136);	    /* add -128; sub -128 */
	check(ANALYZE("\x48\x8d\x64\x24\xd8\x48\x8d\x64\x24\x28\xc3"), 48); /* lea -40(rsp), rsp and back */
	check(ANALYZE("\x66\x50\x66\x58\xc3"), 10);			    /* push ax; pop ax */
	check(ANALYZE("\xc8\x10\x00\x00\xc9\xc3"), 32);			    /* enter 16, 0; leave */
	check(ANALYZE("\x9c\x9d\xc3"), 16);				    /* pushf; popf */
	check(ANALYZE("\x48\xb8\x00\x10\x00\x00\x00\x00\x00\x00\x48\x29\xc4\x48\x01\xc4\xc3"), 4104); /* sub rax */
}

static void red_zone(void **state)
{
	(void)state;
	check(ANALYZE("\xc6\x44\x24\xa0\x01\xc3"), 8 + 96);		 /* movb $1, -96(rsp) */
	check(ANALYZE("\xc6\x44\x04\xa0\x01\xc3"), 8 + 96);		 /* movb $1, -96(rsp, rax) */
	check(ANALYZE("\x55\x48\x89\xe5\x89\x7d\xec\x5d\xc3"), 16 + 20); /* through rbp */
}

static void aligned(void **state)
{
	/* push rbp; mov rsp, rbp; and $-64, rsp; sub $64, rsp; leave; ret */
	struct code *code = ANALYZE("\x55\x48\x89\xe5\x48\x83\xe4\xc0\x48\x83\xec\x40\xc9\xc3");

	(void)state;
	assert_int_equal(code->frame.own[ALIGN_ABI], 16 + 48 + 64);
	check(code, 16 + 56 + 64);
}

static void loop_counts(void **state)
{
	/* mov $16, ecx; 1: loop 1b; sub rcx, rsp; add rcx, rsp; ret: nothing is known of RCX any more */
	struct code *code = ANALYZE("\xb9\x10\x00\x00\x00\xe2\xfe\x48\x29\xcc\x48\x01\xcc\xc3");

	(void)state;
	assert_true(has(code, FRAME_DYNAMIC));
	done(code);
}

/* An instruction seen before is not decoded again: what it says of addresses has to follow its own. */
static void decoded_again(void **state)
{
	static const uint8_t call[16] = {0xe8, 0x10}, lea[16] = {0x48, 0x8d, 0x05, 0x20};
	static const uint8_t add[2][16] = {{0x48, 0x81, 0xc4, 0x00, 0x01}, {0x48, 0x81, 0xc4, 0x00, 0x02}};
	struct insn insn;

	(void)state;
	for (uint64_t address = 0; address < 4096; address += 512) {
		decode_insn(call, sizeof(call), address, &insn);
		assert_int_equal(insn.target, address + 5 + 0x10);
		decode_insn(lea, sizeof(lea), address, &insn);
		assert_int_equal(insn.mem.offset, address + 7 + 0x20);
		for (int i = 0; i < 2; i++) { /* alike in their first four bytes */
			decode_insn(add[i], sizeof(add[i]), address, &insn);
			assert_int_equal(insn.op, OP_ADD);
			assert_int_equal(insn.imm, 0x100 * (i + 1));
		}
		decode_insn(add[0], 6, address, &insn); /* cut off */
		assert_int_equal(insn.op, OP_BAD);
	}
}

static void grows_in_a_loop(void **state)
{
	/* 1: push rax; dec edi; jnz 1b; mov rbp, rsp; ret */
	struct code *code = ANALYZE("\x50\xff\xcf\x75\xfb\x48\x89\xec\xc3");

	(void)state;
	assert_true(has(code, FRAME_DYNAMIC));
	done(code);
}

static void placed_by_a_table(void **state)
{
	/*
	 * mov rsp, rax; push rbx; and rsp, -64; lea rcx, [rdx-63]; sub rcx, rsp; neg rcx; and rcx, 0x3c0; sub rsp, rcx;
	 * sub rsp, 32; mov [rsp+24], rax; mov rsi, [rsp+24]; mov rbx, [rsi-8]; lea rsp, [rsi]; ret
	 */
	struct code *code = ANALYZE(
		"\x48\x89\xe0\x53\x48\x83\xe4\xc0\x48\x8d\x4a\xc1\x48\x29\xe1\x48\xf7\xd9\x48\x81\xe1\xc0\x03\x00"
		"\x00\x48\x29\xcc\x48\x83\xec\x20\x48\x89\x44\x24\x18\x48\x8b\x74\x24\x18\x48\x8b\x5e\xf8\x48"
		"\x8d\x26\xc3");

	(void)state;
	assert_int_equal(code->frame.own[ALIGN_ABI], 16 + 48 + 0x3c0 + 32);
	assert_int_equal(code->frame.at_least, 16 + 32);
	check(code, 16 + 56 + 0x3c0 + 32);
}

static void aligns_in_a_loop(void **state)
{
	/* mov rbp, rsp; 1: sub rsp, 72; and rsp, -32; dec edi; jnz 1b; mov rsp, rbp; ret */
	struct code *code = ANALYZE("\x48\x89\xe5\x48\x83\xec\x48\x48\x83\xe4\xe0\xff\xcf\x75\xf4\x48\x89\xec\xc3");

	(void)state;
	assert_true(code->frame.issue_count > 0);
	done(code);
}

static void aligns_after_two_ways(void **state)
{
	/*
	 * mov rbp, rsp; test edi, edi; jz 1f; sub rsp, 256; 1: and rsp, -32; sub rsp, 40; and rsp, -64; mov rsp, rbp;
	 * ret: the second alignment counts from the deeper of the ways to the first
	 */
	struct code *code =
		ANALYZE("\x48\x89\xe5\x85\xff\x74\x07\x48\x81\xec\x00\x01\x00\x00\x48\x83\xe4\xe0\x48\x83\xec"
			"\x28\x48\x83\xe4\xc0\x48\x89\xec\xc3");

	(void)state;
	assert_true(code->frame.own[ALIGN_ANY] >= 8 + 256 + 24 + 40);
	assert_int_equal(code->frame.issue_count, 0);
	done(code);
}

static void allocates_unknown(void **state)
{
	struct code *code = ANALYZE("\x55\x48\x89\xe5\x48\x29\xfc\xc9\xc3"); /* sub rdi, rsp */

	(void)state;
	assert_true(has(code, FRAME_DYNAMIC));
	assert_int_equal(code->frame.at_least, 16);
	done(code);
}

static void loads_another_stack(void **state)
{
	struct code *code = ANALYZE("\x48\x8b\x27\xc3"); /* mov (rdi), rsp */

	(void)state;
	assert_true(has(code, FRAME_SWITCH));
	done(code);
}

static void returns_elsewhere(void **state)
{
	struct code *code = ANALYZE("\x50\xc3"); /* push rax; ret */

	(void)state;
	assert_true(has(code, FRAME_UNBALANCED));
	done(code);
	code = ANALYZE("\x48\x89\x04\x24\xc3"); /* mov rax, (rsp); ret */
	assert_true(has(code, FRAME_OVERWRITTEN));
	done(code);
}

static void jumps_anywhere(void **state)
{
	struct code *code = ANALYZE("\x50\xff\xe0"); /* push rax; jmp *rax */

	(void)state;
	assert_true(has(code, FRAME_JUMP));
	done(code);
}

static void no_code(void **state)
{
	struct code *code = ANALYZE("\x50\x06"); /* push rax; not an instruction */

	(void)state;
	assert_true(has(code, FRAME_NO_CODE));
	done(code);
	code = ANALYZE("\x50\x58\x48"); /* runs out of its section */
	assert_true(has(code, FRAME_NO_CODE));
	done(code);
}

static void any_bytes(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char bytes[64];

		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (char)(random >> 24);
		}
		done(analyze(bytes, sizeof(bytes)));
	}
}

int test_frame(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(red_zone),
		cmocka_unit_test(aligned),
		cmocka_unit_test(grows_in_a_loop),
		cmocka_unit_test(placed_by_a_table),
		cmocka_unit_test(aligns_in_a_loop),
		cmocka_unit_test(aligns_after_two_ways),
		cmocka_unit_test(allocates_unknown),
		cmocka_unit_test(loads_another_stack),
		cmocka_unit_test(returns_elsewhere),
		cmocka_unit_test(loop_counts),
		cmocka_unit_test(decoded_again),
		cmocka_unit_test(jumps_anywhere),
		cmocka_unit_test(no_code),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
