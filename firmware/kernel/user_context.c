/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "user_context.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "layout.h"

#define FXSAVE_FCW 0 /* offsets in the FXSAVE image, APM 1 */
#define FXSAVE_MXCSR 24
#define FCW_DEFAULT 0x37f
#define MXCSR_DEFAULT 0x1f80

void user_context_init(struct user_context *context, uint64_t rip, uint64_t rsp)
{
	memset(context, 0, sizeof(*context));
	context->regs.rip = rip;
	context->regs.rsp = rsp;
	context->regs.cs = SELECTOR_USER_CODE;
	context->regs.ss = SELECTOR_USER_DATA;
	context->regs.rflags = RFLAGS_FIXED | RFLAGS_IF;
	context->fpu[FXSAVE_FCW] = FCW_DEFAULT & 0xff;
	context->fpu[FXSAVE_FCW + 1] = FCW_DEFAULT >> 8;
	context->fpu[FXSAVE_MXCSR] = MXCSR_DEFAULT & 0xff;
	context->fpu[FXSAVE_MXCSR + 1] = MXCSR_DEFAULT >> 8;
}

void user_context_load(const struct user_context *context)
{
	__asm__ volatile("fxrstor64 %0" : : "m"(context->fpu));
	user_context_load_fs(context);
}

void user_context_load_fs(const struct user_context *context)
{
	cpu_write_msr(MSR_FS_BASE, context->fs_base);
}

void user_context_save(struct user_context *context)
{
	__asm__ volatile("fxsave64 %0" : "=m"(context->fpu));
}
