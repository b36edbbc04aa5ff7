/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame_flow.h"

#define VISITS_MAX 4 /* joins at one place before bounds that still move are given up */

void frame_flow_issue(struct analysis *analysis, enum frame_issue_kind kind, uint64_t address)
{
	struct frame *frame = analysis->frame;

	for (size_t i = 0; i < frame->issue_count; i++) {
		if (frame->issues[i].kind == kind)
			return; /* the first place is enough to look at */
	}
	arena_push(analysis->context->arena, frame->issues, frame->issue_count, ((struct frame_issue){kind, address}));
}

static struct frame_site *site_for(struct analysis *analysis, uint32_t index)
{
	struct frame *frame = analysis->frame;

	if (!analysis->work->site_of[index]) {
		struct frame_site site = {.address = analysis->code->insns[index].address, .pointer_field = -1};

		arena_push(analysis->context->arena, frame->sites, frame->site_count, site);
		analysis->work->site_of[index] = (uint32_t)frame->site_count;
	}
	return &frame->sites[analysis->work->site_of[index] - 1];
}

static void set_depths(struct analysis *analysis, struct frame_site *site, const struct value *rsp)
{
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		int64_t depth = state_depth(&analysis->bases, rsp, mode);

		if (depth > site->depth[mode])
			site->depth[mode] = depth;
	}
}

/* The ABI wants RSP a multiple of 16 at a call; a jump to a function wants it as at entry. */
static bool is_aligned(const struct analysis *analysis, const struct value *rsp, bool tail)
{
	int residue = rsp->residue;

	if (residue < 0 || rsp->kind != VALUE_STACK)
		return false;
	if (rsp->base == 0)
		residue = (residue + 8) % 16;
	else if (analysis->bases.base[rsp->base].align < 16)
		return false;
	return residue == (tail ? 8 : 0);
}

void frame_flow_target(struct analysis *analysis, struct frame_site *site, uint64_t target)
{
	for (size_t i = 0; i < site->target_count; i++) {
		if (site->targets[i] == target)
			return;
	}
	arena_push(analysis->context->arena, site->targets, site->target_count, target);
}

/* A call, or a jump that leaves the function */
struct frame_site *frame_flow_leave(struct analysis *analysis, uint32_t index, const struct state *state, bool tail)
{
	struct frame_site *site = site_for(analysis, index);

	site->tail = tail;
	site->other_stack =
		state->reg[REG_RSP].kind == VALUE_STACK && analysis->bases.base[state->reg[REG_RSP].base].other_stack;
	site->named = analysis->code->insns[index].target != 0;
	set_depths(analysis, site, &state->reg[REG_RSP]);
	if (!is_aligned(analysis, &state->reg[REG_RSP], tail))
		analysis->frame->misaligned = true;
	return site;
}

/* What an indirect call or jump goes through */
static struct value indirect(const struct analysis *analysis, const struct state *state, const struct insn *insn)
{
	struct value value = value_unknown();
	uint64_t word;
	int64_t table;
	bool walked;

	if (!insn->has_mem)
		return insn->src == REG_NONE ? value : state->reg[insn->src];
	value = state_address(state, &insn->mem, false);
	if (value.kind == VALUE_STACK && value.low == value.high) {
		for (unsigned int i = 0; i < state->slot_count; i++) {
			if (state->slots[i].base == value.base && state->slots[i].offset == value.low)
				return state->slots[i].value;
		}
		return value_unknown();
	}
	if (value_is_constant(&value)) {
		if (image_constant(analysis->context->image, (uint64_t)value.low, 8, &word))
			return value_constant((int64_t)word);
		return value_unknown();
	}
	if (state_table(state, &insn->mem, !analysis->context->image->relocatable, &table, &walked))
		return (struct value){.kind = VALUE_LOADED, .low = table, .high = table, .walked = walked};
	return value_unknown();
}

void frame_flow_join(struct analysis *analysis, uint32_t index, const struct state *state)
{
	uint32_t leader = analysis->code->leader_of[index];
	struct state *in = &analysis->work->in[leader];

	if (!analysis->work->visits[leader]) {
		*in = *state;
		analysis->work->visits[leader] = 1;
	} else {
		bool widen = analysis->work->visits[leader] > VISITS_MAX;

		if (!state_join(in, state, widen))
			return;
		if (!widen)
			analysis->work->visits[leader]++;
	}
	if (!analysis->work->queued[leader]) {
		analysis->work->queued[leader] = true;
		analysis->work->queue[analysis->queue_count++] = index;
	}
}

/* Continues at `address`, inside this function's code; finds it first when it is new. */
void frame_flow_to(struct analysis *analysis, uint64_t address, const struct state *state)
{
	uint32_t index = frame_code_index(analysis->code, address);

	if (index == MAP_NONE || !analysis->code->insns_leader[index]) {
		frame_code_add_root(analysis->code, address);
		analysis->grew = true;
		return;
	}
	frame_flow_join(analysis, index, state);
}

