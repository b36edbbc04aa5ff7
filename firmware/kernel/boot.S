/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Entry in the state the VP context gives: 32-bit protected mode without paging, where every access is private, ESI = GPA of
 * the boot info page. Finds the C-bit in the CPUID page (checked by the AMD-SP, so the host cannot lie about it), builds
 * page tables of 2 MiB pages that map the firmware's region at its physical address and at KERNEL_VA, and goes to long mode.
 * No exception handler exists yet: nothing here may exit to the hypervisor except to end the guest.
 */
#include "asm_offsets.h"
#include "layout.h"

#define PHYS(x) ((x) - KERNEL_VA + FW_BASE)
#define PTE_PRESENT_RW 0x3
#define PTE_LARGE_RW 0x83

	.section .boot.text, "ax"
	.code32
	.globl boot_entry
boot_entry:
	cld
	mov $PHYS(boot_stack_end), %esp
	mov %esi, PHYS(boot_info_gpa)
	movl $0, PHYS(boot_info_gpa) + 4

	/* CPUID page: entries of 48 bytes from offset 16; leaf 8000001F, EBX[5:0] */
	mov BOOT_INFO_CPUID_PAGE(%esi), %ebx
	mov (%ebx), %ecx
	cmp $SNP_CPUID_COUNT_MAX_, %ecx
	ja fail
	lea 16(%ebx), %edi
1:	test %ecx, %ecx
	jz fail
	cmpl $0x8000001f, (%edi)
	je 2f
	add $48, %edi
	dec %ecx
	jmp 1b
2:	mov CPUID_ENTRY_EBX(%edi), %ecx
	and $0x3f, %ecx
	sub $32, %ecx /* the C-bit lies in the upper half of an entry */
	jb fail
	mov $1, %edx
	shl %cl, %edx /* upper half of the mask */
	mov %edx, PHYS(c_bit_mask) + 4
	movl $0, PHYS(c_bit_mask)

	/* PML4[0] and PML4[511] -> one PDPT; PDPT[0] (physical) and PDPT[510] (KERNEL_VA) -> two page directories */
	mov $PHYS(boot_pml4), %edi
	mov $PHYS(boot_pdpt) + PTE_PRESENT_RW, %eax
	mov %eax, (%edi)
	mov %edx, 4(%edi)
	mov %eax, 511 * 8(%edi)
	mov %edx, 511 * 8 + 4(%edi)
	mov $PHYS(boot_pdpt), %edi
	mov $PHYS(boot_pd_low) + PTE_PRESENT_RW, %eax
	mov %eax, (%edi)
	mov %edx, 4(%edi)
	mov $PHYS(boot_pd_high) + PTE_PRESENT_RW, %eax
	mov %eax, 510 * 8(%edi)
	mov %edx, 510 * 8 + 4(%edi)
	mov $PHYS(boot_pd_low) + (FW_BASE >> 21) * 8, %edi
	mov $PHYS(boot_pd_high), %ebx
	mov $FW_BASE + PTE_LARGE_RW, %eax
	mov $(FW_SIZE >> 21), %ecx
3:	mov %eax, (%edi)
	mov %edx, 4(%edi)
	mov %eax, (%ebx)
	mov %edx, 4(%ebx)
	add $0x200000, %eax
	add $8, %edi
	add $8, %ebx
	dec %ecx
	jnz 3b

	mov $CR4_BOOT, %eax
	mov %eax, %cr4
	/* In 32-bit mode CR3 takes no bits above 31; walks are private whatever the C-bit. paging_init() loads the full value. */
	mov $PHYS(boot_pml4), %eax
	mov %eax, %cr3
	mov $MSR_EFER_, %ecx
	rdmsr
	or $EFER_BOOT, %eax
	wrmsr
	mov $CR0_BOOT, %eax
	mov %eax, %cr0
	lgdt PHYS(boot_gdtr)
	ljmp $SELECTOR_KERNEL_CODE, $PHYS(boot_long_mode)

fail:	/* GHCB MSR protocol: termination request, general reason set, reason 0 */
	mov $MSR_GHCB_, %ecx
	mov $0x100, %eax
	xor %edx, %edx
	wrmsr
	rep; vmmcall /* VMGEXIT */
	jmp fail

	.code64
boot_long_mode:
	mov $SELECTOR_KERNEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	movabs $1f, %rax
	jmp *%rax
1:	mov $boot_stack_end, %rsp
	/* stack_marks.c looks at it later; the image's options are not known yet */
	mov $boot_stack, %rdi
	movabs $STACK_PAINT, %rax
	mov $(BOOT_STACK_SIZE / 8), %ecx
	rep stosq
	xor %ebp, %ebp
	call main_boot
	ud2

	.section .rodata
	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff
	.quad 0x00cf93000000ffff
boot_gdtr:
	.word boot_gdtr - boot_gdt - 1
	.long PHYS(boot_gdt)

	.section .data
	.balign 8
	.globl c_bit_mask, boot_info_gpa
c_bit_mask:
	.quad 0
boot_info_gpa:
	.quad 0

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pd_low:
	.skip 4096
boot_pd_high:
	.skip 4096
	.globl boot_stack
boot_stack:
	.skip BOOT_STACK_SIZE
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
