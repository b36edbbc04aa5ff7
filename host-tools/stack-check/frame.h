/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The frame of one function, from its code: how deep it takes the stack, and how deep the stack is at every call it
 * makes. All depths count bytes from the stack pointer before the function was called, so that they include its return
 * address.
 */
#ifndef STACK_CHECK_FRAME_H
#define STACK_CHECK_FRAME_H

#include "image.h"

/* Alignment by `and` costs more when nothing is known of RSP at entry than when the ABI's 16 bytes hold at every call.
 */
enum { ALIGN_ABI, ALIGN_ANY, ALIGN_MODES };

#define DEPTH_UNKNOWN INT64_MAX

enum site_kind {
	SITE_DIRECT,  /* targets[0] */
	SITE_TABLE,   /* one of targets, read from constant data */
	SITE_POINTER, /* through a pointer nothing is known of */
};

struct frame_site {
	uint64_t address;
	int64_t depth[ALIGN_MODES];
	enum site_kind kind;
	bool named;	  /* the instruction names its target: no pointer, however constant */
	bool other_stack; /* the function has left the stack it was called on */
	bool tail;	  /* a jump: the return address is the caller's own */
	uint64_t *targets;
	size_t target_count;
	uint64_t table;	       /* SITE_TABLE: where the pointers lie */
	int64_t pointer_field; /* SITE_POINTER read from a field of an object: its displacement, else -1 */
};

enum frame_issue_kind {
	FRAME_DYNAMIC,	   /* grows by an amount not known: VLA or alloca */
	FRAME_SWITCH,	   /* RSP is loaded with something not known */
	FRAME_UNBALANCED,  /* returns with RSP elsewhere than at entry */
	FRAME_OVERWRITTEN, /* writes over its return address */
	FRAME_JUMP,	   /* jumps to where is not known */
	FRAME_NO_CODE,	   /* runs into bytes that are no code */
	FRAME_TOO_LARGE,   /* too much code for one function */
};

struct frame_issue {
	enum frame_issue_kind kind;
	uint64_t address;
};

struct frame {
	int64_t own[ALIGN_MODES]; /* deepest use by the function itself; DEPTH_UNKNOWN when it is dynamic */
	int64_t at_least;	  /* the part of `own` that is known */
	int64_t prologue;	  /* depth that every activation reaches: before the first jump or call */
	int64_t red_zone;	  /* bytes of own below the deepest RSP */
	bool bounded;		  /* own rests on the range of a computed size, not on constants */
	bool realigned;		  /* aligns its frame beyond what its caller grants */
	bool misaligned;	  /* a call leaves RSP off the ABI's 16 bytes, or may */
	bool switches;		  /* sets RSP to a known stack of its own */
	uint64_t unwound;	  /* first place where only unwind information tells of RSP; 0: none */
	struct frame_site *sites;
	size_t site_count;
	struct frame_issue *issues;
	size_t issue_count;
	uint64_t *addresses; /* constants in the code that are functions' addresses: functions it may hand on */
	size_t address_count;
};

struct frame_work; /* memory that one analysis after another uses */

struct frame_context {
	struct arena *arena;
	const struct image *image;
	/* Whether a call to `target` never comes back */
	bool (*never_returns)(void *data, uint64_t target);
	void *data;
	/* Depth of RSP at an address by other means than decoding; negative when they do not tell. NULL: there are none
	 */
	int64_t (*depth_at)(const char *file, uint64_t address);
	struct frame_work *work;
};

struct frame_work *frame_work_create(void);
void frame_work_free(struct frame_work *work);
void frame_analyze(const struct frame_context *context, uint64_t start, struct frame *frame);

#endif
