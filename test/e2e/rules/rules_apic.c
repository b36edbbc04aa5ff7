/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Rules about local APICs: what a level sends to the same level of other processors, and what wakes one. */
#include "smp.h"

#include "abi/x2apic.h"

#define RULE(name)                                                                                                     \
	void name(void);                                                                                               \
	void name(void)

#define VECTOR 0x40u
#define TIMER_VECTOR 0x51u
#define NMI 2u
#define TO(cpu) ((uint64_t)(cpu) << 32)
#define ENABLED (X2APIC_SPURIOUS_ENABLE | 0xff)

static volatile uint64_t arrived, counted, taken[4];

static void count_taken(void)
{
	__atomic_fetch_add(&taken[smp_cpu()], 1, __ATOMIC_RELEASE);
}

static struct ghcb *use_apic(unsigned int cpu)
{
	struct ghcb *ghcb = machine_use_ghcb(cpu);

	if (!machine_write_msr(ghcb, MSR_X2APIC_SPURIOUS, ENABLED))
		machine_end(END_BAD);
	return ghcb;
}

static void use_first_apic(void)
{
	machine_interrupt_hook = count_taken;
	smp_set_gate(NMI);
	smp_set_gate(VECTOR);
	smp_set_gate(TIMER_VECTOR);
	machine_use_ghcb(0);
	/* VMPL0's is in xAPIC mode at first */
	if (!machine_write_msr(machine_ghcb, MSR_APIC_BASE,
			       machine_read_msr(machine_ghcb, MSR_APIC_BASE) | APIC_BASE_X2APIC))
		machine_end(END_BAD);
	use_apic(0);
}

static void send(uint64_t command)
{
	if (!machine_write_msr(machine_ghcb, MSR_X2APIC_ICR, command))
		machine_end(END_BAD);
}

static bool requested(void)
{
	return (machine_read_msr(machine_ghcb, MSR_X2APIC_IRR + VECTOR / 32) >> VECTOR % 32 & 1) != 0;
}

/* On its own processor: takes interrupts in HLT, one after the other */
static void take_interrupts(void)
{
	struct ghcb *ghcb = machine_use_ghcb(smp_cpu());

	if (!machine_write_msr(ghcb, MSR_APIC_BASE, machine_read_msr(ghcb, MSR_APIC_BASE) | APIC_BASE_X2APIC))
		machine_end(END_BAD);
	use_apic(smp_cpu());
	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
	for (;;) {
		smp_halt(true);
		machine_write_msr(ghcb, MSR_X2APIC_EOI, 0);
	}
}

RULE(rule_apic_send)
{
	use_first_apic();
	smp_start(1, 1, take_interrupts);
	smp_start(2, 2, take_interrupts);
	smp_wait_or_end(&arrived, 2);
	send(TO(1) | VECTOR);
	smp_wait_or_end(&taken[1], 1);
	send(TO(1u << 2) | X2APIC_ICR_LOGICAL | VECTOR);
	smp_wait_or_end(&taken[2], 1);
	if (taken[1] != 1 || requested())
		machine_end(END_BAD);
	smp_delay(); /* for the ends of both interrupts */
	send(X2APIC_ICR_OTHERS | VECTOR);
	smp_wait_or_end(&taken[1], 2);
	smp_wait_or_end(&taken[2], 2);
	if (requested())
		machine_end(END_BAD);
	smp_delay();
	send(X2APIC_ICR_ALL | VECTOR);
	smp_wait_or_end(&taken[1], 3);
	smp_wait_or_end(&taken[2], 3);
	machine_expect(requested() && taken[0] == 0);
}

RULE(rule_apic_self)
{
	use_first_apic();
	machine_write_msr(machine_ghcb, MSR_X2APIC_TPR, VECTOR | 0xf);
	send(X2APIC_ICR_SELF | VECTOR);
	__asm__ volatile("sti; nop; nop; cli");
	if (taken[0] != 0 || !requested())
		machine_end(END_BAD); /* its priority does not allow it yet */
	machine_write_msr(machine_ghcb, MSR_X2APIC_TPR, 0);
	__asm__ volatile("sti; nop; nop; cli");
	if (taken[0] != 1 || requested())
		machine_end(END_BAD);
	send(X2APIC_ICR_SELF | VECTOR);
	__asm__ volatile("sti; nop; nop; cli");
	if (taken[0] != 1)
		machine_end(END_BAD); /* the first has not ended */
	machine_write_msr(machine_ghcb, MSR_X2APIC_EOI, 0);
	__asm__ volatile("sti; nop; nop; cli");
	machine_expect(taken[0] == 2);
}

