/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame_state.h"

#include <string.h>

/* A displacement below this is a field's; programs are linked higher. */
#define ADDRESS_LEAST 0x10000

/* A computed size above this is no bound a stack is made for: it means that nothing is known. */
#define DYNAMIC_MAX (1 << 20)

/* RAX, RCX, RDX, RSI, RDI, R8 to R11: the ABI lets a call change them. */
#define CALL_CLOBBERS 0x0fc7u

void state_enter(struct state *state, struct state_bases *bases)
{
	memset(state, 0, sizeof(*state));
	for (int i = 0; i < REG_COUNT; i++)
		state->reg[i] = value_unknown();
	state->reg[REG_RSP] = value_stack(0, 0);
	bases->base[0] = (struct state_base){.depth = {8, 8}, .least = 8, .align = 8};
	if (!bases->count)
		bases->count = 1;
	bases->changed = false;
}

void state_clobber(struct state *state, uint32_t registers)
{
	for (; registers; registers &= registers - 1)
		state->reg[__builtin_ctz(registers)] = value_unknown();
}

static struct state_slot *find_slot(struct state *state, uint8_t base, int64_t offset)
{
	for (unsigned int i = 0; i < state->slot_count; i++) {
		if (state->slots[i].base == base && state->slots[i].offset == offset)
			return &state->slots[i];
	}
	return NULL;
}

static void drop_slot(struct state *state, unsigned int index)
{
	state->slots[index] = state->slots[--state->slot_count];
}

bool state_join(struct state *into, const struct state *from, bool widen)
{
	struct state other = *from;
	bool changed = false;

	for (int i = 0; i < REG_COUNT; i++) {
		struct value joined = value_join(&into->reg[i], &from->reg[i], widen);

		if (!value_equal(&joined, &into->reg[i])) {
			into->reg[i] = joined;
			changed = true;
		}
	}
	for (unsigned int i = 0; i < into->slot_count;) {
		struct state_slot *slot = &into->slots[i];
		const struct state_slot *same = find_slot(&other, slot->base, slot->offset);

		if (!same || !value_equal(&same->value, &slot->value)) {
			drop_slot(into, i);
			changed = true;
		} else {
			i++;
		}
	}
	return changed;
}

int64_t state_depth(const struct state_bases *bases, const struct value *pointer, int mode)
{
	int64_t base, depth;

	if (pointer->kind != VALUE_STACK || pointer->low == VALUE_MIN)
		return DEPTH_UNKNOWN;
	base = bases->base[pointer->base].depth[mode];
	if (base == DEPTH_UNKNOWN || __builtin_sub_overflow(base, pointer->low, &depth))
		return DEPTH_UNKNOWN;
	return depth;
}

int64_t state_least(const struct state_bases *bases, const struct value *pointer)
{
	int64_t least, depth;

	if (pointer->kind != VALUE_STACK || pointer->high == VALUE_MAX)
		return DEPTH_UNKNOWN;
	least = bases->base[pointer->base].least;
	if (least == DEPTH_UNKNOWN || __builtin_sub_overflow(least, pointer->high, &depth))
		return DEPTH_UNKNOWN;
	return depth;
}

struct value state_address(const struct state *state, const struct mem *mem, bool lowest)
{
	struct value address = value_constant(mem->offset), part;

	if (mem->segment)
		return value_unknown();
	if (mem->base != REG_NONE)
		address = value_add(&state->reg[mem->base], &address);
	if (mem->index != REG_NONE) {
		const struct value *index = &state->reg[mem->index];

		if (mem->scale == 1 && index->kind != VALUE_NUMBER)
			part = *index;
		else if (index->kind == VALUE_NUMBER)
			part = value_multiply(index, mem->scale ? mem->scale : 1);
		else
			part = value_unknown();
		if (lowest && address.kind == VALUE_STACK && part.kind == VALUE_NUMBER && !value_is_constant(&part))
			return address;
		if (lowest && part.kind == VALUE_STACK && address.kind == VALUE_NUMBER && !value_is_constant(&address))
			return part;
		address = value_add(&address, &part);
	}
	return address;
}

/* The object a register points into, 0 when it does not point into one */
static int64_t object_of(const struct value *value)
{
	if (value->kind != VALUE_NUMBER)
		return 0;
	return value->origin || !value_is_constant(value) ? value->origin : value->low;
}

