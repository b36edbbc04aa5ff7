/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One x86-64 instruction, reduced to what matters for the stack: what it does to registers, and where control goes. */
#ifndef STACK_CHECK_DECODE_H
#define STACK_CHECK_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op {
	OP_OTHER, /* writes the registers in `clobber` with unknown values */
	OP_NOP,
	OP_HALT,
	OP_MOVE,    /* dst = src or imm */
	OP_LEA,	    /* dst = address of mem */
	OP_LOAD,    /* dst = [mem], `width` bytes, sign-extended when `sign` */
	OP_EXTEND,  /* dst = src, `width` bytes of it, sign-extended when `sign` */
	OP_STORE,   /* [mem] = src or imm */
	OP_ADD,	    /* dst += src or imm */
	OP_SUB,	    /* dst -= src or imm */
	OP_AND,	    /* dst &= src or imm */
	OP_SHIFT_L, /* dst <<= imm */
	OP_SHIFT_R, /* dst >>= imm, unsigned */
	OP_MUL,	    /* dst = src * imm */
	OP_COMPARE, /* dst with src */
	OP_PUSH,    /* `width` bytes; src, or unknown when src < 0 */
	OP_POP,
	OP_LEAVE,
	OP_ENTER,
	OP_CALL,
	OP_JUMP,
	OP_BRANCH, /* conditional: target or the next instruction */
	OP_RETURN,
	OP_STOP, /* control does not go on: ud2, int3 */
	OP_BAD,	 /* not an instruction */
};

enum { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R10 = 10, REG_COUNT = 16 };
#define REG_NONE (-1)

struct mem {
	int8_t base, index; /* REG_NONE when absent; an address relative to RIP is resolved into `offset` */
	uint8_t scale;
	bool segment;  /* FS or GS */
	bool relative; /* to RIP */
	int64_t offset;
};

struct insn {
	uint64_t address;
	uint64_t target; /* of a direct call, jump or branch; 0 when indirect */
	int64_t imm;	 /* also the bytes a RETURN pops and an ENTER reserves */
	struct mem mem;
	uint32_t clobber; /* mask of registers written */
	uint8_t length;
	uint8_t op;
	uint8_t width; /* bytes of the operation's result */
	int8_t dst, src;
	bool use_imm, sign, has_mem, mem_read, mem_write;
	bool direct;		     /* a call, jump or branch that names its target */
	bool if_equal, if_not_equal; /* of a BRANCH */
};

/* Decodes at `address`; the op is OP_BAD when the bytes are no instruction. */
void decode_insn(const uint8_t *bytes, size_t size, uint64_t address, struct insn *insn);

#endif
