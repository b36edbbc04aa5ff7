/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame.h"

#include "frame_depth.h"
#include "frame_flow.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 400 /* of finding more code by following jumps; each round adds some */
#define DEEPER_MAX 16  /* rounds in which an aligned stack pointer turns out deeper: more is a loop that goes down */

/*
 * A loop that touches every page of a large frame on the way down: sub $page, %rsp; or $0, (%rsp); cmp %reg, %rsp; jne.
 * It ends where the register says. Returns that pointer's register, or REG_NONE.
 */
static int8_t probe_loop(const struct analysis *analysis, uint32_t index, const struct state *state)
{
	const struct insn *branch = &analysis->code->insns[index];
	uint32_t at = frame_code_index(analysis->code, branch->target);
	const struct insn *compare = NULL;
	bool steps = false;

	if (!branch->if_not_equal || at == MAP_NONE)
		return REG_NONE;
	while (at != index) {
		const struct insn *insn = &analysis->code->insns[at];

		if (insn->op == OP_SUB && insn->dst == REG_RSP && insn->use_imm)
			steps = true;
		else if (insn->op == OP_COMPARE)
			compare = insn;
		else if (insn->op >= OP_CALL || insn->clobber & ~(uint32_t)0xffff || insn->dst == REG_RSP)
			return REG_NONE;
		at = frame_code_index(analysis->code, insn->address + insn->length);
		if (at == MAP_NONE || analysis->code->insns[at].address > branch->address)
			return REG_NONE;
	}
	if (!steps || !compare || compare->use_imm)
		return REG_NONE;
	if (compare->dst == REG_RSP && compare->src != REG_NONE && state->reg[compare->src].kind == VALUE_STACK)
		return compare->src;
	if (compare->src == REG_RSP && compare->dst != REG_NONE && state->reg[compare->dst].kind == VALUE_STACK)
		return compare->dst;
	return REG_NONE;
}

/*
 * RSP was loaded with something not known. Unwind information settles it where it told of another register up to here
 * and tells of RSP from here on: the function restores its own. One that goes to another stack says nothing like it.
 */
static bool unwind(struct analysis *analysis, struct state *state, uint64_t at, uint64_t next)
{
	const struct frame_context *context = analysis->context;
	int64_t depth;

	if (!context->depth_at || context->depth_at(context->image->name, at) >= 0)
		return false;
	depth = context->depth_at(context->image->name, next);
	if (depth < 8)
		return false;
	state->reg[REG_RSP] = value_stack(0, 8 - depth);
	if (!analysis->frame->unwound)
		analysis->frame->unwound = at;
	return true;
}

