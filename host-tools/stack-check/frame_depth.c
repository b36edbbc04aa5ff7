/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame_depth.h"

#include "frame_flow.h"

#define RED_ZONE 128

void frame_depth_reach(struct analysis *analysis, const struct value *rsp)
{
	struct frame *frame = analysis->frame;
	int64_t reached;

	if (value_equal(rsp, &analysis->deepened))
		return;
	analysis->deepened = *rsp;
	reached = state_least(&analysis->bases, rsp);
	if (reached != DEPTH_UNKNOWN && reached > frame->at_least)
		frame->at_least = reached;
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		int64_t depth = state_depth(&analysis->bases, rsp, mode);

		if (depth == DEPTH_UNKNOWN) {
			frame->own[mode] = DEPTH_UNKNOWN;
			continue;
		}
		if (depth > frame->own[mode])
			frame->own[mode] = depth;
	}
}

/* Whether a memory operand may lie on a stack; most are told at once. */
static bool may_be_stack(const struct state *state, const struct mem *mem)
{
	return (mem->base != REG_NONE && state->reg[mem->base].kind == VALUE_STACK) ||
	       (mem->index != REG_NONE && state->reg[mem->index].kind == VALUE_STACK);
}

/* Memory below RSP that the function uses anyway: the ABI's red zone */
void frame_depth_red_zone(struct analysis *analysis, const struct state *state, const struct insn *insn)
{
	const struct value *rsp = &state->reg[REG_RSP];
	struct value address;
	int64_t depth, used;

	if ((!insn->has_mem && insn->op != OP_LEA) || !may_be_stack(state, &insn->mem))
		return;
	address = state_address(state, &insn->mem, true);
	if (address.kind != VALUE_STACK || rsp->kind != VALUE_STACK)
		return;
	depth = state_depth(&analysis->bases, rsp, ALIGN_ANY);
	used = state_depth(&analysis->bases, &address, ALIGN_ANY);
	if (depth == DEPTH_UNKNOWN || used == DEPTH_UNKNOWN || used <= depth || used > depth + RED_ZONE)
		return;
	if (used - depth > analysis->frame->red_zone)
		analysis->frame->red_zone = used - depth;
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		int64_t with = state_depth(&analysis->bases, rsp, mode) + used - depth;

		if (analysis->frame->own[mode] != DEPTH_UNKNOWN && with > analysis->frame->own[mode])
			analysis->frame->own[mode] = with;
	}
}

void frame_depth_end(struct analysis *analysis, const struct insn *insn, const struct state *state)
{
	const struct value *rsp = &state->reg[REG_RSP];

	if (rsp->kind != VALUE_STACK || rsp->base != 0) {
		if (rsp->kind == VALUE_STACK && !analysis->bases.base[rsp->base].other_stack)
			frame_flow_issue(analysis, FRAME_UNBALANCED, insn->address);
	} else if (rsp->low != 0 || rsp->high != 0) {
		frame_flow_issue(analysis, FRAME_UNBALANCED, insn->address);
	}
}

void frame_depth_store(struct analysis *analysis, const struct insn *insn, const struct state *state)
{
	struct value address;

	if (!insn->mem_write || !may_be_stack(state, &insn->mem))
		return;
	address = state_address(state, &insn->mem, false);
	if (address.kind == VALUE_STACK && address.base == 0 && address.low == address.high && address.low < 8 &&
	    address.low + (insn->width ? insn->width : 1) > 0)
		frame_flow_issue(analysis, FRAME_OVERWRITTEN, insn->address);
}

void frame_depth_remember(struct analysis *analysis, const struct state *state)
{
	int64_t depth = state_depth(&analysis->bases, &state->reg[REG_RSP], ALIGN_ANY);

	if (depth != DEPTH_UNKNOWN && depth <= analysis->deepest_depth)
		return;
	analysis->deepest_depth = depth;
	analysis->deepest = *state;
}
