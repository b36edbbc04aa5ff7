/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "decode.h"

#include <Zydis/Zydis.h>
#include <string.h>

static int8_t register_id(ZydisRegister reg)
{
	ZydisRegister full = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);

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
	if (mem->base == ZYDIS_REGISTER_RIP)
		insn->mem.offset = (int64_t)(insn->address + insn->length + (uint64_t)insn->mem.offset);
	else if (mem->base != ZYDIS_REGISTER_NONE && insn->mem.base == REG_NONE)
		insn->mem.segment = true; /* an address this tool does not model */
	if (mem->index != ZYDIS_REGISTER_NONE && insn->mem.index == REG_NONE)
		insn->mem.segment = true; /* a vector of indices */
}

/* What every instruction has: memory operand and registers written */
static void set_effects(struct insn *insn, const ZydisDecodedInstruction *decoded, const ZydisDecodedOperand *operands)
{
	for (int i = 0; i < decoded->operand_count; i++) {
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
	if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand->imm.is_relative)
		insn->target = insn->address + insn->length + operand->imm.value.u;
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

void decode_insn(const uint8_t *bytes, size_t size, uint64_t address, struct insn *insn)
{
	static ZydisDecoder decoder;
	static bool ready;
	ZydisDecodedInstruction decoded;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

	if (!ready) {
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
		ready = true;
	}
	memset(insn, 0, sizeof(*insn));
	insn->address = address;
	insn->dst = insn->src = insn->mem.base = insn->mem.index = REG_NONE;
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, size, &decoded, operands))) {
		insn->op = OP_BAD;
		insn->length = 1;
		return;
	}
	insn->length = decoded.length;
	set_effects(insn, &decoded, operands);
	insn->op = (uint8_t)classify(insn, &decoded, operands);
}