/* Runs from a leader to where control leaves it. */
static void run(struct analysis *analysis, uint32_t index)
{
	struct state state = analysis->work->in[analysis->code->leader_of[index]];
	bool prologue = analysis->code->insns[index].address == analysis->code->start;
	int8_t limit;

	for (;;) {
		const struct insn *insn = &analysis->code->insns[index];
		uint64_t next = insn->address + insn->length;
		int issue;

		prologue &= insn->op < OP_CALL;
		frame_depth_red_zone(analysis, &state, insn);
		frame_depth_store(analysis, insn, &state);
		switch (insn->op) {
		case OP_CALL:
			frame_depth_remember(analysis, &state);
			if (!frame_flow_call(analysis, index, &state))
				return;
			frame_depth_reach(analysis, &state.reg[REG_RSP]);
			break;
		case OP_BRANCH:
			state_clobber(&state, insn->clobber); /* LOOP counts in RCX */
			limit = probe_loop(analysis, index, &state);
			if (limit != REG_NONE)
				state.reg[REG_RSP] = state.reg[limit];
			else
				frame_flow_jump(analysis, index, &state);
			frame_depth_reach(analysis, &state.reg[REG_RSP]);
			break;
		case OP_JUMP:
			frame_flow_jump(analysis, index, &state);
			return;
		case OP_RETURN:
			frame_depth_end(analysis, insn, &state);
			return;
		case OP_STOP:
			return;
		case OP_BAD:
			frame_flow_issue(analysis, FRAME_NO_CODE, insn->address);
			return;
		default:
			state_apply(&state, &analysis->bases, analysis->context->image, insn, &issue,
				    &analysis->frame->bounded);
			if (issue == FRAME_SWITCH && unwind(analysis, &state, insn->address, next))
				issue = -1;
			if (issue >= 0 &&
			    (issue != FRAME_DYNAMIC || insn->dst == REG_RSP || (insn->clobber & 1u << REG_RSP)))
				frame_flow_issue(analysis, (enum frame_issue_kind)issue, insn->address);
			frame_depth_reach(analysis, &state.reg[REG_RSP]);
			if (prologue && analysis->frame->prologue < analysis->frame->at_least)
				analysis->frame->prologue = analysis->frame->at_least;
			frame_depth_remember(analysis, &state);
			break;
		}
		if (frame_code_ends(analysis->code, insn, next))
			return;
		if (frame_code_is_other(analysis->code, next) && next != analysis->code->start) {
			/* Assembly that runs on into the next function */
			struct frame_site *site = frame_flow_leave(analysis, index, &state, true);

			site->kind = SITE_DIRECT;
			frame_flow_target(analysis, site, next);
			return;
		}
		index = frame_code_index(analysis->code, next);
		if (index == MAP_NONE) {
			frame_flow_to(analysis, next, &state);
			return;
		}
		if (analysis->code->insns_leader[index]) {
			frame_flow_join(analysis, index, &state);
			return;
		}
	}
}

static void *room(void *old, size_t count, size_t size)
{
	free(old);
	old = malloc(count * size);
	if (!old)
		abort();
	return old;
}

static void make_room(struct frame_work *work, size_t leaders, size_t insns)
{
	if (leaders >= work->leaders) {
		work->leaders = 2 * leaders + 16;
		work->in = room(work->in, work->leaders, sizeof(*work->in));
		work->visits = room(work->visits, work->leaders, 1);
		work->queued = room(work->queued, work->leaders, sizeof(bool));
		work->queue = room(work->queue, work->leaders, sizeof(uint32_t));
	}
	if (insns >= work->insns) {
		work->insns = 2 * insns + 16;
		work->site_of = room(work->site_of, work->insns, sizeof(uint32_t));
	}
}

static void reset(struct analysis *analysis)
{
	struct frame *frame = analysis->frame;
	struct frame_work *work = analysis->work;
	size_t insns = analysis->code->insn_count, leaders = analysis->code->leader_count;

	frame->own[ALIGN_ABI] = frame->own[ALIGN_ANY] = frame->at_least = frame->prologue = 8;
	frame->red_zone = 0;
	frame->site_count = frame->issue_count = 0;
	frame->sites = NULL;
	frame->issues = NULL;
	frame->bounded = frame->misaligned = false;
	frame->unwound = 0;
	analysis->grew = false;
	analysis->queue_count = 0;
	analysis->deepened = value_unknown();
	make_room(work, leaders, insns);
	memset(work->visits, 0, leaders + 1);
	memset(work->queued, 0, (leaders + 1) * sizeof(bool));
	memset(work->site_of, 0, (insns + 1) * sizeof(uint32_t));
}

