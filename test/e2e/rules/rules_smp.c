/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Rules about several processors: AP creation and what levels of other processors may do to each other. */
#include "smp.h"

#define RULE(name)                                                                                                     \
	void name(void);                                                                                               \
	void name(void)

extern uint8_t image_start[];

static volatile uint64_t arrived, counted, faults, proceed;

static void arrive(void)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
}

static void halt_for_ever(void)
{
	arrive();
	for (;;)
		smp_halt(false);
}

static void count(void)
{
	arrive();
	for (;;)
		counted++;
}

/* AP creation */

RULE(rule_ap_starts)
{
	for (unsigned int cpu = 1; cpu < 4; cpu++)
		smp_start(cpu, cpu, halt_for_ever);
	machine_expect(smp_wait(&arrived, 3));
}

static void vmpl0_of_ap(void)
{
	arrive();
	smp_halt(false); /* until VMPL2 asks for this level */
	arrive();
	smp_run_vmpl(2);
	machine_end(END_BAD);
}

static void vmpl2_of_ap(void)
{
	arrive();
	smp_run_vmpl(0);
	arrive();
	for (;;)
		smp_halt(false);
}

/* A level that waits makes room for the created one, and goes on when that one asks for it. */
RULE(rule_ap_second_level)
{
	machine_grant_image();
	smp_start(0, 1, vmpl0_of_ap);
	smp_wait_or_end(&arrived, 1);
	if (smp_ap_creation(1, 2, GHCB_AP_CREATE, smp_vmsa(1, 2, vmpl2_of_ap)) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	machine_expect(smp_wait(&arrived, 4));
}

/* A level that does not wait goes on; the created one comes when it does. */
static void busy_vmpl0_of_ap(void)
{
	arrive();
	smp_wait_or_end(&proceed, 1);
	if (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) != 1)
		machine_end(END_BAD);
	smp_halt(false);
	arrive();
	smp_run_vmpl(2);
	machine_end(END_BAD);
}

