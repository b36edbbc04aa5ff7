/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "ghcb.h"

#include "abi/snp.h"
#include "cpu.h"
#include "freestanding_string.h"
#include "paging.h"
#include "percpu.h"
#include "shared_page.h"

#define SEV_INFO_MAX_SHIFT 48
#define SEV_INFO_MIN_SHIFT 32
#define SEV_INFO_C_BIT_SHIFT 24
#define FEATURES_SHIFT 12
#define FEATURES_NEEDED (GHCB_FEATURE_SNP | GHCB_FEATURE_AP_CREATION | GHCB_FEATURE_MULTI_VMPL)
#define GHCB_VERSION 2u
#define MSR_READ 0u
#define MSR_WRITE 1u
#define PSC_ATTEMPTS 1000u /* an honest host may answer in parts; one without progress is given up */

static uint64_t host_features;
static bool negotiated;

static uint64_t msr_call(uint64_t request)
{
	cpu_write_msr(MSR_GHCB, request);
	cpu_vmgexit();
	return cpu_read_msr(MSR_GHCB);
}

_Noreturn void ghcb_terminate(unsigned int set, unsigned int reason)
{
	for (;;)
		(void)msr_call(GHCB_MSR_TERMINATE_REQ | (uint64_t)set << 12 | (uint64_t)reason << 16);
}

void ghcb_negotiate(void)
{
	uint64_t info = msr_call(GHCB_MSR_SEV_INFO_REQ);
	uint64_t max = info >> SEV_INFO_MAX_SHIFT, min = info >> SEV_INFO_MIN_SHIFT & 0xffff;
	uint64_t features;

	if ((info & GHCB_MSR_INFO_MASK) != GHCB_MSR_SEV_INFO_RESP || min > GHCB_VERSION || max < GHCB_VERSION)
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_PROTOCOL);
	if (1ull << (info >> SEV_INFO_C_BIT_SHIFT & 0x3f) != c_bit_mask)
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_SNP);
	features = msr_call(GHCB_MSR_FEATURES_REQ);
	if ((features & GHCB_MSR_INFO_MASK) != GHCB_MSR_FEATURES_RESP ||
	    (features >> FEATURES_SHIFT & FEATURES_NEEDED) != FEATURES_NEEDED)
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_SNP);
	host_features = features >> FEATURES_SHIFT;
	negotiated = true;
}

bool ghcb_set_page_state_msr(struct gpa gpa, bool shared)
{
	uint64_t op = shared ? GHCB_PSC_SHARED : GHCB_PSC_PRIVATE;
	uint64_t response = msr_call(GHCB_MSR_PSC_REQ | gpa.value | op << 52);

	return (response & GHCB_MSR_INFO_MASK) == GHCB_MSR_PSC_RESP && response >> 32 == 0;
}

uint64_t ghcb_features(void)
{
	return host_features;
}

bool ghcb_register(void *page)
{
	struct percpu *cpu = percpu_this();
	struct gpa gpa = paging_gpa(page);

	if (!negotiated || msr_call(GHCB_MSR_REGISTER_GPA_REQ | gpa.value) != (GHCB_MSR_REGISTER_GPA_RESP | gpa.value))
		return false;
	cpu->ghcb = page;
	cpu->ghcb_gpa = gpa;
	return true;
}

void ghcb_init(void *page)
{
	if (!shared_page_make(page))
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_GENERAL);
	if (!ghcb_register(page))
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_PROTOCOL);
}

bool ghcb_ready(void)
{
	return percpu_this() != NULL && percpu_this()->ghcb != NULL;
}

static void set_valid(volatile struct ghcb *ghcb, size_t offset)
{
	size_t bit = offset / 8;

	ghcb->valid_bitmap[bit / 8] = (uint8_t)(ghcb->valid_bitmap[bit / 8] | 1u << (bit % 8));
}

static bool is_valid(const volatile struct ghcb *ghcb, size_t offset)
{
	size_t bit = offset / 8;

	return (ghcb->valid_bitmap[bit / 8] >> (bit % 8) & 1) != 0;
}

#define GHCB_SET(ghcb, field, value)                                                                                   \
	do {                                                                                                           \
		(ghcb)->field = (value);                                                                               \
		set_valid(ghcb, offsetof(struct ghcb, field));                                                         \
	} while (0)

static volatile struct ghcb *begin(void)
{
	volatile struct ghcb *ghcb = percpu_this()->ghcb;

	for (size_t i = 0; i < sizeof(ghcb->valid_bitmap); i++)
		ghcb->valid_bitmap[i] = 0;
	return ghcb;
}

/* Makes the call. True when the host reports success; EXITINFO2 is then *info_2. */
static bool call(volatile struct ghcb *ghcb, uint64_t code, uint64_t info_1, uint64_t info_2, uint64_t *out_info_2)
{
	uint64_t result, value;

	ghcb->protocol_version = GHCB_VERSION;
	ghcb->usage = 0;
	GHCB_SET(ghcb, exit_code, code);
	GHCB_SET(ghcb, exit_info_1, info_1);
	GHCB_SET(ghcb, exit_info_2, info_2);
	cpu_write_msr(MSR_GHCB, percpu_this()->ghcb_gpa.value);
	cpu_vmgexit();
	result = ghcb->exit_info_1;
	value = ghcb->exit_info_2;
	if (out_info_2 != NULL)
		*out_info_2 = value;
	return (uint32_t)result == GHCB_INFO1_OK;
}

