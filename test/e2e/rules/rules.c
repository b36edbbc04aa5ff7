/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One function a rule: rule_X runs at VMPL0, level2_X at VMPL2 for the rules about lower levels. run.sh holds what each
 * must end with. "Enforced" ends with a violation that names the rule; "answers" ends with END_GOOD.
 */
#include "machine.h"

#include "abi/ghcb.h"
#include "abi/snp.h"

#define RULE(name)                                                                                                     \
	void name(void);                                                                                               \
	void name(void)

extern uint8_t image_start[];

/* For rules without a second level */
RULE(level2_none)
{
	machine_end(END_BAD);
}

/* Enforced: ends of the machine, access to private memory */

RULE(rule_shutdown)
{
	__asm__ volatile("ud2"); /* vector 6 is not in the IDT, 13 neither */
}

RULE(rule_shared_access_to_private)
{
	machine_read((uint64_t)image_start + SHARED_ALIAS);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_outside_ram)
{
	machine_write(BEHIND_RAM, 1);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vc_delivery)
{
	/* CPUID raises #VC; its frame goes to a page that is not validated */
	__asm__ volatile("mov %0, %%rsp\n\tcpuid" : : "r"(FREE_PAGE + 4096), "a"(0) : "rbx", "rcx", "rdx", "memory");
	machine_end(END_NOT_ENFORCED);
}

/* Enforced: GHCB */

RULE(rule_ghcb_msr_request)
{
	machine_ghcb_msr(0xabc);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_ghcb_not_shared)
{
	machine_ghcb_msr((uint64_t)image_start | GHCB_MSR_REGISTER_GPA_REQ);
	machine_ghcb_msr((uint64_t)image_start);
	machine_end(END_NOT_ENFORCED);
}

/* Enforced: RMP instructions */

RULE(rule_pvalidate_shared)
{
	machine_make_shared(FREE_PAGE);
	machine_pvalidate(FREE_PAGE + SHARED_ALIAS, false, true);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_rmpadjust_outside_ram)
{
	machine_rmpadjust(BEHIND_RAM, false, 2);
	machine_end(END_NOT_ENFORCED);
}

/* Enforced: what VMPL2 may do */

RULE(rule_level2)
{
	machine_run_level2();
}

RULE(level2_read_forbidden)
{
	machine_pvalidate(FREE_PAGE, false, true); /* fails here; VMPL0 did it in rule_level2_page() */
	machine_read(FREE_PAGE);
	machine_end(END_NOT_ENFORCED);
}

RULE(level2_write_forbidden)
{
	machine_read(FREE_PAGE); /* allowed, and must not open the page for more */
	machine_write(FREE_PAGE, 1);
	machine_end(END_NOT_ENFORCED);
}

/* RMPQUERY of VMPL3 */
static bool is_vmsa(uint64_t page)
{
	uint64_t result = page, size = 3, attributes = 0;

	__asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xfd"
			 : "+a"(result), "+c"(size), "+d"(attributes)
			 :
			 : "memory", "cc");
	return (uint32_t)result == RMP_OK && (attributes & RMPADJUST_VMSA) != 0;
}

RULE(level2_execute_forbidden)
{
	((void (*)(void))FREE_PAGE)();
	machine_end(END_NOT_ENFORCED);
}

/* VMPL2 may give away what it has, and no page stops being a VMSA by that. */
RULE(level2_vmsa_rights)
{
	const uint64_t read = RMP_PERM_READ << RMPADJUST_PERM_SHIFT, write = RMP_PERM_WRITE << RMPADJUST_PERM_SHIFT;

	machine_expect(machine_rmpadjust(FREE_PAGE, false, write | 3) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(FREE_PAGE, false, read | write | 2) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(FREE_PAGE, false, RMPADJUST_VMSA | read | 3) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(FREE_PAGE, false, read | 3) == RMP_OK && is_vmsa(FREE_PAGE));
}

RULE(level2_vmsa_access)
{
	machine_read((uint64_t)machine_vmsa);
	machine_end(END_NOT_ENFORCED);
}

static void validated_page(uint64_t rights)
{
	machine_make_private(FREE_PAGE);
	if (machine_pvalidate(FREE_PAGE, false, true).code != RMP_OK ||
	    machine_rmpadjust(FREE_PAGE, false, rights << RMPADJUST_PERM_SHIFT | 2) != RMP_OK)
		machine_end(END_BAD);
}

RULE(rule_level2_no_rights)
{
	validated_page(0);
	machine_run_level2();
}

RULE(rule_level2_read_only)
{
	validated_page(RMP_PERM_READ);
	machine_run_level2();
}

RULE(rule_level2_vmsa_read_only)
{
	validated_page(0);
	if (machine_rmpadjust(FREE_PAGE, false, RMP_PERM_READ << RMPADJUST_PERM_SHIFT | RMPADJUST_VMSA | 2) != RMP_OK)
		machine_end(END_BAD);
	machine_run_level2();
}

/* Answers: #VC */