/* The frame is the first that comes to the page: its delivery is repeated when the host has mapped it. */
RULE(rule_apic_new_stack)
{
	use_first_apic();
	machine_make_private(FREE_PAGE);
	machine_pvalidate(FREE_PAGE, false, true);
	send(X2APIC_ICR_SELF | VECTOR);
	__asm__ volatile("mov %%rsp, %%rbx\n"
			 "mov %0, %%rsp\n"
			 "sti; nop; nop; cli\n"
			 "mov %%rbx, %%rsp"
			 :
			 : "r"(FREE_PAGE + 4096)
			 : "rbx", "memory");
	machine_expect(taken[0] == 1 && !requested());
}

/* MOV CR8 is the same register */
RULE(rule_apic_cr8)
{
	use_first_apic();
	__asm__ volatile("mov %0, %%cr8" : : "r"(VECTOR / 16ull));
	send(X2APIC_ICR_SELF | VECTOR);
	__asm__ volatile("sti; nop; nop; cli");
	if (taken[0] != 0 || machine_read_msr(machine_ghcb, MSR_X2APIC_TPR) != VECTOR)
		machine_end(END_BAD);
	__asm__ volatile("mov %0, %%cr8" : : "r"(0ull));
	__asm__ volatile("sti; nop; nop; cli");
	machine_expect(taken[0] == 1);
}

static void take_nmis(void)
{
	struct ghcb *ghcb = machine_use_ghcb(1);

	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
	smp_halt(false);
	smp_wait_or_end(&counted, 1);
	machine_call(ghcb, GHCB_EXIT_NMI_COMPLETE, 0, 0, 0);
	for (;;)
		smp_halt(false);
}

RULE(rule_apic_nmi)
{
	use_first_apic();
	smp_start(1, 1, take_nmis);
	smp_wait_or_end(&arrived, 1);
	send(TO(1) | X2APIC_DELIVERY_NMI);
	smp_wait_or_end(&taken[1], 1);
	send(TO(1) | X2APIC_DELIVERY_NMI);
	smp_delay();
	if (taken[1] != 1)
		machine_end(END_BAD); /* the first has not ended */
	counted = 1;
	machine_expect(smp_wait(&taken[1], 2));
}

static void count(void)
{
	for (;;)
		counted++;
}

static void arrive(void)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
	for (;;)
		smp_halt(false);
}