static void run_all(struct analysis *analysis)
{
	struct state entry;
	uint32_t start;

	reset(analysis);
	state_enter(&entry, &analysis->bases);
	analysis->deepest = entry;
	analysis->deepest_depth = 0;
	start = frame_code_index(analysis->code, analysis->code->start);
	if (start == MAP_NONE) {
		frame_flow_issue(analysis, FRAME_NO_CODE, analysis->code->start);
		return;
	}
	frame_flow_join(analysis, start, &entry);
	for (;;) {
		while (analysis->queue_count) {
			uint32_t index = analysis->work->queue[--analysis->queue_count];

			analysis->work->queued[analysis->code->leader_of[index]] = false;
			run(analysis, index);
		}
		if (analysis->grew)
			return;
		/* Code that nothing seen leads to: as deep as the function gets, to be safe. */
		for (size_t i = 0; i < analysis->code->root_count; i++) {
			uint32_t root = frame_code_index(analysis->code, analysis->code->roots[i]);

			if (root != MAP_NONE && !analysis->work->visits[analysis->code->leader_of[root]])
				frame_flow_join(analysis, root, &analysis->deepest);
		}
		if (analysis->queue_count)
			continue;
		if (!frame_code_rest(analysis->code))
			return;
		for (size_t i = 0; i < analysis->code->rest_count; i++)
			frame_flow_to(analysis, analysis->code->rest[i], &analysis->deepest);
		return;
	}
}

static bool is_function_address(const struct image *image, int64_t number)
{
	return number && (image_function_at(image, (uint64_t)number) || image_extern(image, (uint64_t)number));
}

/* Functions whose address the code makes without calling them */
static void collect_addresses(struct analysis *analysis)
{
	const struct image *image = analysis->context->image;
	struct frame *frame = analysis->frame;

	for (uint32_t i = 0; i < analysis->code->insn_count; i++) {
		const struct insn *insn = &analysis->code->insns[i];
		int64_t number = 0;
		uint64_t word;

		if (insn->use_imm && !image->relocatable)
			number = insn->imm;
		else if (insn->op == OP_LEA && insn->mem.base == REG_NONE && insn->mem.index == REG_NONE)
			number = insn->mem.offset;
		else if (insn->op == OP_LOAD && insn->mem.base == REG_NONE && insn->mem.index == REG_NONE &&
			 !insn->mem.segment && image_constant(image, (uint64_t)insn->mem.offset, 8, &word))
			number = (int64_t)word;
		if (is_function_address(image, number))
			arena_push(analysis->context->arena, frame->addresses, frame->address_count, (uint64_t)number);
	}
}

/* An aligned stack pointer goes down in a loop. */
static void lose_depth(struct analysis *analysis, uint64_t address)
{
	struct frame *frame = analysis->frame;

	frame_flow_issue(analysis, FRAME_DYNAMIC, address);
	for (int mode = 0; mode < ALIGN_MODES; mode++) {
		frame->own[mode] = DEPTH_UNKNOWN;
		for (size_t i = 0; i < frame->site_count; i++)
			frame->sites[i].depth[mode] = DEPTH_UNKNOWN;
	}
}

void frame_analyze(const struct frame_context *context, uint64_t start, struct frame *frame)
{
	struct frame_code *code = &context->work->code;
	struct analysis analysis = {.context = context, .frame = frame, .work = context->work, .code = code};
	unsigned int rounds = 0, deeper = 0;

	memset(frame, 0, sizeof(*frame));
	frame_code_start(code, context->arena, context->image, start);
	do {
		if (analysis.grew)
			analysis.bases.count = 0;
		frame_code_discover(code);
		run_all(&analysis);
	} while ((analysis.grew && ++rounds < ROUNDS_MAX) || (analysis.bases.changed && ++deeper < DEEPER_MAX));
	if (analysis.bases.changed)
		lose_depth(&analysis, start);
	if (analysis.grew || code->too_large)
		frame_flow_issue(&analysis, FRAME_TOO_LARGE, start);
	for (unsigned int i = 1; i < analysis.bases.count; i++) {
		frame->switches |= analysis.bases.base[i].other_stack;
		frame->realigned |= !analysis.bases.base[i].other_stack;
	}
	collect_addresses(&analysis);
}

struct frame_work *frame_work_create(void)
{
	struct frame_work *work = calloc(1, sizeof(*work));

	if (!work)
		abort();
	return work;
}

void frame_work_free(struct frame_work *work)
{
	frame_code_free(&work->code);
	free(work->in);
	free(work->visits);
	free(work->queued);
	free(work->queue);
	free(work->site_of);
	free(work);
}
