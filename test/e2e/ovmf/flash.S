/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A stand-in for OVMF: an image of 64 KiB with OVMF's SEV metadata and reset vector, which checks what the SVSM has
 * prepared and makes one SVSM call, then ends the machine with GHCB termination reason set 1, reason 0x60 when all was
 * right, else the number of the failed check. Sources: edk2 OvmfPkg/ResetVector (layout), AMD 58019 (call), APM 2 (reset).
 */
#define IMAGE_SIZE 0x10000
#define SEC_MEM 0x800000
#define SEC_MEM_SIZE 0x9000
#define SECRETS 0x80d000
#define CPUID_PAGE 0x80e000
#define CALLING_AREA 0x80f000
#define SECRETS_SVSM_BASE 0x140
#define SECRETS_SVSM_SIZE 0x148
#define SECRETS_SVSM_CAA 0x150
#define SECRETS_VMPCK0 0x20
#define SECRETS_VMPCK2 0x60
#define MSR_GHCB 0xc0010130
#define GHCB_RUN_VMPL 0x16
#define GHCB_TERMINATE 0x1100 /* reason set 1 */
#define REASON_GOOD 0x60
#define SVSM_CORE_QUERY_PROTOCOL 6

	.macro check number
	mov $\number, %ebx
	jne failed
	.endm
	.macro vmgexit
	.byte 0xf3, 0x0f, 0x01, 0xd9
	.endm

	.section .flash, "ax"
	.globl flash
flash:
	.org 0x8000
	.code32
start32:
	mov $0x10, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $SEC_MEM + SEC_MEM_SIZE, %esp

	/* Memory of SEC: zero, and it takes a value */
	mov $SEC_MEM, %edi
	mov $SEC_MEM_SIZE / 4, %ecx
	xor %eax, %eax
	repe scasl
	check 1
	movl $0x12345678, SEC_MEM + 0x100
	cmpl $0x12345678, SEC_MEM + 0x100
	check 2
	/* The secrets page: an SVSM with a region, our calling area, no VMPCK0, a VMPCK2 */
	mov SECRETS + SECRETS_SVSM_SIZE, %eax
	test %eax, %eax
	setz %al
	cmp $0, %al
	check 3
	cmpl $CALLING_AREA, SECRETS + SECRETS_SVSM_CAA
	check 4
	mov $SECRETS + SECRETS_VMPCK0, %edi
	mov $16, %ecx /* VMPCK0 and VMPCK1 */
	xor %eax, %eax
	repe scasl
	check 5
	mov SECRETS + SECRETS_VMPCK2, %eax
	test %eax, %eax
	setz %al
	cmp $0, %al
	check 6
	/* The CPUID page holds entries, the calling area nothing */
	cmpl $0, CPUID_PAGE
	setz %al
	cmp $0, %al
	check 7
	mov $CALLING_AREA, %edi
	mov $0x400, %ecx
	xor %eax, %eax
	repe scasl
	check 8

	/* SVSM_CORE_QUERY_PROTOCOL for protocol 0, version 1, by the GHCB MSR protocol */
	movb $1, CALLING_AREA
	mov $MSR_GHCB, %ecx
	mov $GHCB_RUN_VMPL, %eax
	xor %edx, %edx
	wrmsr
	mov $SVSM_CORE_QUERY_PROTOCOL, %eax
	mov $1, %ecx
	vmgexit
	mov %eax, %esi
	mov %ecx, %edi
	xor %eax, %eax
	xchg %al, CALLING_AREA
	cmp $0, %al
	check 9
	cmp $0, %esi
	check 10
	cmp $1, %edi /* lowest version; the highest is in RCX's upper half */
	check 11
	mov $REASON_GOOD, %ebx

failed:	/* EBX: reason */
	mov %ebx, %eax
	shl $16, %eax
	or $GHCB_TERMINATE, %eax
	xor %edx, %edx
	mov $MSR_GHCB, %ecx
	wrmsr
	vmgexit
	jmp failed

	.balign 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
gdtr:
	.word gdtr - gdt - 1
	.long gdt

	/* SEV metadata: signature, size, version, count, then {base, size, type} */
	.balign 16
metadata:
	.ascii "ASEV"
	.long metadata_end - metadata
	.long 1
	.long (metadata_end - sections) / 12
sections:
	.long SEC_MEM, SEC_MEM_SIZE, 1
	.long SECRETS, 0x1000, 2
	.long CPUID_PAGE, 0x1000, 3
	.long CALLING_AREA, 0x1000, 4
metadata_end:

	.code16
	.org 0xff00
real_start:
	cli
	lgdtl %cs:(gdtr - flash)
	mov %cr0, %eax
	or $1, %eax
	mov %eax, %cr0
	ljmpl $0x08, $start32

	/* GUIDed table, read from its end backwards: distance of the metadata from the image's end; footer */
	.org IMAGE_SIZE - 0x20 - 18 - (4 + 18)
	.long IMAGE_SIZE - (metadata - flash)
	.word 4 + 18
	.byte 0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47, 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc
	.word 18 + 4 + 18
	.byte 0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45, 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d
	.org IMAGE_SIZE - 0x10
	jmp real_start
	.org IMAGE_SIZE
	.section .note.GNU-stack, "", @progbits