RULE(rule_not_validated)
{
	machine_expected_vc = SVM_EXIT_PAGE_NOT_VALIDATED;
	machine_read(FREE_PAGE);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_rescinded)
{
	machine_make_private(FREE_PAGE);
	machine_pvalidate(FREE_PAGE, false, true);
	machine_write(FREE_PAGE, 1);
	machine_pvalidate(FREE_PAGE, false, false);
	machine_expected_vc = SVM_EXIT_PAGE_NOT_VALIDATED;
	machine_write(FREE_PAGE, 1);
	machine_end(END_NOT_ENFORCED);
}

/* The host takes a validated page away and gives it back: it is not validated any more. */
RULE(rule_remapped_by_host)
{
	machine_make_private(FREE_PAGE);
	machine_pvalidate(FREE_PAGE, false, true);
	machine_write(FREE_PAGE, 1);
	machine_make_shared(FREE_PAGE);
	machine_make_private(FREE_PAGE);
	machine_expected_vc = SVM_EXIT_PAGE_NOT_VALIDATED;
	machine_read(FREE_PAGE);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vc_cpuid)
{
	machine_expected_vc = SVM_EXIT_CPUID;
	__asm__ volatile("cpuid" : : "a"(0) : "rbx", "rcx", "rdx");
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vc_port)
{
	machine_expected_vc = SVM_EXIT_IOIO;
	__asm__ volatile("outb %%al, $0x80" : : "a"(0));
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vc_msr)
{
	machine_expected_vc = SVM_EXIT_MSR;
	__asm__ volatile("rdmsr" : : "c"(0x1b) : "eax", "edx");
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_vc_vmmcall)
{
	machine_expected_vc = SVM_EXIT_VMMCALL;
	__asm__ volatile("vmmcall");
	machine_end(END_NOT_ENFORCED);
}

/* Answers: results of instructions and of the host */

RULE(rule_pvalidate_results)
{
	struct machine_result first, second, large;

	machine_make_private(FREE_PAGE);
	first = machine_pvalidate(FREE_PAGE, false, true);
	second = machine_pvalidate(FREE_PAGE, false, true);
	large = machine_pvalidate((uint64_t)image_start, true, true); /* loaded as 4 KiB pages */
	machine_expect(first.code == RMP_OK && !first.carry && second.code == RMP_OK && second.carry &&
		       large.code == RMP_FAIL_SIZEMISMATCH &&
		       machine_pvalidate((uint64_t)image_start + 4096, true, true).code == RMP_FAIL_INPUT);
}

RULE(rule_rmpadjust_results)
{
	uint64_t page = (uint64_t)machine_vmsa;

	machine_make_private(FREE_PAGE);
	machine_expect(machine_rmpadjust(page, false, 0) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(page, false, 4) == RMP_FAIL_INPUT &&
		       machine_rmpadjust(FREE_PAGE, false, 2) == RMP_FAIL_INPUT && /* not validated */
		       machine_rmpadjust(page, true, 2) == RMP_FAIL_INPUT &&	   /* not 2 MiB aligned */
		       machine_rmpadjust(page, false, RMP_PERM_RWX << RMPADJUST_PERM_SHIFT | 2) == RMP_OK);
}

RULE(level2_rmp_instructions)
{
	uint64_t page = (uint64_t)image_start;

	machine_expect(machine_pvalidate(page, false, false).code == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(page, false, RMP_PERM_RWX << RMPADJUST_PERM_SHIFT | 1) ==
			       RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(page, false, 2) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(page, false, RMPADJUST_VMSA | 3) == RMP_FAIL_PERMISSION &&
		       machine_rmpadjust(page, false, RMP_PERM_READ << RMPADJUST_PERM_SHIFT | 3) == RMP_OK);
}

/* Two different guest messages with one sequence number: their encryption would be void. */
RULE(rule_message_iv)
{
	struct snp_guest_message *message = (struct snp_guest_message *)(FREE_PAGE + SHARED_ALIAS);

	machine_make_shared(FREE_PAGE);
	machine_make_shared(FREE_PAGE + PAGE);
	message->msg_seqno = 5;
	machine_ghcb_call(GHCB_EXIT_GUEST_REQUEST, FREE_PAGE, FREE_PAGE + PAGE);
	machine_ghcb_call(GHCB_EXIT_GUEST_REQUEST, FREE_PAGE, FREE_PAGE + PAGE); /* the same again is fine */
	message->payload[0] ^= 1;
	machine_ghcb_call(GHCB_EXIT_GUEST_REQUEST, FREE_PAGE, FREE_PAGE + PAGE);
	machine_end(END_NOT_ENFORCED);
}

RULE(rule_ghcb_answers)
{
	uint32_t unknown = machine_ghcb_call(0x12345678, 0, 0);
	uint64_t why = machine_ghcb->exit_info_2;
	uint32_t self = machine_ghcb_call(GHCB_EXIT_RUN_VMPL, 0, 0);

	machine_ghcb->usage = 1;
	machine_expect(unknown == GHCB_INFO1_BAD_INPUT && why == GHCB_BAD_EVENT && self == GHCB_INFO1_BAD_INPUT &&
		       machine_ghcb_msr(3ull << 32 | GHCB_MSR_RUN_VMPL_REQ) >> 32 != 0);
}