bool state_table(const struct state *state, const struct mem *mem, bool absolute, int64_t *table, bool *walked)
{
	*table = 0;
	*walked = false;
	if (mem->segment)
		return false;
	/* The displacement of an access names a field, or undoes an index that starts at 1: the object is the
	 * register's. */
	if (mem->base != REG_NONE) {
		*table = object_of(&state->reg[mem->base]);
		*walked = state->reg[mem->base].walked;
	}
	if (!*table && mem->index != REG_NONE && mem->scale == 1) {
		*table = object_of(&state->reg[mem->index]);
		*walked = state->reg[mem->index].walked;
	}
	if (!*table && (mem->base == REG_NONE ? mem->index != REG_NONE : absolute) &&
	    (mem->offset >= ADDRESS_LEAST || mem->offset < 0))
		*table = mem->offset;
	return *table != 0;
}

static void store(struct state *state, const struct value *address, const struct value *value, unsigned int width)
{
	bool exact = address->kind == VALUE_STACK && address->low == address->high;

	for (unsigned int i = 0; i < state->slot_count;) {
		const struct state_slot *slot = &state->slots[i];
		bool hit = exact ? slot->base == address->base && slot->offset < address->low + (int64_t)width &&
					   address->low < slot->offset + 8
				 : slot->value.kind != VALUE_STACK;

		if (hit)
			drop_slot(state, i);
		else
			i++;
	}
	if (exact && width == 8 && !value_is_unknown(value) && value->kind != VALUE_FIELD &&
	    state->slot_count < STATE_SLOTS) {
		state->slots[state->slot_count].base = address->base;
		state->slots[state->slot_count].offset = address->low;
		state->slots[state->slot_count++].value = *value;
	}
}

static struct value load(struct state *state, const struct image *image, const struct insn *insn)
{
	struct value address = state_address(state, &insn->mem, false);
	uint64_t word;
	int64_t table;
	bool walked;

	if (address.kind == VALUE_STACK && address.low == address.high && insn->width == 8) {
		const struct state_slot *slot = find_slot(state, address.base, address.low);

		return slot ? slot->value : value_unknown();
	}
	if (value_is_constant(&address) && insn->width == 8 && !insn->mem.segment &&
	    image_constant(image, (uint64_t)address.low, 8, &word))
		return value_constant((int64_t)word);
	if ((insn->width == 8 || insn->width == 4) &&
	    state_table(state, &insn->mem, !image->relocatable, &table, &walked) &&
	    image_section_at(image, (uint64_t)table))
		return (struct value){
			.kind = insn->width == 8 ? VALUE_LOADED : VALUE_OFFSET, .low = table, .high = table};
	if (insn->width < 4 && !insn->sign)
		return value_range(0, insn->width == 1 ? UINT8_MAX : UINT16_MAX);
	if (insn->width == 4 && !insn->sign)
		return value_range(0, UINT32_MAX);
	if (insn->width == 8 && insn->mem.base != REG_NONE && insn->mem.index == REG_NONE && !insn->mem.segment &&
	    address.kind != VALUE_STACK)
		return (struct value){.kind = VALUE_FIELD, .low = insn->mem.offset, .high = insn->mem.offset};
	return value_unknown();
}

/* The base that the instruction makes; made again, it is as deep as the deepest of all times. */
static struct value add_base(struct state_bases *bases, const struct state_base *base)
{
	unsigned int index = 1;

	while (index < bases->count && bases->base[index].address != base->address)
		index++;
	if (index >= STATE_BASES)
		return (struct value){.kind = VALUE_STACK, .low = VALUE_MIN, .high = VALUE_MAX, .residue = -1};
	if (index == bases->count) {
		bases->base[bases->count++] = *base;
		return value_stack((uint8_t)index, 0);
	}
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		if (base->depth[mode] <= bases->base[index].depth[mode])
			continue;
		bases->base[index].depth[mode] = base->depth[mode];
		bases->changed = true;
	}
	if (base->least > bases->base[index].least)
		bases->base[index].least = base->least;
	if (base->align < bases->base[index].align) {
		bases->base[index].align = base->align;
		bases->changed = true;
	}
	return value_stack((uint8_t)index, 0);
}

