/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmsa_page.h"

#include "abi/svsm.h"
#include "guest.h"
#include "panic.h"
#include "tlb.h"
#include "window.h"

#define EFER_OFFSET offsetof(struct snp_vmsa, efer)
#define SVME_BYTE (EFER_OFFSET + 1) /* of EFER.SVME, bit 12 */
#define SVME_BIT (EFER_SVME >> 8)

/* What decides whose registers these are. Read once, when nobody else can write any more. */
struct identity {
	uint8_t vmpl;
	uint64_t efer;
	uint64_t sev_features;
};

static uint32_t code_of(enum rmp_result result)
{
	switch (result) {
	case RMP_RESULT_OK:
		return SVSM_SUCCESS;
	case RMP_RESULT_FAIL_PERMISSION:
		return SVSM_ERR_RMPADJUST_FAIL_PERMISSION;
	case RMP_RESULT_IN_USE:
		return SVSM_ERR_RMPADJUST_FAIL_INUSE;
	case RMP_RESULT_SIZE_MISMATCH:
		return SVSM_ERR_RMPADJUST_FAIL_SIZEMISMATCH;
	default:
		return SVSM_ERR_RMPADJUST_FAIL_INPUT;
	}
}

/* VMPL2 can have given rights to VMPL3. */
static enum rmp_result revoke(struct gpa page)
{
	enum rmp_result result = RMP_RESULT_OK;

	for (unsigned int vmpl = 1; vmpl < SNP_VMPL_COUNT && result == RMP_RESULT_OK; vmpl++)
		result = rmp_adjust_gpa(page, RMP_PAGE_4K, vmpl, 0);
	/* Another CPU's translation still has the rights it was made with. */
	tlb_flush_all();
	return result;
}

static bool read_identity(struct gpa page, struct identity *identity)
{
	const uint8_t *vmsa = window_map(page, false);
	uint64_t left = copy_faultable(&identity->vmpl, vmsa + offsetof(struct snp_vmsa, vmpl), sizeof(identity->vmpl));

	left |= copy_faultable(&identity->efer, vmsa + EFER_OFFSET, sizeof(identity->efer));
	left |= copy_faultable(&identity->sev_features, vmsa + offsetof(struct snp_vmsa, sev_features),
			       sizeof(identity->sev_features));
	window_unmap();
	return left == 0;
}

/* An exit that has not happened must not look like a call. */
static bool clear_exit(struct gpa page)
{
	const uint64_t none = SVM_EXIT_INVALID;
	uint8_t *vmsa = window_map(page, false);
	uint64_t left = copy_faultable(vmsa + offsetof(struct snp_vmsa, guest_exit_code), &none, sizeof(none));

	window_unmap();
	return left == 0;
}

static uint32_t convert(struct gpa page)
{
	enum rmp_result result = revoke(page);
	struct identity identity;

	if (result != RMP_RESULT_OK)
		return code_of(result);
	if (!read_identity(page, &identity))
		return SVSM_ERR_INVALID_ADDRESS;
	/* The guest must not have fewer protections than the firmware itself runs with. */
	if (identity.vmpl != GUEST_VMPL || (identity.efer & EFER_SVME) == 0 ||
	    identity.sev_features != guest_sev_features())
		return SVSM_ERR_INVALID_PARAMETER;
	if (!clear_exit(page))
		return SVSM_ERR_INVALID_ADDRESS;
	return code_of(rmp_adjust_vmsa_gpa(page, true));
}

uint32_t vmsa_page_make(struct gpa page)
{
	uint32_t code = convert(page);

	if (code != SVSM_SUCCESS && rmp_adjust_vmsa_gpa(page, false) != RMP_RESULT_OK)
		panic("a page of the guest can be neither a VMSA nor given back");
	return code;
}

/* Nobody enters a page that is no VMSA. Should a processor be in it still, hardware lets the write wait for its exit.
 */
static void wait_for_exit(struct gpa page)
{
	uint8_t *vmsa = window_map(page, false);

	(void)and_byte_faultable(vmsa + SVME_BYTE, (uint8_t)~SVME_BIT);
	window_unmap();
}

uint32_t vmsa_page_unmake(struct gpa page)
{
	uint32_t code = code_of(rmp_adjust_vmsa_gpa(page, false));

	if (code == SVSM_SUCCESS)
		wait_for_exit(page);
	return code;
}
