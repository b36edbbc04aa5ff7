/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A guest in an array: host-side twins of guest_memory.h and rmp.h, so that the protocol code of the firmware runs, is
 * checked and is fuzzed as an ordinary process. RAM is [0, FAKE_RAM_SIZE); pages have the RMP states of the real thing.
 */
#ifndef KERNEL_TESTS_FAKE_GUEST_H
#define KERNEL_TESTS_FAKE_GUEST_H

#include "../percpu.h"
#include "../rmp.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_RAM_SIZE (8ull * 1024 * 1024)

struct fake_page {
	bool shared; /* not assigned: every access by the firmware faults */
	bool validated;
	bool large; /* backed by a 2 MiB entry */
	bool vmsa;
	bool in_use;		  /* a processor runs it as VMSA */
	uint64_t rights;	  /* of VMPL2 */
	uint64_t other_rights[2]; /* of VMPL1 and VMPL3 */
};

extern uint8_t fake_ram[FAKE_RAM_SIZE];
extern struct fake_page fake_pages[FAKE_RAM_SIZE / PAGE_SIZE];

/* CPU 0 makes the calls; CPU 1 runs and has no guest. APIC IDs: */
#define fake_cpu percpu_table[0]
#define FAKE_APIC_ID(cpu) (0x10u + (cpu))
#define FAKE_SEV_FEATURES 0x21ull

/* Hostile hosts */
extern bool fake_zeroing_fails;	    /* a fault is injected while the firmware zeroes a page */
void fake_guest_swap(uint64_t gpa); /* shows another page at @gpa, not validated, or the first one again */

/* Another CPU does not leave the window it has mapped. */
extern bool fake_window_busy;

/* RMPADJUST for a VMSA fails with this */
extern enum rmp_result fake_rmp_fails;

/* Called by tlb_flush_all(): until then, other CPUs of the guest can still write to pages it has no rights for. */
extern void (*fake_on_flush)(void);

/* What panic() returns to: set with setjmp(); it is a failure of the test otherwise. */
extern jmp_buf *fake_panic_to;

/* clock.h counts in microseconds here, and time passes when a test says so. */
extern uint64_t fake_now;
extern uint64_t fake_us_per_look; /* passes at each look at the clock */

/*
 * All pages private, validated, VMPL2's, zero; memory_map_guest set; GS points to fake_cpu, its calling area at 0x1000
 * and its registers taken.
 */
void fake_guest_reset(void);

#endif
