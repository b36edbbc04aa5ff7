/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "decode.h"

#include <Zydis/Zydis.h>
#include <string.h>

#define INSN_LENGTH_MAX 15
#define KEPT_BITS 11
#define KEPT_MAX (1u << KEPT_BITS)
#define PREFIX_MAX 4	      /* bytes that tell where an instruction is kept; shorter ones have places of their own */
#define CLASSIFIED_OPERANDS 3 /* that classify() looks at: zeroed where an instruction has fewer */

static int8_t register_id(ZydisRegister reg)
{
	ZydisRegister full;

	/* Nearly all are of these two widths */
	if (reg >= ZYDIS_REGISTER_RAX && reg <= ZYDIS_REGISTER_R15)
		return (int8_t)(reg - ZYDIS_REGISTER_RAX);
	if (reg >= ZYDIS_REGISTER_EAX && reg <= ZYDIS_REGISTER_R15D)
		return (int8_t)(reg - ZYDIS_REGISTER_EAX);
	full = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
	if (full < ZYDIS_REGISTER_RAX || full > ZYDIS_REGISTER_R15)
		return REG_NONE;
	return (int8_t)(full - ZYDIS_REGISTER_RAX);
}

static bool is_high_byte(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
}

static void set_memory(struct insn *insn, const ZydisDecodedOperand *operand)
{
	const ZydisDecodedOperandMem *mem = &operand->mem;

	insn->has_mem = true;
	insn->mem_read |= (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
	insn->mem_write |= (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
	insn->mem.base = register_id(mem->base);
	insn->mem.index = register_id(mem->index);
	insn->mem.scale = mem->scale;
	insn->mem.offset = mem->disp.has_displacement ? mem->disp.value : 0;
	insn->mem.segment = mem->segment == ZYDIS_REGISTER_FS || mem->segment == ZYDIS_REGISTER_GS;
	insn->mem.relative = mem->base == ZYDIS_REGISTER_RIP;
	if (insn->mem.relative)
		insn->mem.offset += insn->length;
	else if (mem->base != ZYDIS_REGISTER_NONE && insn->mem.base == REG_NONE)
		insn->mem.segment = true; /* an address this tool does not model */
	if (mem->index != ZYDIS_REGISTER_NONE && insn->mem.index == REG_NONE)
		insn->mem.segment = true; /* a vector of indices */
}

/* What every instruction has: memory operand and registers written */
static void set_effects(struct insn *insn, const ZydisDecodedOperand *operands, int count)
{
	for (int i = 0; i < count; i++) {
		const ZydisDecodedOperand *operand = &operands[i];

		if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    (operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)) {
			int8_t id = register_id(operand->reg.value);

			if (id != REG_NONE)
				insn->clobber |= 1u << id;
		}
		if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    operand->visibility != ZYDIS_OPERAND_VISIBILITY_HIDDEN)
			set_memory(insn, operand);
	}
}

/* The second operand as register or immediate; false when it is memory */
static bool set_source(struct insn *insn, const ZydisDecodedOperand *operand)
{
	if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		insn->use_imm = true;
		insn->imm = operand->imm.value.s;
		return true;
	}
	if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER && !is_high_byte(operand->reg.value)) {
		insn->src = register_id(operand->reg.value);
		return insn->src != REG_NONE;
	}
	return false;
}

static bool set_destination(struct insn *insn, const ZydisDecodedOperand *operand)
{
	if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER || is_high_byte(operand->reg.value))
		return false;
	insn->dst = register_id(operand->reg.value);
	insn->width = (uint8_t)(operand->size / 8);
	return insn->dst != REG_NONE && insn->width >= 4;
}

static enum op arithmetic(ZydisMnemonic mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_ADD:
		return OP_ADD;
	case ZYDIS_MNEMONIC_SUB:
		return OP_SUB;
	case ZYDIS_MNEMONIC_AND:
		return OP_AND;
	case ZYDIS_MNEMONIC_SHL:
		return OP_SHIFT_L;
	case ZYDIS_MNEMONIC_SHR:
		return OP_SHIFT_R;
	case ZYDIS_MNEMONIC_CMP:
		return OP_COMPARE;
	default:
		return OP_OTHER;
	}
}

static enum op move(struct insn *insn, const ZydisDecodedOperand *operands)
{
	if (operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY) {
		insn->width = (uint8_t)(operands[0].size / 8);
		return set_source(insn, &operands[1]) ? OP_STORE : OP_OTHER;
	}
	if (!set_destination(insn, &operands[0]))
		return OP_OTHER;
	if (operands[1].type == ZYDIS_OPERAND_TYPE_MEMORY)
		return OP_LOAD;
	return set_source(insn, &operands[1]) ? OP_MOVE : OP_OTHER;
}