static uint64_t io_info(uint16_t port, unsigned int size, bool in)
{
	uint64_t width = size == 1 ? IOIO_SIZE_8 : size == 2 ? IOIO_SIZE_16 : IOIO_SIZE_32;

	return (uint64_t)port << IOIO_PORT_SHIFT | width | (in ? IOIO_IN : 0);
}

bool ghcb_in(uint16_t port, unsigned int size, uint32_t *value)
{
	volatile struct ghcb *ghcb = begin();

	GHCB_SET(ghcb, rax, 0); /* a partial IN keeps the upper part */
	if (!call(ghcb, SVM_EXIT_IOIO, io_info(port, size, true), 0, NULL) ||
	    !is_valid(ghcb, offsetof(struct ghcb, rax)))
		return false;
	*value = (uint32_t)(ghcb->rax & (size == 4 ? 0xffffffffu : (1u << size * 8) - 1));
	return true;
}

bool ghcb_out(uint16_t port, unsigned int size, uint32_t value)
{
	volatile struct ghcb *ghcb = begin();

	GHCB_SET(ghcb, rax, value);
	return call(ghcb, SVM_EXIT_IOIO, io_info(port, size, false), 0, NULL);
}

bool ghcb_read_msr(uint32_t msr, uint64_t *value)
{
	volatile struct ghcb *ghcb = begin();

	GHCB_SET(ghcb, rcx, msr);
	if (!call(ghcb, SVM_EXIT_MSR, MSR_READ, 0, NULL) || !is_valid(ghcb, offsetof(struct ghcb, rax)) ||
	    !is_valid(ghcb, offsetof(struct ghcb, rdx)))
		return false;
	*value = ghcb->rdx << 32 | (uint32_t)ghcb->rax;
	return true;
}

bool ghcb_write_msr(uint32_t msr, uint64_t value)
{
	volatile struct ghcb *ghcb = begin();

	GHCB_SET(ghcb, rcx, msr);
	GHCB_SET(ghcb, rax, (uint32_t)value);
	GHCB_SET(ghcb, rdx, value >> 32);
	return call(ghcb, SVM_EXIT_MSR, MSR_WRITE, 0, NULL);
}

bool ghcb_guest_request(struct gpa request, struct gpa response, uint64_t *exit_info_2)
{
	volatile struct ghcb *ghcb = begin();

	return call(ghcb, GHCB_EXIT_GUEST_REQUEST, request.value, response.value, exit_info_2) || *exit_info_2 != 0;
}

bool ghcb_create_vcpu(uint32_t apic_id, unsigned int vmpl, struct gpa vmsa, uint64_t sev_features)
{
	volatile struct ghcb *ghcb = begin();
	uint64_t info_1 = (uint64_t)apic_id << 32 | (uint64_t)vmpl << 16 | GHCB_AP_CREATE;

	GHCB_SET(ghcb, rax, sev_features);
	return call(ghcb, GHCB_EXIT_AP_CREATION, info_1, vmsa.value, NULL);
}

bool ghcb_get_apic_ids(struct gpa page)
{
	volatile struct ghcb *ghcb = begin();

	GHCB_SET(ghcb, rax, 1); /* pages there are; a host that needs more says how many and writes nothing */
	return call(ghcb, GHCB_EXIT_GET_APIC_IDS, page.value, 0, NULL) && ghcb->rax == 1;
}

bool ghcb_run_vmpl(unsigned int vmpl)
{
	return call(begin(), GHCB_EXIT_RUN_VMPL, vmpl, 0, NULL);
}

/* Fills one batch from [*at, end) and returns its entry count. */
static uint16_t fill_batch(volatile struct ghcb_psc *psc, uint64_t *at, uint64_t end, uint64_t op)
{
	uint16_t count = 0;

	while (*at < end && count < GHCB_PSC_ENTRY_MAX) {
		bool large = addr_is_aligned(*at, LARGE_PAGE_SIZE) && end - *at >= LARGE_PAGE_SIZE;

		psc->entry[count++] = *at | op << GHCB_PSC_ENTRY_OP_SHIFT | (large ? GHCB_PSC_ENTRY_2M : 0);
		*at += large ? LARGE_PAGE_SIZE : PAGE_SIZE;
	}
	return count;
}

static bool run_batch(volatile struct ghcb *ghcb, volatile struct ghcb_psc *psc, uint16_t count)
{
	uint64_t scratch = percpu_this()->ghcb_gpa.value + offsetof(struct ghcb, shared_buffer);

	psc->cur_entry = 0;
	psc->end_entry = (uint16_t)(count - 1);
	psc->reserved = 0;
	for (unsigned int i = 0; i < PSC_ATTEMPTS; i++) {
		uint64_t info_2;

		(void)begin();
		GHCB_SET(ghcb, scratch, scratch);
		if (!call(ghcb, GHCB_EXIT_PSC, 0, 0, &info_2) || info_2 != 0)
			return false;
		/* The host's word only decides whether to ask again: PVALIDATE finds out what it really did. */
		if (psc->cur_entry >= count)
			return true;
	}
	return false;
}

bool ghcb_set_page_state(struct gpa_range range, bool shared)
{
	volatile struct ghcb *ghcb = percpu_this()->ghcb;
	volatile struct ghcb_psc *psc = (volatile struct ghcb_psc *)ghcb->shared_buffer;
	uint64_t op = shared ? GHCB_PSC_SHARED : GHCB_PSC_PRIVATE;
	uint64_t at = range.start;

	while (at < range.end) {
		uint16_t count = fill_batch(psc, &at, range.end, op);

		if (!run_batch(ghcb, psc, count))
			return false;
	}
	return true;
}