static void jump_through_table(struct analysis *analysis, uint32_t index, const struct state *state,
			       const struct value *value)
{
	const struct image *image = analysis->context->image;
	uint64_t *targets;
	size_t count = frame_code_switch(analysis->code, value, &targets), inside = 0;

	for (size_t i = 0; i < count; i++) {
		if (!frame_code_is_other(analysis->code, targets[i])) {
			frame_flow_to(analysis, targets[i], state);
			inside++;
		}
	}
	if (value->kind == VALUE_LOADED && inside < count) {
		struct frame_site *site = frame_flow_leave(analysis, index, state, true);

		site->kind = SITE_TABLE;
		site->table = (uint64_t)value->low;
		for (size_t i = 0; i < count; i++) {
			if (image_function_at(image, targets[i]))
				frame_flow_target(analysis, site, targets[i]);
		}
	} else if (!count) {
		frame_flow_issue(analysis, FRAME_JUMP, analysis->code->insns[index].address);
	}
}

static void call_through(struct analysis *analysis, uint32_t index, struct frame_site *site, const struct value *value)
{
	const struct insn *insn = &analysis->code->insns[index];

	if (value_is_constant(value) && value->low) {
		site->kind = SITE_DIRECT;
		frame_flow_target(analysis, site, (uint64_t)value->low);
	} else if (value->kind == VALUE_LOADED &&
		   frame_code_table(analysis->code, value, &site->targets, &site->target_count)) {
		site->kind = SITE_TABLE;
		site->table = (uint64_t)value->low;
	} else {
		site->kind = SITE_POINTER;
		site->target_count = 0;
		if (insn->has_mem && insn->mem.base != REG_NONE && insn->mem.index == REG_NONE)
			site->pointer_field = insn->mem.offset;
		else
			site->pointer_field = value->kind == VALUE_FIELD ? value->low : -1;
	}
}

static void jump_indirect(struct analysis *analysis, uint32_t index, const struct state *state)
{
	const struct insn *insn = &analysis->code->insns[index];
	struct value value = indirect(analysis, state, insn);
	int64_t depth = state_depth(&analysis->bases, &state->reg[REG_RSP], ALIGN_ANY);

	if (value_is_constant(&value) && value.low) {
		if (frame_code_is_other(analysis->code, (uint64_t)value.low))
			call_through(analysis, index, frame_flow_leave(analysis, index, state, true), &value);
		else
			frame_flow_to(analysis, (uint64_t)value.low, state);
		return;
	}
	if (value.kind == VALUE_TARGET || value.kind == VALUE_LOADED) {
		jump_through_table(analysis, index, state, &value);
		return;
	}
	/* With the frame gone this is a tail call through a pointer, or a switch of a function that needs no frame. */
	if (depth == 8)
		call_through(analysis, index, frame_flow_leave(analysis, index, state, true), &value);
	else if (!frame_code_rest(analysis->code) && !analysis->code->rest_seen)
		frame_flow_issue(analysis, FRAME_JUMP, insn->address);
}

void frame_flow_jump(struct analysis *analysis, uint32_t index, const struct state *state)
{
	const struct insn *insn = &analysis->code->insns[index];

	if (!insn->target && insn->op == OP_JUMP) {
		jump_indirect(analysis, index, state);
	} else if (frame_code_is_other(analysis->code, insn->target)) {
		struct frame_site *site = frame_flow_leave(analysis, index, state, true);

		site->kind = SITE_DIRECT;
		frame_flow_target(analysis, site, insn->target);
	} else {
		frame_flow_to(analysis, insn->target, state);
	}
}

/* Returns whether the instruction after the call is reached. */
bool frame_flow_call(struct analysis *analysis, uint32_t index, struct state *state)
{
	const struct insn *insn = &analysis->code->insns[index];
	struct frame_site *site;
	bool comes_back = true;

	/* call to the next instruction: a push of its address */
	if (insn->target == insn->address + insn->length) {
		struct value size = value_constant(8);

		state->reg[REG_RSP] = value_sub(&state->reg[REG_RSP], &size);
		return true;
	}
	site = frame_flow_leave(analysis, index, state, false);
	if (insn->target) {
		site->kind = SITE_DIRECT;
		frame_flow_target(analysis, site, insn->target);
	} else {
		struct value value = indirect(analysis, state, insn);

		call_through(analysis, index, site, &value);
	}
	if (site->kind == SITE_DIRECT)
		comes_back = !analysis->context->never_returns(analysis->context->data, site->targets[0]);
	state_clobber_call(state);
	return comes_back;
}