static enum op extend(struct insn *insn, const ZydisDecodedOperand *operands, bool sign)
{
	if (!set_destination(insn, &operands[0]) || insn->width < 4)
		return OP_OTHER;
	/* A sign extension to 32 bits clears the upper half; its value is not followed. */
	if (sign && insn->width != 8)
		return OP_OTHER;
	insn->sign = sign;
	insn->width = (uint8_t)(operands[1].size / 8);
	if (operands[1].type == ZYDIS_OPERAND_TYPE_MEMORY)
		return OP_LOAD;
	return set_source(insn, &operands[1]) ? OP_EXTEND : OP_OTHER;
}

static enum op control(struct insn *insn, const ZydisDecodedInstruction *decoded, const ZydisDecodedOperand *operands,
		       enum op op)
{
	const ZydisDecodedOperand *operand = &operands[0];

	if (decoded->operand_count == 0)
		return OP_BAD;
	insn->direct = operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand->imm.is_relative;
	if (insn->direct)
		insn->target = insn->length + operand->imm.value.u;
	else if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER)
		insn->src = register_id(operand->reg.value);
	insn->if_equal = decoded->mnemonic == ZYDIS_MNEMONIC_JZ;
	insn->if_not_equal = decoded->mnemonic == ZYDIS_MNEMONIC_JNZ;
	return op;
}

static enum op stack_op(struct insn *insn, const ZydisDecodedInstruction *decoded, const ZydisDecodedOperand *operands)
{
	insn->width = decoded->operand_width == 16 ? 2 : 8;
	switch (decoded->mnemonic) {
	case ZYDIS_MNEMONIC_PUSH:
		if (operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER)
			insn->src = register_id(operands[0].reg.value);
		return OP_PUSH;
	case ZYDIS_MNEMONIC_PUSHFQ:
	case ZYDIS_MNEMONIC_PUSHF:
		return OP_PUSH;
	case ZYDIS_MNEMONIC_POP:
		if (operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER)
			insn->dst = register_id(operands[0].reg.value);
		return OP_POP;
	case ZYDIS_MNEMONIC_POPFQ:
	case ZYDIS_MNEMONIC_POPF:
		return OP_POP;
	case ZYDIS_MNEMONIC_LEAVE:
		return insn->width == 8 ? OP_LEAVE : OP_OTHER;
	case ZYDIS_MNEMONIC_ENTER:
		insn->imm = (int64_t)operands[0].imm.value.u;
		return insn->width == 8 && operands[1].imm.value.u == 0 ? OP_ENTER : OP_OTHER;
	default:
		return OP_OTHER;
	}
}

