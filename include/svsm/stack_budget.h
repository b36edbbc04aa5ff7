/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Declarations for stack-check, beside the code they speak of. They leave records in the section .stack_budget of the
 * object file, which is no part of the running program: not loaded, not in any address range. In C at file scope, with
 * GNU C.
 *
 *   STACK_ENTRY(function, bytes)             an entry, and the most stack it may use
 *   STACK_DECLARE(stack, bytes, guard)       a stack, its size and the size of what faults below it
 *   STACK_BEGINS(stack, function)            a function that begins on the stack
 *   STACK_INTERRUPTS(stack, function, times) one that may interrupt on the stack, nested so many times at most
 *   STACK_FRAME(function, bytes, why)        the frame of a function that the code does not bound
 *   STACK_TOTAL(function, bytes, why)        a function with everything it calls
 *   STACK_RECURSION(function, times, why)    most activations at a time; "a -> b" in quotes for a cycle
 *   STACK_CALLS(function, callees, why)      functions called through pointers in `function`, separated by blanks
 *   STACK_SWITCH(function, why)              an assembly function that goes to another stack
 *
 * `bytes` and `times` are expressions that the assembler can evaluate: constants from headers that assembly also
 * includes, without suffixes and casts. So the constant that sizes a stack is the one its budget reads. A record: kind,
 * NUL, number in 8 bytes little-endian, name, NUL, text, NUL.
 */
#ifndef SVSM_STACK_BUDGET_H
#define SVSM_STACK_BUDGET_H

#define STACK_BUDGET_TEXT_(x) #x
#define STACK_BUDGET_EXPAND_(x) STACK_BUDGET_TEXT_(x)
#define STACK_BUDGET_RECORD_(kind, number, name, text)                                                                 \
	__asm__(".pushsection .stack_budget, \"\", @progbits\n\t"                                                      \
		".asciz \"" kind "\"\n\t"                                                                              \
		".quad " STACK_BUDGET_EXPAND_(number) "\n\t"                                                           \
						      ".asciz \"" name "\"\n\t"                                        \
						      ".asciz \"" text "\"\n\t"                                        \
						      ".popsection")

#define STACK_ENTRY(function, bytes) STACK_BUDGET_RECORD_("entry", bytes, #function, "")
#define STACK_DECLARE(stack, bytes, guard)                                                                             \
	STACK_BUDGET_RECORD_("stack", bytes, #stack, "");                                                              \
	STACK_BUDGET_RECORD_("guard", guard, #stack, "")
#define STACK_BEGINS(stack, function) STACK_BUDGET_RECORD_("begins", 1, #stack, #function)
#define STACK_INTERRUPTS(stack, function, times) STACK_BUDGET_RECORD_("interrupts", times, #stack, #function)
#define STACK_FRAME(function, bytes, why) STACK_BUDGET_RECORD_("frame", bytes, #function, why)
#define STACK_TOTAL(function, bytes, why) STACK_BUDGET_RECORD_("total", bytes, #function, why)
#define STACK_RECURSION(function, times, why) STACK_BUDGET_RECORD_("recursion", times, #function, why)
#define STACK_CALLS(function, callees, why)                                                                            \
	STACK_BUDGET_RECORD_("calls", 0, #function, STACK_BUDGET_EXPAND_(callees) "; " why)
#define STACK_SWITCH(function, why) STACK_BUDGET_RECORD_("switch", 0, #function, why)

#endif