RULE(rule_ap_second_level_waits)
{
	machine_grant_image();
	smp_start(0, 1, busy_vmpl0_of_ap);
	smp_wait_or_end(&arrived, 1);
	if (smp_ap_creation(1, 2, GHCB_AP_CREATE, smp_vmsa(1, 2, vmpl2_of_ap)) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	smp_delay();
	proceed = 1;
	machine_expect(smp_wait(&arrived, 4));
}

/* After the answer not one more instruction is executed, the registers are in the VMSA, and the page is free. */
RULE(rule_ap_destroyed)
{
	struct snp_vmsa *vmsa = smp_start(0, 1, count);
	uint32_t in_use, stopped;
	uint64_t before;

	smp_wait_or_end(&counted, 1000);
	in_use = machine_rmpadjust((uint64_t)vmsa, false, 1);
	stopped = smp_ap_creation(1, 0, GHCB_AP_DESTROY, 0);
	before = counted;
	smp_delay();
	machine_expect(in_use == RMP_FAIL_INUSE && stopped == GHCB_INFO1_OK && counted == before &&
		       vmsa->rip >= (uint64_t)count && vmsa->rip < (uint64_t)count + 64 &&
		       machine_rmpadjust((uint64_t)vmsa, false, 1) == RMP_OK);
}

/* The level runs with other registers, and its former VMSA is free. */
RULE(rule_ap_replaced)
{
	struct snp_vmsa *first = smp_start(0, 1, count);
	uint64_t before;

	smp_wait_or_end(&counted, 1000);
	smp_start(1, 1, halt_for_ever);
	before = counted;
	smp_wait_or_end(&arrived, 2);
	smp_delay();
	machine_expect(counted == before && machine_rmpadjust((uint64_t)first, false, 1) == RMP_OK);
}

static void hold(void)
{
	struct ghcb *ghcb = machine_use_ghcb(1);

	arrive();
	machine_call(ghcb, GHCB_EXIT_AP_RESET_HOLD, 0, 0, 0);
	machine_end(END_BAD);
}

static void hold_by_msr(void)
{
	arrive();
	machine_ghcb_msr(GHCB_MSR_AP_RESET_HOLD_REQ);
	machine_end(END_BAD);
}

RULE(rule_ap_held)
{
	smp_start(0, 1, hold);
	smp_start(1, 2, hold_by_msr);
	smp_wait_or_end(&arrived, 2);
	smp_delay();
	smp_start(2, 1, halt_for_ever);
	smp_start(3, 2, halt_for_ever);
	machine_expect(smp_wait(&arrived, 4));
}

static void create_on_first(void)
{
	struct ghcb *ghcb = machine_use_ghcb(1);

	smp_wait_or_end(&proceed, 1);
	if (machine_call(ghcb, GHCB_EXIT_AP_CREATION, 2 << GHCB_AP_VMPL_SHIFT | GHCB_AP_CREATE, (uint64_t)smp_page[1],
			 SEV_FEATURE_SNP) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	halt_for_ever();
}

/* Both create a level of the other, and each waits until the other has carried it out. */
RULE(rule_ap_each_other)
{
	machine_grant_image();
	smp_vmsa(1, 2, halt_for_ever);
	smp_vmsa(2, 2, halt_for_ever);
	smp_start(0, 1, create_on_first);
	proceed = 1;
	if (smp_ap_creation(1, 2, GHCB_AP_CREATE, smp_page[2]) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	smp_wait_or_end(&arrived, 2); /* VMPL0 and VMPL2 of the second */
	smp_halt(false);	      /* and VMPL2 of this one, which then has no one to wake it */
	machine_end(END_BAD);
}

static bool refused(uint32_t answer, uint64_t reason)
{
	return answer == GHCB_INFO1_BAD_INPUT && machine_ghcb->exit_info_2 == reason;
}

static bool refuses(uint64_t info, const void *vmsa, uint64_t features)
{
	return refused(machine_call(machine_ghcb, GHCB_EXIT_AP_CREATION, info, (uint64_t)vmsa, features),
		       GHCB_BAD_INPUT);
}

#define ON_AP (1ull << GHCB_AP_APIC_ID_SHIFT)

RULE(rule_ap_refused)
{
	struct snp_vmsa *vmsa = smp_vmsa(0, 0, halt_for_ever), *unmarked = (struct snp_vmsa *)smp_page[1];
	bool good;

	machine_fill_vmsa(unmarked, 0, (const void *)halt_for_ever, smp_page[2]);
	machine_use_ghcb(0);
	good = refused(machine_call_without_rax(machine_ghcb, GHCB_EXIT_AP_CREATION, ON_AP | GHCB_AP_CREATE,
						(uint64_t)vmsa),
		       GHCB_BAD_MISSING_INPUT) &&
	       refuses(ON_AP | GHCB_AP_CREATE, unmarked, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | GHCB_AP_CREATE, (uint8_t *)vmsa + 8, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | GHCB_AP_CREATE, (void *)BEHIND_RAM, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | GHCB_AP_CREATE, (void *)FREE_PAGE, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP | SEV_FEATURE_VTOM) &&
	       refuses(ON_AP | 1 << GHCB_AP_VMPL_SHIFT | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | 4 << GHCB_AP_VMPL_SHIFT | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | 1 << 20 | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP) &&
	       refuses(ON_AP | 3, vmsa, SEV_FEATURE_SNP) && refuses(GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP) &&
	       refuses(GHCB_AP_DESTROY, vmsa, SEV_FEATURE_SNP) &&
	       refuses(4ull << GHCB_AP_APIC_ID_SHIFT | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP);
	vmsa->efer &= ~EFER_SVME;
	good = good && refuses(ON_AP | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP);
	vmsa->efer |= EFER_SVME;
	vmsa->sev_features |= SEV_FEATURE_VTOM;
	good = good && refuses(ON_AP | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP);
	vmsa->sev_features = SEV_FEATURE_SNP;
	/* Nothing of that has started it; now it does, and is no other's any more */
	smp_delay();
	good = good && arrived == 0 && smp_ap_creation(1, 0, GHCB_AP_CREATE, vmsa) == GHCB_INFO1_OK;
	machine_expect(good && smp_wait(&arrived, 1) && refuses(2 * ON_AP | GHCB_AP_CREATE, vmsa, SEV_FEATURE_SNP));
}

/* A page at a 2 MiB boundary is no VMSA for KVM */
RULE(rule_ap_large_boundary)
{
	machine_make_private(FREE_LARGE);
	if (machine_pvalidate(FREE_LARGE, false, true).code != RMP_OK)
		machine_end(END_BAD);
	machine_fill_vmsa((struct snp_vmsa *)FREE_LARGE, 0, (const void *)halt_for_ever, smp_page[1]);
	if (machine_rmpadjust(FREE_LARGE, false, RMPADJUST_VMSA | 1) != RMP_OK)
		machine_end(END_BAD);
	machine_use_ghcb(0);
	machine_expect(refuses(ON_AP | GHCB_AP_CREATE, (void *)FREE_LARGE, SEV_FEATURE_SNP));
}

/* VMPL2 names neither VMPL0 nor VMPL1, of no processor */
RULE(level2_ap_refused)
{
	machine_use_ghcb(0);
	machine_expect(refuses(ON_AP | GHCB_AP_CREATE, machine_vmsa, SEV_FEATURE_SNP) &&
		       refuses(ON_AP | 1 << GHCB_AP_VMPL_SHIFT | GHCB_AP_CREATE, machine_vmsa, SEV_FEATURE_SNP) &&
		       refuses(ON_AP | GHCB_AP_DESTROY, 0, SEV_FEATURE_SNP) &&
		       refuses(GHCB_AP_DESTROY, 0, SEV_FEATURE_SNP));
}

RULE(rule_apic_ids)
{
	struct ghcb_apic_ids *list = (struct ghcb_apic_ids *)(FREE_PAGE + SHARED_ALIAS);
	uint32_t missing, size, unshared;
	uint64_t pages;

	machine_make_shared(FREE_PAGE);
	machine_use_ghcb(0);
	missing = machine_call_without_rax(machine_ghcb, GHCB_EXIT_GET_APIC_IDS, FREE_PAGE, 0);
	size = machine_call(machine_ghcb, GHCB_EXIT_GET_APIC_IDS, 0, 0, 0);
	pages = machine_ghcb->rax;
	unshared = machine_call(machine_ghcb, GHCB_EXIT_GET_APIC_IDS, (uint64_t)image_start, 0, 1);
	machine_expect(missing == GHCB_INFO1_BAD_INPUT && size == GHCB_INFO1_OK && pages == 1 &&
		       unshared == GHCB_INFO1_BAD_INPUT &&
		       machine_call(machine_ghcb, GHCB_EXIT_GET_APIC_IDS, FREE_PAGE, 0, 1) == GHCB_INFO1_OK &&
		       list->count == 2 && list->apic_id[0] == 0 && list->apic_id[1] == 1);
}

/* A VMSA in use */

RULE(rule_vmsa_in_use_write)
{
	struct snp_vmsa *vmsa = smp_start(0, 1, count);

	smp_wait_or_end(&counted, 1000);
	if (vmsa->vmpl != 0)
		machine_end(END_BAD); /* reading is allowed */
	vmsa->rip = 0;
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vmsa_in_use)
{
	uint64_t page = (uint64_t)smp_start(0, 1, count);
	uint64_t shared;

	smp_wait_or_end(&counted, 1000);
	shared = machine_ghcb_msr((uint64_t)GHCB_PSC_SHARED << GHCB_PSC_ENTRY_OP_SHIFT | page | GHCB_MSR_PSC_REQ);
	machine_expect(shared >> 32 != 0 && machine_pvalidate(page, false, false).code == RMP_FAIL_INUSE &&
		       machine_rmpadjust(page, false, RMPADJUST_VMSA | 2) == RMP_FAIL_INUSE);
}

/* A level that waits has left its VMSA to others */
RULE(rule_vmsa_of_waiting)
{
	struct snp_vmsa *vmsa = smp_start(0, 1, halt_for_ever);

	smp_wait_or_end(&arrived, 1);
	smp_delay();
	vmsa->rax = 1;
	machine_expect(machine_rmpadjust((uint64_t)vmsa, false, RMPADJUST_VMSA | 2) == RMP_OK);
}

/* A page that is no VMSA any more is not run */
RULE(rule_vmsa_unmarked)
{
	struct snp_vmsa *vmsa;

	machine_grant_image();
	vmsa = smp_vmsa(0, 2, halt_for_ever);
	if (smp_ap_creation(0, 2, GHCB_AP_CREATE, vmsa) != GHCB_INFO1_OK ||
	    machine_rmpadjust((uint64_t)vmsa, false, 1) != RMP_OK)
		machine_end(END_BAD);
	machine_expect(machine_ghcb_msr(2ull << 32 | GHCB_MSR_RUN_VMPL_REQ) >> 32 != 0 &&
		       machine_ghcb_call(GHCB_EXIT_RUN_VMPL, 2, 0) == GHCB_INFO1_BAD_INPUT && arrived == 0);
}

/* Races */

static volatile uint64_t *const raced = (volatile uint64_t *)FREE_PAGE;

static void write_page(void)
{
	for (;;) {
		*raced = counted + 1;
		counted++;
	}
}

static void count_fault(void)
{
	uint64_t seen = proceed;

	__atomic_fetch_add(&faults, 1, __ATOMIC_RELEASE);
	smp_wait_or_end(&proceed, seen + 1);
}

#define RACES 200u

/* Between the end of PVALIDATE and the next one, the other processor's loop counts what it wrote before at most. */
RULE(rule_race_pvalidate)
{
	machine_vc_hook = count_fault;
	machine_make_private(FREE_PAGE);
	machine_pvalidate(FREE_PAGE, false, true);
	smp_start(0, 1, write_page);
	for (uint64_t i = 1; i <= RACES; i++) {
		uint64_t before;

		smp_wait_or_end(&counted, i * 100);
		if (machine_pvalidate(FREE_PAGE, false, false).code != RMP_OK)
			machine_end(END_BAD);
		before = counted;
		if (!smp_wait(&faults, i) || counted - before > 1)
			machine_end(END_NOT_ENFORCED);
		if (machine_pvalidate(FREE_PAGE, false, true).code != RMP_OK || *raced != counted)
			machine_end(END_BAD);
		proceed++;
	}
	machine_end(END_GOOD);
}

static void flush(void)
{
	/* INVLPGB of everything, TLBSYNC */
	__asm__ volatile(".byte 0x0f, 0x01, 0xfe, 0x0f, 0x01, 0xff" : : "a"(8), "c"(0), "d"(0) : "memory");
}

/* VMPL2 of the other processor writes to a page, and then loses the right. */
static void take_right_to_write(void)
{
	machine_grant_image();
	machine_make_private(FREE_PAGE);
	machine_pvalidate(FREE_PAGE, false, true);
	machine_rmpadjust(FREE_PAGE, false, RMP_PERM_RWX << RMPADJUST_PERM_SHIFT | 2);
	if (smp_ap_creation(1, 2, GHCB_AP_CREATE, smp_vmsa(0, 2, write_page)) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	smp_wait_or_end(&counted, 1000);
	machine_rmpadjust(FREE_PAGE, false, RMP_PERM_READ << RMPADJUST_PERM_SHIFT | 2);
}

/* Its first write now ends the run. */
static _Noreturn void expect_no_write(void)
{
	uint64_t before = *raced;

	smp_delay();
	machine_end(*raced == before ? END_BAD : END_NOT_ENFORCED);
}

/* A host like hardware: the other processor goes on with what it knew, until INVLPGB. */
RULE(rule_stale_rmpadjust)
{
	take_right_to_write();
	smp_wait_or_end(raced, *raced + 1000);
	flush();
	expect_no_write();
}

/* The same with RMPADJUST and VMPL2, whose first forbidden write ends the run. */
RULE(rule_race_rmpadjust)
{
	take_right_to_write();
	expect_no_write();
}