static enum op classify(struct insn *insn, const ZydisDecodedInstruction *decoded, const ZydisDecodedOperand *operands)
{
	switch (decoded->meta.category) {
	case ZYDIS_CATEGORY_NOP:
	case ZYDIS_CATEGORY_WIDENOP:
		return OP_NOP;
	case ZYDIS_CATEGORY_CALL:
		return control(insn, decoded, operands, OP_CALL);
	case ZYDIS_CATEGORY_UNCOND_BR:
		return control(insn, decoded, operands, OP_JUMP);
	case ZYDIS_CATEGORY_COND_BR:
		return control(insn, decoded, operands, OP_BRANCH);
	case ZYDIS_CATEGORY_RET:
		if (decoded->mnemonic == ZYDIS_MNEMONIC_RET && decoded->operand_count &&
		    operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
			insn->imm = (int64_t)operands[0].imm.value.u;
		/* A return of another kind (IRETQ) leaves for good: nothing comes back to this frame. */
		return decoded->mnemonic == ZYDIS_MNEMONIC_RET ? OP_RETURN : OP_STOP;
	default:
		break;
	}
	switch (decoded->mnemonic) {
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_INT3:
	case ZYDIS_MNEMONIC_SYSRET:
		return OP_STOP;
	case ZYDIS_MNEMONIC_HLT:
		return OP_HALT;
	case ZYDIS_MNEMONIC_LEA:
		return set_destination(insn, &operands[0]) ? OP_LEA : OP_OTHER;
	case ZYDIS_MNEMONIC_MOV:
		return move(insn, operands);
	case ZYDIS_MNEMONIC_MOVZX:
		return extend(insn, operands, false);
	case ZYDIS_MNEMONIC_MOVSX:
	case ZYDIS_MNEMONIC_MOVSXD:
		return extend(insn, operands, true);
	case ZYDIS_MNEMONIC_CDQE:
		insn->dst = insn->src = REG_RAX;
		insn->width = 4;
		insn->sign = true;
		return OP_EXTEND;
	case ZYDIS_MNEMONIC_IMUL:
		if (decoded->operand_count < 3 || operands[2].type != ZYDIS_OPERAND_TYPE_IMMEDIATE ||
		    !set_destination(insn, &operands[0]) || !set_source(insn, &operands[1]) || insn->use_imm)
			return OP_OTHER;
		insn->imm = operands[2].imm.value.s;
		return OP_MUL;
	default:
		break;
	}
	if (arithmetic(decoded->mnemonic) != OP_OTHER)
		return set_destination(insn, &operands[0]) && set_source(insn, &operands[1])
			       ? arithmetic(decoded->mnemonic)
			       : OP_OTHER;
	return stack_op(insn, decoded, operands);
}

/*
 * Operands worth decoding, which costs as much as the rest. Hidden ones come last, and those of the instructions named
 * here are the flags, the instruction pointer, and the stack that a call writes to.
 */
static uint8_t wanted_operands(const ZydisDecodedInstruction *decoded)
{
	if (decoded->meta.category == ZYDIS_CATEGORY_CALL || decoded->meta.category == ZYDIS_CATEGORY_UNCOND_BR)
		return decoded->operand_count_visible;
	switch (decoded->mnemonic) {
	case ZYDIS_MNEMONIC_NOP:
		return 0; /* it accesses nothing, whatever it looks like */
	case ZYDIS_MNEMONIC_JZ:
	case ZYDIS_MNEMONIC_JNZ:
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MOVZX:
	case ZYDIS_MNEMONIC_LEA:
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR:
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_TEST:
		return decoded->operand_count_visible;
	default:
		return decoded->operand_count;
	}
}

/* Decodes at address 0; false when the bytes are no instruction. */
static bool decode(const uint8_t *bytes, size_t size, struct insn *insn)
{
	static ZydisDecoder decoder;
	static bool ready;
	ZydisDecoderContext context;
	ZydisDecodedInstruction decoded;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	uint8_t wanted;

	if (!ready) {
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
		ready = true;
	}
	memset(insn, 0, sizeof(*insn));
	insn->dst = insn->src = insn->mem.base = insn->mem.index = REG_NONE;
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, &context, bytes, size, &decoded)))
		return false;
	wanted = wanted_operands(&decoded);
	memset(operands, 0, CLASSIFIED_OPERANDS * sizeof(operands[0]));
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder, &context, &decoded, operands, wanted)))
		return false;
	insn->length = decoded.length;
	set_effects(insn, operands, wanted);
	insn->op = (uint8_t)classify(insn, &decoded, operands);
	return true;
}

/*
 * Programs say the same few thousand instructions over and over, so those seen last are kept. An instruction is told by
 * its own bytes alone: what begins with the bytes of one is that one.
 */
struct kept {
	struct insn insn; /* length 0: none */
	uint8_t bytes[INSN_LENGTH_MAX];
};

static struct kept *place(const uint8_t *bytes, unsigned int prefix)
{
	static struct kept kept[PREFIX_MAX][KEPT_MAX];
	uint32_t key = 0;

	memcpy(&key, bytes, prefix);
	return &kept[prefix - 1][(key * 0x9e3779b1u) >> (32 - KEPT_BITS)];
}

static const struct insn *recall(const uint8_t *bytes)
{
	for (unsigned int prefix = PREFIX_MAX; prefix > 0; prefix--) {
		const struct kept *kept = place(bytes, prefix);
		unsigned int length = kept->insn.length;

		if (length && (prefix == PREFIX_MAX || length == prefix) && memcmp(kept->bytes, bytes, length) == 0)
			return &kept->insn;
	}
	return NULL;
}

static void keep(const uint8_t *bytes, const struct insn *insn)
{
	struct kept *kept = place(bytes, insn->length < PREFIX_MAX ? insn->length : PREFIX_MAX);

	kept->insn = *insn;
	memcpy(kept->bytes, bytes, insn->length);
}

void decode_insn(const uint8_t *bytes, size_t size, uint64_t address, struct insn *insn)
{
	const struct insn *known = size >= INSN_LENGTH_MAX ? recall(bytes) : NULL;

	if (known) {
		*insn = *known;
	} else if (decode(bytes, size, insn)) {
		if (size >= INSN_LENGTH_MAX)
			keep(bytes, insn);
	} else {
		insn->op = OP_BAD;
		insn->length = 1;
	}
	insn->address = address;
	if (insn->direct)
		insn->target += address;
	if (insn->mem.relative)
		insn->mem.offset = (int64_t)(address + (uint64_t)insn->mem.offset);
}
