/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "frame.h"

#include "frame_code.h"
#include "frame_state.h"

#include <stdlib.h>
#include <string.h>

#define RED_ZONE 128
#define VISITS_MAX 4   /* joins at one place before bounds that still move are given up */
#define ROUNDS_MAX 400 /* of finding more code by following jumps; each round adds some */
#define DEEPER_MAX 16  /* rounds in which an aligned stack pointer turns out deeper: more is a loop that goes down */

struct frame_work {
	struct frame_code code;
	struct state *in; /* state before each leader, by its number */
	uint8_t *visits;
	bool *queued;
	uint32_t *queue;
	uint32_t *site_of;     /* instruction -> site + 1 */
	size_t leaders, insns; /* there is room for */
};

struct analysis {
	const struct frame_context *context;
	struct frame *frame;
	struct frame_work *work;
	struct frame_code *code;
	struct state_bases bases;
	uint32_t queue_count;
	bool grew; /* new code was found: start over */
	struct state deepest;
	int64_t deepest_depth;
	struct value deepened; /* the stack pointer that was last looked at */
};

static void add_issue(struct analysis *analysis, enum frame_issue_kind kind, uint64_t address)
{
	struct frame *frame = analysis->frame;

	for (size_t i = 0; i < frame->issue_count; i++) {
		if (frame->issues[i].kind == kind)
			return; /* the first place is enough to look at */
	}
	arena_push(analysis->context->arena, frame->issues, frame->issue_count, ((struct frame_issue){kind, address}));
}

static void deepen(struct analysis *analysis, const struct value *rsp)
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
static void note_access(struct analysis *analysis, const struct state *state, const struct insn *insn)
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

static void add_target(struct analysis *analysis, struct frame_site *site, uint64_t target)
{
	for (size_t i = 0; i < site->target_count; i++) {
		if (site->targets[i] == target)
			return;
	}
	arena_push(analysis->context->arena, site->targets, site->target_count, target);
}

/* A call, or a jump that leaves the function */
static struct frame_site *leave(struct analysis *analysis, uint32_t index, const struct state *state, bool tail)
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

static void enqueue(struct analysis *analysis, uint32_t index, const struct state *state)
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
static void flow(struct analysis *analysis, uint64_t address, const struct state *state)
{
	uint32_t index = frame_code_index(analysis->code, address);

	if (index == MAP_NONE || !analysis->code->insns_leader[index]) {
		frame_code_add_root(analysis->code, address);
		analysis->grew = true;
		return;
	}
	enqueue(analysis, index, state);
}

static void jump_through_table(struct analysis *analysis, uint32_t index, const struct state *state,
			       const struct value *value)
{
	const struct image *image = analysis->context->image;
	uint64_t *targets;
	size_t count = frame_code_switch(analysis->code, value, &targets), inside = 0;

	for (size_t i = 0; i < count; i++) {
		if (!frame_code_is_other(analysis->code, targets[i])) {
			flow(analysis, targets[i], state);
			inside++;
		}
	}
	if (value->kind == VALUE_LOADED && inside < count) {
		struct frame_site *site = leave(analysis, index, state, true);

		site->kind = SITE_TABLE;
		site->table = (uint64_t)value->low;
		for (size_t i = 0; i < count; i++) {
			if (image_function_at(image, targets[i]))
				add_target(analysis, site, targets[i]);
		}
	} else if (!count) {
		add_issue(analysis, FRAME_JUMP, analysis->code->insns[index].address);
	}
}

static void call_through(struct analysis *analysis, uint32_t index, struct frame_site *site, const struct value *value)
{
	const struct insn *insn = &analysis->code->insns[index];

	if (value_is_constant(value) && value->low) {
		site->kind = SITE_DIRECT;
		add_target(analysis, site, (uint64_t)value->low);
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
			call_through(analysis, index, leave(analysis, index, state, true), &value);
		else
			flow(analysis, (uint64_t)value.low, state);
		return;
	}
	if (value.kind == VALUE_TARGET || value.kind == VALUE_LOADED) {
		jump_through_table(analysis, index, state, &value);
		return;
	}
	/* With the frame gone this is a tail call through a pointer, or a switch of a function that needs no frame. */
	if (depth == 8)
		call_through(analysis, index, leave(analysis, index, state, true), &value);
	else if (!frame_code_rest(analysis->code) && !analysis->code->rest_seen)
		add_issue(analysis, FRAME_JUMP, insn->address);
}

static void jump(struct analysis *analysis, uint32_t index, const struct state *state)
{
	const struct insn *insn = &analysis->code->insns[index];

	if (!insn->target && insn->op == OP_JUMP) {
		jump_indirect(analysis, index, state);
	} else if (frame_code_is_other(analysis->code, insn->target)) {
		struct frame_site *site = leave(analysis, index, state, true);

		site->kind = SITE_DIRECT;
		add_target(analysis, site, insn->target);
	} else {
		flow(analysis, insn->target, state);
	}
}

