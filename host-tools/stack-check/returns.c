/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "returns.h"

#include "decode.h"

#include <string.h>

#define DEPTH_MAX 32
#define PLT_INSNS 4 /* a linkage stub is no longer */
#define RETURN_OPCODE 0xc3

enum { RETURNS, NEVER, LOOKING };

bool returns_never_by_name(const char *name)
{
	static const char *const names[] = {
		"abort",
		"exit",
		"_exit",
		"_Exit",
		"quick_exit",
		"__assert_fail",
		"__assert",
		"__stack_chk_fail",
		"__chk_fail",
		"__fortify_fail",
		"longjmp",
		"_longjmp",
		"siglongjmp",
		"__longjmp_chk",
		"_Unwind_Resume",
		"__cxa_throw",
		"__cxa_rethrow",
		"pthread_exit",
		"thrd_exit",
		"__libc_fatal",
		"__stack_chk_fail_local",
		"err",
		"errx",
		"verr",
		"verrx",
		"__libc_start_main",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static bool look(struct returns *returns, uint64_t target, unsigned int depth);

/* Whether a jump out of a function may lead to a return: true unless its target is known never to return. */
static bool jump_returns(struct returns *returns, const struct image_function *from, const struct insn *insn,
			 unsigned int depth)
{
	uint64_t target = insn->target, word;

	if (!target && insn->has_mem && insn->mem.base == REG_NONE && insn->mem.index == REG_NONE &&
	    !insn->mem.segment && image_constant(returns->image, (uint64_t)insn->mem.offset, 8, &word))
		target = word;
	if (!target)
		return true;
	if (from && target >= from->start && target < from->end)
		return false;
	return !look(returns, target, depth + 1);
}

static bool scan(struct returns *returns, uint64_t start, uint64_t end, const struct image_function *from,
		 unsigned int depth)
{
	for (uint64_t at = start; at < end;) {
		struct insn insn;
		size_t left;
		const uint8_t *bytes = image_code(returns->image, at, &left);

		if (!bytes)
			return false;
		decode_insn(bytes, left, at, &insn);
		if (insn.op == OP_RETURN || insn.op == OP_BAD)
			return false;
		if ((insn.op == OP_JUMP || insn.op == OP_BRANCH) && jump_returns(returns, from, &insn, depth))
			return false;
		at += insn.length;
		if (!from && insn.op == OP_JUMP)
			return true;
	}
	return from != NULL;
}

/* Most functions do: a look at one byte, which may be wrong only in taking a function for one that returns. */
static bool ends_with_return(const struct returns *returns, const struct image_function *function)
{
	size_t left;
	const uint8_t *last = image_code(returns->image, function->end - 1, &left);

	return last && *last == RETURN_OPCODE;
}

static bool look(struct returns *returns, uint64_t target, unsigned int depth)
{
	const char *name = image_extern(returns->image, target);
	const struct image_function *function;
	uint32_t known = target ? map_get(&returns->known, target) : (uint32_t)RETURNS;
	bool never = false;

	if (name)
		return returns_never_by_name(name);
	if (known != MAP_NONE)
		return known == NEVER;
	if (depth > DEPTH_MAX)
		return false;
	map_set(&returns->known, target, LOOKING);
	function = image_function_at(returns->image, target);
	if (function && !function->label && function->sized && !function->ifunc && !ends_with_return(returns, function))
		never = scan(returns, function->start, function->end, function, depth);
	else if (!function)
		never = scan(returns, target, target + (uint64_t)PLT_INSNS * 8, NULL, depth);
	map_set(&returns->known, target, never ? NEVER : RETURNS);
	return never;
}

bool returns_never(struct returns *returns, uint64_t target)
{
	return look(returns, target, 0);
}
