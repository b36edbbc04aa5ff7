/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpu_fpu.h"

#include "freestanding_string.h"

#define TAG_BITS 2u
#define TAG_EMPTY 3u
#define ST_SIZE 10u
#define ST_COUNT 8u

struct __attribute__((packed)) fxsave {
	uint16_t fcw, fsw;
	uint8_t tags; /* bit n: register n is not empty */
	uint8_t reserved_05;
	uint16_t fop;
	uint64_t rip, dp;
	uint32_t mxcsr, mxcsr_mask;
	uint8_t st[ST_COUNT][16];
	uint8_t xmm[256];
	uint8_t reserved_1a0[96];
};
static_assert(sizeof(struct fxsave) == 512, "FXSAVE64");

void vcpu_fpu_load(uint8_t fxsave[512], const struct snp_vmsa *vmsa)
{
	struct fxsave to = {
		.fcw = vmsa->x87_fcw,
		.fsw = vmsa->x87_fsw,
		.fop = vmsa->x87_fop,
		.rip = vmsa->x87_rip,
		.dp = vmsa->x87_dp,
		.mxcsr = vmsa->mxcsr & 0xffff, /* the rest is reserved; FXRSTOR would raise #GP */
	};

	for (unsigned int i = 0; i < ST_COUNT; i++) {
		if ((vmsa->x87_ftw >> i * TAG_BITS & TAG_EMPTY) != TAG_EMPTY)
			to.tags = (uint8_t)(to.tags | 1u << i);
		memcpy(to.st[i], vmsa->fpreg_x87 + i * ST_SIZE, ST_SIZE);
	}
	memcpy(to.xmm, vmsa->fpreg_xmm, sizeof(to.xmm));
	memcpy(fxsave, &to, sizeof(to));
}

void vcpu_fpu_store(struct snp_vmsa *vmsa, const uint8_t fxsave[512])
{
	struct fxsave from;

	memcpy(&from, fxsave, sizeof(from));
	vmsa->x87_fcw = from.fcw;
	vmsa->x87_fsw = from.fsw;
	vmsa->x87_fop = from.fop;
	vmsa->x87_rip = from.rip;
	vmsa->x87_dp = from.dp;
	vmsa->mxcsr = from.mxcsr;
	vmsa->x87_ftw = 0;
	for (unsigned int i = 0; i < ST_COUNT; i++) {
		/* A tag tells no more than empty or not: what kind of number it is, the register says */
		if ((from.tags >> i & 1) == 0)
			vmsa->x87_ftw = (uint16_t)(vmsa->x87_ftw | TAG_EMPTY << i * TAG_BITS);
		memcpy(vmsa->fpreg_x87 + i * ST_SIZE, from.st[i], ST_SIZE);
	}
	memcpy(vmsa->fpreg_xmm, from.xmm, sizeof(from.xmm));
}