/* The stack pointer aligned down: a new base when it is not the entry's multiple already. */
static struct value align(struct state_bases *bases, const struct insn *insn, const struct value *pointer,
			  int64_t boundary)
{
	const struct state_base *old = &bases->base[pointer->base];
	struct state_base base = {.address = insn->address, .align = (uint32_t)boundary};

	if (pointer->low == pointer->high && old->align >= boundary && pointer->low % boundary == 0)
		return *pointer;
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		int64_t depth = state_depth(bases, pointer, mode), loss = boundary - 1;
		int64_t known = old->align >= 16 ? 16 : 8, residue = pointer->residue;

		/* RSP at entry is 8 more than a multiple of 16 where the ABI is kept, and a multiple of 8 elsewhere */
		if (pointer->base == 0 && mode == ALIGN_ABI) {
			known = 16;
			residue = residue < 0 ? -1 : (residue + 8) % 16;
		}
		if (residue >= 0)
			loss = boundary >= known ? boundary - known + residue % known : residue % boundary;
		base.depth[mode] = depth == DEPTH_UNKNOWN ? DEPTH_UNKNOWN : depth + loss;
	}
	base.other_stack = old->other_stack;
	base.least = state_least(bases, pointer);
	return add_base(bases, &base);
}

/*
 * RSP at one of several offsets becomes a base of its own, so that what is stored at RSP is found there again. Assembly
 * places tables so that they miss each other in the cache, and keeps the caller's RSP beside them.
 */
static void rebase(struct state *state, struct state_bases *bases, const struct insn *insn)
{
	struct value *rsp = &state->reg[REG_RSP];
	const struct state_base *old = &bases->base[rsp->base];
	struct state_base base = {.address = insn->address, .align = 8, .other_stack = old->other_stack};

	if (rsp->kind != VALUE_STACK || rsp->low == rsp->high || rsp->low == VALUE_MIN || rsp->high == VALUE_MAX)
		return;
	if (rsp->base == 0 ? rsp->residue == 8 : old->align >= 16 && rsp->residue == 0)
		base.align = 16;
	for (int mode = 0; mode < ALIGN_MODES; mode++)
		base.depth[mode] = state_depth(bases, rsp, mode);
	base.least = state_least(bases, rsp);
	*rsp = add_base(bases, &base);
}

static void push(struct state *state, struct value value, unsigned int width)
{
	struct value size = value_constant(width);

	state->reg[REG_RSP] = value_sub(&state->reg[REG_RSP], &size);
	if (state->reg[REG_RSP].kind == VALUE_STACK)
		store(state, &state->reg[REG_RSP], &value, width);
}

static struct value pop(struct state *state, unsigned int width)
{
	struct value size = value_constant(width), value = value_unknown();
	const struct value *rsp = &state->reg[REG_RSP];

	if (rsp->kind == VALUE_STACK && rsp->low == rsp->high && width == 8) {
		const struct state_slot *slot = find_slot(state, rsp->base, rsp->low);

		if (slot)
			value = slot->value;
	}
	state->reg[REG_RSP] = value_add(rsp, &size);
	return value;
}

static struct value source(const struct state *state, const struct insn *insn)
{
	if (insn->use_imm)
		return value_constant(insn->imm);
	return insn->src == REG_NONE ? value_unknown() : state->reg[insn->src];
}

static struct value extend(const struct insn *insn, const struct value *from)
{
	struct value half;

	if (insn->width == 4 && from->kind == VALUE_OFFSET)
		return *from;
	if (insn->width == 4 && insn->sign) {
		/* Non-negative 32-bit values stay what they are. */
		if (from->kind == VALUE_NUMBER && from->low >= INT32_MIN && from->high <= INT32_MAX)
			return *from;
		half = value_unknown();
		half.multiple = from->kind == VALUE_NUMBER && from->multiple < 32 ? from->multiple : 1;
		half.low = INT32_MIN;
		half.high = INT32_MAX;
		return half;
	}
	if (insn->width == 4)
		return value_low_half(from);
	if (insn->sign)
		return value_unknown();
	return value_range(0, insn->width == 1 ? UINT8_MAX : UINT16_MAX);
}

static void set(struct state *state, const struct insn *insn, struct value value)
{
	if (insn->dst == REG_NONE)
		return;
	state->reg[insn->dst] = insn->width == 8 ? value : value_low_half(&value);
}

static void compute(struct state *state, struct state_bases *bases, const struct insn *insn)
{
	struct value from = source(state, insn), *to = &state->reg[insn->dst];

	switch (insn->op) {
	case OP_ADD:
		set(state, insn, value_add(to, &from));
		break;
	case OP_SUB:
		set(state, insn, value_sub(to, &from));
		break;
	case OP_AND:
		if (to->kind == VALUE_STACK && value_is_constant(&from) && from.low < 0 && from.low >= -65536 &&
		    (-from.low & (-from.low - 1)) == 0)
			set(state, insn, align(bases, insn, to, -from.low));
		else
			set(state, insn, value_and(to, &from));
		break;
	case OP_SHIFT_L:
		set(state, insn, insn->use_imm ? value_shift_left(to, (unsigned int)insn->imm & 63) : value_unknown());
		break;
	case OP_SHIFT_R:
		set(state, insn,
		    insn->use_imm && insn->width == 8 ? value_shift_right(to, (unsigned int)insn->imm & 63)
						      : value_unknown());
		break;
	case OP_MUL:
		set(state, insn, value_multiply(&from, insn->imm));
		break;
	default:
		break;
	}
}

