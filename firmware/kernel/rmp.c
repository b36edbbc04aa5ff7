/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "rmp.h"

#include "guest.h"
#include "window.h"

/* A fault of the instruction (#VC of a page that is not validated) leaves the address in RAX, which is no result code.
 */
#define FAULT_IS_FAILURE                                                                                               \
	"2:\n"                                                                                                         \
	".pushsection .exception_table, \"a\"\n"                                                                       \
	".quad 1b, 2b\n"                                                                                               \
	".popsection"

static enum rmp_result result_of(uint64_t eax)
{
	switch ((uint32_t)eax) {
	case RMP_OK:
		return RMP_RESULT_OK;
	case RMP_FAIL_PERMISSION:
		return RMP_RESULT_FAIL_PERMISSION;
	case RMP_FAIL_INUSE:
		return RMP_RESULT_IN_USE;
	case RMP_FAIL_SIZEMISMATCH:
		return RMP_RESULT_SIZE_MISMATCH;
	default:
		return RMP_RESULT_FAIL_INPUT;
	}
}

enum rmp_result rmp_validate_page(void *page, uint64_t page_size, bool validate)
{
	uint64_t eax;
	bool carry;

	/* PVALIDATE, spelled out for assemblers that do not know it */
	__asm__ volatile("1: .byte 0xf2, 0x0f, 0x01, 0xff\n" FAULT_IS_FAILURE
			 : "=a"(eax), "=@ccc"(carry)
			 : "a"(page), "c"(page_size), "d"((uint64_t)validate)
			 : "memory");
	if ((uint32_t)eax == RMP_OK && carry)
		return RMP_RESULT_NO_CHANGE;
	return result_of(eax);
}

enum rmp_result rmp_adjust_page(void *page, uint64_t page_size, unsigned int vmpl, uint64_t permissions, bool vmsa)
{
	uint64_t attributes = vmpl | permissions << RMPADJUST_PERM_SHIFT | (vmsa ? RMPADJUST_VMSA : 0);
	uint64_t eax;

	__asm__ volatile("1: .byte 0xf3, 0x0f, 0x01, 0xfe\n" /* RMPADJUST */
			 FAULT_IS_FAILURE
			 : "=a"(eax)
			 : "a"(page), "c"(page_size), "d"(attributes)
			 : "memory", "cc");
	return result_of(eax);
}

enum rmp_result rmp_validate_gpa(struct gpa gpa, uint64_t page_size, bool validate)
{
	void *page = window_map(gpa, page_size == RMP_PAGE_2M);
	enum rmp_result result = rmp_validate_page(page, page_size, validate);

	window_unmap();
	return result;
}

enum rmp_result rmp_adjust_gpa(struct gpa gpa, uint64_t page_size, unsigned int vmpl, uint64_t permissions)
{
	void *page = window_map(gpa, page_size == RMP_PAGE_2M);
	enum rmp_result result = rmp_adjust_page(page, page_size, vmpl, permissions, false);

	window_unmap();
	return result;
}

enum rmp_result rmp_adjust_vmsa_gpa(struct gpa gpa, bool vmsa)
{
	void *page = window_map(gpa, false);
	enum rmp_result result =
		rmp_adjust_page(page, RMP_PAGE_4K, GUEST_VMPL, vmsa ? RMP_PERM_READ : RMP_PERM_RWX, vmsa);

	window_unmap();
	return result;
}
