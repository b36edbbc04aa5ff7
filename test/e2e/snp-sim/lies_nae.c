/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lies in answers to non-automatic exits of VMPL0, from the one on that "at" counts. */
#include "lies.h"

#include "memory.h"

enum lie {
	TRUTH,
	IO,	      /* ports answer with errors */
	IO_ONES,      /* and with all bits set, beyond the size of the access too */
	IO_ZEROS,     /* the line status of the UART: never ready */
	MSR,	      /* RDMSR and WRMSR answer with #GP */
	MSR_ONES,     /* all bits set */
	MSR_UNMARKED, /* registers of the answer are not marked as valid */
	PSC,	      /* the page state change is refused */
	PSC_INFO,     /* success in EXITINFO1, an error in EXITINFO2 */
	PSC_STUCK,    /* nothing is done, and said to be in progress */
	PSC_IDLE,     /* nothing is done, and said to be done */
	PSC_BEYOND,   /* more is said to be done than was asked for; entries are overwritten */
	CREATE,	      /* the guest's virtual CPU is refused */
	RUN,	      /* the guest's level is refused */
	RUN_AFTER,    /* it runs, and the return is said to be an error */
	RANDOM,	      /* any part of any answer, now and then */
	COUNT_OF_LIES,
};
static const char *const names[] = {"nae-io",	     "nae-io-ones",	 "nae-io-zeros",   "nae-msr",
				    "nae-msr-ones",  "nae-msr-unmarked", "nae-psc",	   "nae-psc-info",
				    "nae-psc-stuck", "nae-psc-idle",	 "nae-psc-beyond", "nae-create-vcpu",
				    "nae-run",	     "nae-run-after",	 "nae-random"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define RANDOM_IN 64u	    /* answers is a lie */
#define VALID_RAX (1u << 7) /* of valid_bitmap[7] */
#define ERROR 2u

static enum lie lie;

bool lies_nae_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

static bool is_about(uint64_t code)
{
	switch (lie) {
	case IO:
	case IO_ONES:
	case IO_ZEROS:
		return code == SVM_EXIT_IOIO;
	case MSR:
	case MSR_ONES:
	case MSR_UNMARKED:
		return code == SVM_EXIT_MSR;
	case PSC:
	case PSC_INFO:
	case PSC_STUCK:
	case PSC_IDLE:
	case PSC_BEYOND:
		return code == GHCB_EXIT_PSC;
	case CREATE:
		return code == GHCB_EXIT_AP_CREATION;
	case RUN:
	case RUN_AFTER:
		return code == GHCB_EXIT_RUN_VMPL;
	default:
		/* A refusal to run the guest ends the machine at once: not told, so that more is tried */
		return lie == RANDOM && code != GHCB_EXIT_RUN_VMPL;
	}
}

static void answer(struct ghcb *ghcb, uint64_t info_1, uint64_t info_2)
{
	ghcb->exit_info_1 = info_1;
	ghcb->exit_info_2 = info_2;
}

static void set_registers(struct ghcb *ghcb, uint64_t value)
{
	ghcb->rax = value;
	ghcb->rcx = value;
	ghcb->rdx = value;
	for (size_t i = 0; i < sizeof(ghcb->valid_bitmap); i++)
		ghcb->valid_bitmap[i] = 0xff;
}

/* Bytes anywhere in the page */
static void scribble(struct ghcb *ghcb)
{
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t random = lies_random();

		((uint8_t *)ghcb)[random % sizeof(*ghcb)] = (uint8_t)(random >> 32);
	}
}

static void any_answer(struct ghcb *ghcb)
{
	uint64_t random = lies_random();

	switch (random % 5) {
	case 0:
		answer(ghcb, random >> 8 & 3, lies_random());
		break;
	case 1:
		answer(ghcb, lies_random(), lies_random() >> (random >> 8 & 63));
		break;
	case 2:
		set_registers(ghcb, lies_random());
		break;
	case 3:
		for (size_t i = 0; i < sizeof(ghcb->valid_bitmap); i++)
			ghcb->valid_bitmap[i] = (uint8_t)lies_random();
		break;
	default:
		scribble(ghcb);
	}
}

bool lies_nae_skips(unsigned int vmpl, struct ghcb *ghcb, uint64_t code)
{
	struct ghcb_psc *psc = (struct ghcb_psc *)ghcb->shared_buffer;
	static uint64_t seen;

	if (vmpl != 0 || !is_about(code) || lie == RUN_AFTER || lie == RANDOM || lie == IO_ONES || lie == IO_ZEROS ||
	    lie == MSR_ONES || lie == MSR_UNMARKED || ++seen < lies_at)
		return false;
	lies_told("request not done", code);
	answer(ghcb, 0, 0);
	if (lie == PSC_INFO) {
		answer(ghcb, 0, 1ull << 32);
	} else if (lie == PSC_IDLE) {
		psc->cur_entry = (uint16_t)(psc->end_entry + 1);
	} else if (lie == PSC_BEYOND) {
		psc->cur_entry = UINT16_MAX;
		psc->end_entry = UINT16_MAX;
		for (unsigned int i = 0; i < GHCB_PSC_ENTRY_MAX; i++)
			psc->entry[i] = UINT64_MAX;
	} else if (lie == MSR) {
		answer(ghcb, GHCB_INFO1_EXCEPTION, GHCB_EVENT_GP);
	} else if (lie != PSC_STUCK) {
		answer(ghcb, ERROR, GHCB_BAD_INPUT);
	}
	return true;
}

void lies_nae(unsigned int vmpl, struct ghcb *ghcb, uint64_t code)
{
	static uint64_t seen;

	if (vmpl != 0 || !is_about(code) || ++seen < lies_at || (lie == RANDOM && lies_random() % RANDOM_IN != 0))
		return;
	switch (lie) {
	case IO_ONES:
	case MSR_ONES:
		set_registers(ghcb, UINT64_MAX);
		break;
	case IO_ZEROS:
		set_registers(ghcb, 0);
		break;
	case MSR_UNMARKED:
		ghcb->valid_bitmap[offsetof(struct ghcb, rax) / 64] &= (uint8_t)~VALID_RAX;
		break;
	case RUN_AFTER:
		answer(ghcb, ERROR, GHCB_BAD_INPUT);
		break;
	case RANDOM:
		any_answer(ghcb);
		break;
	default:
		return;
	}
	lies_told("answer to request", code);
}