static void apply(struct state *state, struct state_bases *bases, const struct image *image, const struct insn *insn)
{
	struct value value, from;

	switch (insn->op) {
	case OP_NOP:
	case OP_HALT:
	case OP_COMPARE:
		break;
	case OP_MOVE:
		set(state, insn,
		    insn->use_imm && image_section_at(image, (uint64_t)insn->imm) ? value_address(insn->imm)
										  : source(state, insn));
		break;
	case OP_LEA:
		value = state_address(state, &insn->mem, false);
		if (insn->mem.base == REG_NONE && insn->mem.index == REG_NONE && !insn->mem.segment)
			value = value_address(insn->mem.offset);
		set(state, insn, value);
		break;
	case OP_LOAD:
		value = load(state, image, insn);
		state->reg[insn->dst] = value;
		break;
	case OP_EXTEND:
		state->reg[insn->dst] = extend(insn, &state->reg[insn->src]);
		break;
	case OP_STORE:
		from = source(state, insn);
		if (from.kind == VALUE_STACK && insn->mem.base == REG_RSP)
			rebase(state, bases, insn);
		value = state_address(state, &insn->mem, false);
		store(state, &value, &from, insn->width);
		break;
	case OP_PUSH:
		push(state, insn->src == REG_NONE ? value_unknown() : state->reg[insn->src], insn->width);
		break;
	case OP_POP:
		value = pop(state, insn->width);
		if (insn->dst != REG_NONE)
			state->reg[insn->dst] = insn->width == 8 ? value : value_unknown();
		break;
	case OP_LEAVE:
		state->reg[REG_RSP] = state->reg[REG_RBP];
		state->reg[REG_RBP] = pop(state, 8);
		break;
	case OP_ENTER:
		push(state, state->reg[REG_RBP], 8);
		state->reg[REG_RBP] = state->reg[REG_RSP];
		value = value_constant(insn->imm);
		state->reg[REG_RSP] = value_sub(&state->reg[REG_RSP], &value);
		break;
	case OP_OTHER:
		if (insn->mem_write) {
			struct value unknown = value_unknown();

			value = state_address(state, &insn->mem, false);
			store(state, &value, &unknown, insn->width ? insn->width : 64);
		}
		state_clobber(state, insn->clobber);
		break;
	default:
		compute(state, bases, insn);
		break;
	}
}

/* A pointer into a stack that is not the one the function was called on */
static struct value switched(struct state_bases *bases, uint64_t address)
{
	unsigned int index = 1;

	while (index < bases->count && bases->base[index].address != address)
		index++;
	if (index >= STATE_BASES)
		return (struct value){.kind = VALUE_STACK, .low = VALUE_MIN, .high = VALUE_MAX, .residue = -1};
	if (index == bases->count)
		bases->base[bases->count++] = (struct state_base){.address = address, .align = 8, .other_stack = true};
	return value_stack((uint8_t)index, 0);
}

void state_apply(struct state *state, struct state_bases *bases, const struct image *image, const struct insn *insn,
		 int *issue, bool *bounded)
{
	struct value *rsp = &state->reg[REG_RSP];

	*issue = -1;
	apply(state, bases, image, insn);
	if (rsp->kind != VALUE_STACK) {
		/* The address of a stack of its own is known; anything else may be any stack. */
		bool computed = insn->op == OP_OTHER && insn->has_mem && !insn->mem_write;

		*issue = value_is_constant(rsp) && !computed ? -1 : FRAME_SWITCH;
		*rsp = switched(bases, insn->address);
		return;
	}
	if (rsp->low != rsp->high) {
		*bounded = true;
		if (rsp->high == VALUE_MAX || rsp->low < rsp->high - DYNAMIC_MAX)
			rsp->low = VALUE_MIN;
	}
	if (rsp->low == VALUE_MIN)
		*issue = FRAME_DYNAMIC;
}

void state_clobber_call(struct state *state)
{
	state_clobber(state, CALL_CLOBBERS);
	for (unsigned int i = 0; i < state->slot_count;) {
		if (state->slots[i].value.kind != VALUE_STACK)
			drop_slot(state, i);
		else
			i++;
	}
}