/* INIT and start-up mean nothing to an SNP guest's processor, but to one whose creation waits for INIT */
RULE(rule_apic_init)
{
	uint64_t before;

	use_first_apic();
	smp_start(1, 1, count);
	smp_wait_or_end(&counted, 1000);
	send(TO(1) | X2APIC_DELIVERY_INIT | X2APIC_ICR_LEVEL_ASSERT);
	send(TO(1) | X2APIC_DELIVERY_STARTUP | 0x10);
	before = counted;
	smp_wait_or_end(&counted, before + 1000);
	if (smp_ap_creation(1, 0, GHCB_AP_CREATE_ON_INIT, smp_vmsa(2, 0, arrive)) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	before = counted;
	smp_wait_or_end(&counted, before + 1000);
	if (arrived != 0)
		machine_end(END_BAD);
	send(TO(1) | X2APIC_DELIVERY_INIT | X2APIC_ICR_LEVEL_ASSERT);
	machine_expect(smp_wait(&arrived, 1));
}

RULE(rule_apic_refused)
{
	use_first_apic();
	machine_expect(!machine_write_msr(machine_ghcb, MSR_X2APIC_ICR, TO(1) | 1u << 12 | VECTOR) &&
		       !machine_write_msr(machine_ghcb, MSR_X2APIC_ICR, TO(1) | 2u << 8 | VECTOR) &&
		       !machine_write_msr(machine_ghcb, MSR_X2APIC_ICR, TO(1) | X2APIC_DELIVERY_EXTINT | VECTOR) &&
		       !machine_write_msr(machine_ghcb, MSR_X2APIC_EOI, 1) &&
		       !machine_write_msr(machine_ghcb, MSR_X2APIC_ID, 1) &&
		       !machine_write_msr(machine_ghcb, MSR_APIC_BASE, 0) &&
		       machine_write_msr(machine_ghcb, MSR_X2APIC_ICR, TO(1) | 15) &&
		       machine_read_msr(machine_ghcb, MSR_X2APIC_ERROR) == X2APIC_ERROR_SENT_VECTOR &&
		       machine_write_msr(machine_ghcb, MSR_X2APIC_ERROR, 0) &&
		       machine_read_msr(machine_ghcb, MSR_X2APIC_ERROR) == 0);
}

static void use_timer(void)
{
	struct ghcb *ghcb = machine_use_ghcb(1);

	machine_write_msr(ghcb, MSR_APIC_BASE, machine_read_msr(ghcb, MSR_APIC_BASE) | APIC_BASE_X2APIC);
	use_apic(1);
	machine_write_msr(ghcb, MSR_X2APIC_TIMER_DIVIDE, X2APIC_DIVIDE_BY_1);
	machine_write_msr(ghcb, MSR_X2APIC_LVT_TIMER, TIMER_VECTOR | X2APIC_LVT_TIMER_PERIODIC);
	machine_write_msr(ghcb, MSR_X2APIC_TIMER_INITIAL, 100000);
	for (;;) {
		smp_halt(true);
		machine_write_msr(ghcb, MSR_X2APIC_EOI, 0);
	}
}

/* Both processors have a timer that ends HLT, at the same time */
RULE(rule_apic_timer)
{
	use_first_apic();
	smp_start(1, 1, use_timer);
	machine_write_msr(machine_ghcb, MSR_X2APIC_TIMER_DIVIDE, X2APIC_DIVIDE_BY_1);
	machine_write_msr(machine_ghcb, MSR_X2APIC_LVT_TIMER, TIMER_VECTOR);
	for (uint64_t i = 1; i <= 10; i++) {
		machine_write_msr(machine_ghcb, MSR_X2APIC_TIMER_INITIAL, 100000);
		smp_halt(true);
		machine_write_msr(machine_ghcb, MSR_X2APIC_EOI, 0);
		if (taken[0] != i)
			machine_end(END_BAD);
	}
	machine_expect(smp_wait(&taken[1], 10));
}

static uint32_t cpuid_ebx(uint32_t leaf)
{
	return (uint32_t)(machine_ghcb_msr((uint64_t)leaf << 32 | 1u << 30 | GHCB_MSR_CPUID_REQ) >> 32);
}

static void look_at_cpuid(void)
{
	if (cpuid_ebx(1) >> 24 != 1 || (cpuid_ebx(1) >> 16 & 0xff) != 2)
		machine_end(END_BAD);
	arrive();
}

RULE(rule_apic_cpuid)
{
	smp_start(1, 1, look_at_cpuid);
	machine_expect(smp_wait(&arrived, 1) && cpuid_ebx(1) >> 24 == 0 && machine_use_ghcb(0) != 0 &&
		       machine_call(machine_ghcb, SVM_EXIT_CPUID, 0, 0, 1) == GHCB_INFO1_BAD_INPUT); /* no RCX */
}

/* At VMPL2, where APICs are in x2APIC mode from the start; VMPL0's take no part */
static void take_interrupts_at_level2(void)
{
	struct ghcb *ghcb = use_apic(1);

	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
	for (;;) {
		smp_halt(true);
		machine_write_msr(ghcb, MSR_X2APIC_EOI, 0);
	}
}

RULE(rule_apic_level2)
{
	machine_interrupt_hook = count_taken;
	smp_set_gate(VECTOR);
	machine_grant_image();
	if (smp_ap_creation(1, 2, GHCB_AP_CREATE, smp_vmsa(1, 2, take_interrupts_at_level2)) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	smp_wait_or_end(&arrived, 1);
	machine_run_level2();
}

RULE(level2_apic_send)
{
	use_apic(0);
	for (uint64_t i = 1; i <= 50; i++) {
		send(TO(1) | VECTOR);
		smp_wait_or_end(&taken[1], i);
		/* The next one may come before the end of this one; it then waits */
	}
	machine_expect((machine_read_msr(machine_ghcb, MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0 &&
		       machine_read_msr(machine_ghcb, MSR_X2APIC_ID) == 0 && taken[0] == 0);
}