/* Returns whether the instruction after the call is reached. */
static bool call(struct analysis *analysis, uint32_t index, struct state *state)
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
	site = leave(analysis, index, state, false);
	if (insn->target) {
		site->kind = SITE_DIRECT;
		add_target(analysis, site, insn->target);
	} else {
		struct value value = indirect(analysis, state, insn);

		call_through(analysis, index, site, &value);
	}
	if (site->kind == SITE_DIRECT)
		comes_back = !analysis->context->never_returns(analysis->context->data, site->targets[0]);
	state_clobber_call(state);
	return comes_back;
}

static void end(struct analysis *analysis, const struct insn *insn, const struct state *state)
{
	const struct value *rsp = &state->reg[REG_RSP];

	if (rsp->kind != VALUE_STACK || rsp->base != 0) {
		if (rsp->kind == VALUE_STACK && !analysis->bases.base[rsp->base].other_stack)
			add_issue(analysis, FRAME_UNBALANCED, insn->address);
	} else if (rsp->low != 0 || rsp->high != 0) {
		add_issue(analysis, FRAME_UNBALANCED, insn->address);
	}
}

static void check_store(struct analysis *analysis, const struct insn *insn, const struct state *state)
{
	struct value address;

	if (!insn->mem_write || !may_be_stack(state, &insn->mem))
		return;
	address = state_address(state, &insn->mem, false);
	if (address.kind == VALUE_STACK && address.base == 0 && address.low == address.high && address.low < 8 &&
	    address.low + (insn->width ? insn->width : 1) > 0)
		add_issue(analysis, FRAME_OVERWRITTEN, insn->address);
}

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

static void remember_deepest(struct analysis *analysis, const struct state *state)
{
	int64_t depth = state_depth(&analysis->bases, &state->reg[REG_RSP], ALIGN_ANY);

	if (depth != DEPTH_UNKNOWN && depth <= analysis->deepest_depth)
		return;
	analysis->deepest_depth = depth;
	analysis->deepest = *state;
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
		note_access(analysis, &state, insn);
		check_store(analysis, insn, &state);
		switch (insn->op) {
		case OP_CALL:
			remember_deepest(analysis, &state);
			if (!call(analysis, index, &state))
				return;
			deepen(analysis, &state.reg[REG_RSP]);
			break;
		case OP_BRANCH:
			state_clobber(&state, insn->clobber); /* LOOP counts in RCX */
			limit = probe_loop(analysis, index, &state);
			if (limit != REG_NONE)
				state.reg[REG_RSP] = state.reg[limit];
			else
				jump(analysis, index, &state);
			deepen(analysis, &state.reg[REG_RSP]);
			break;
		case OP_JUMP:
			jump(analysis, index, &state);
			return;
		case OP_RETURN:
			end(analysis, insn, &state);
			return;
		case OP_STOP:
			return;
		case OP_BAD:
			add_issue(analysis, FRAME_NO_CODE, insn->address);
			return;
		default:
			state_apply(&state, &analysis->bases, analysis->context->image, insn, &issue,
				    &analysis->frame->bounded);
			if (issue == FRAME_SWITCH && unwind(analysis, &state, insn->address, next))
				issue = -1;
			if (issue >= 0 &&
			    (issue != FRAME_DYNAMIC || insn->dst == REG_RSP || (insn->clobber & 1u << REG_RSP)))
				add_issue(analysis, (enum frame_issue_kind)issue, insn->address);
			deepen(analysis, &state.reg[REG_RSP]);
			if (prologue && analysis->frame->prologue < analysis->frame->at_least)
				analysis->frame->prologue = analysis->frame->at_least;
			remember_deepest(analysis, &state);
			break;
		}
		if (frame_code_ends(analysis->code, insn, next))
			return;
		if (frame_code_is_other(analysis->code, next) && next != analysis->code->start) {
			/* Assembly that runs on into the next function */
			struct frame_site *site = leave(analysis, index, &state, true);

			site->kind = SITE_DIRECT;
			add_target(analysis, site, next);
			return;
		}
		index = frame_code_index(analysis->code, next);
		if (index == MAP_NONE) {
			flow(analysis, next, &state);
			return;
		}
		if (analysis->code->insns_leader[index]) {
			enqueue(analysis, index, &state);
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
		add_issue(analysis, FRAME_NO_CODE, analysis->code->start);
		return;
	}
	enqueue(analysis, start, &entry);
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
				enqueue(analysis, root, &analysis->deepest);
		}
		if (analysis->queue_count)
			continue;
		if (!frame_code_rest(analysis->code))
			return;
		for (size_t i = 0; i < analysis->code->rest_count; i++)
			flow(analysis, analysis->code->rest[i], &analysis->deepest);
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

	add_issue(analysis, FRAME_DYNAMIC, address);
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
		add_issue(&analysis, FRAME_TOO_LARGE, start);
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
