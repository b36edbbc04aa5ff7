/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "attest.h"

#include "abi.h"
#include "bytes.h"
#include "freestanding_string.h"
#include "memory.h"
#include "svsm_call.h"

const uint8_t attest_vtpm_guid[16] = {0xeb, 0xf1, 0x76, 0xc4, 0x23, 0x01, 0xa5, 0x45,
				      0x96, 0x41, 0xb4, 0xe7, 0xdd, 0xe5, 0xbf, 0xe3};

/* 63849ebb-3d92-4670-a1ff-58f9c94b87bb */
static const uint8_t services_guid[16] = {0xbb, 0x9e, 0x84, 0x63, 0x92, 0x3d, 0x70, 0x46,
					  0xa1, 0xff, 0x58, 0xf9, 0xc9, 0x4b, 0x87, 0xbb};

bool attest_start(struct attest *attest)
{
	uint8_t *pages = memory_pages(5);

	if (pages == NULL)
		return false;
	*attest = (struct attest){pages, pages + PAGE_BYTES, pages + 2 * PAGE_BYTES, pages + 3 * PAGE_BYTES,
				  pages + 4 * PAGE_BYTES};
	return true;
}

void attest_default(const struct attest *attest, uint8_t nonce_byte)
{
	uint8_t *request = attest->request;

	memset(attest->nonce, nonce_byte, ATT_NONCE_BYTES);
	memset(request, 0, ATT_EX_BYTES);
	bytes_put(request + ATT_REPORT_GPA, 8, (uint64_t)attest->report);
	bytes_put(request + ATT_REPORT_SIZE, 4, PAGE_BYTES);
	bytes_put(request + ATT_NONCE_GPA, 8, (uint64_t)attest->nonce);
	bytes_put(request + ATT_NONCE_SIZE, 2, ATT_NONCE_BYTES);
	bytes_put(request + ATT_MANIFEST_GPA, 8, (uint64_t)attest->manifest);
	bytes_put(request + ATT_MANIFEST_SIZE, 4, ATTEST_MANIFEST_CAPACITY);
	memcpy(request + ATT_GUID, attest_vtpm_guid, sizeof(attest_vtpm_guid));
}

struct attest_result attest_call(uint32_t function, uint64_t gpa)
{
	struct svsm_call call = {
		.rax = SVSM_FUNCTION(SVSM_ATTEST, function), .rcx = gpa, .rdx = UINT64_MAX, .r8 = UINT64_MAX};

	(void)svsm_call(&call);
	return (struct attest_result){call.rax, call.rcx, call.rdx, call.r8};
}

void attest_select(const struct attest *attest, uint64_t gpa, uint32_t size)
{
	bytes_put(attest->request + ATT_SELECTOR_GPA, 8, gpa);
	bytes_put(attest->request + ATT_SELECTOR_SIZE, 4, size);
}

size_t attest_find_vtpm(const uint8_t *manifest, size_t size, const uint8_t **data)
{
	const uint8_t *entry = manifest + MANIFEST_ENTRY;
	uint32_t count, offset, length;

	if (size < MANIFEST_ENTRY || memcmp(manifest, services_guid, sizeof(services_guid)) != 0 ||
	    bytes_get32(manifest + MANIFEST_LENGTH) != size)
		return 0;
	count = bytes_get32(manifest + MANIFEST_COUNT);
	if (count > (size - MANIFEST_ENTRY) / MANIFEST_ENTRY_BYTES)
		return 0;
	for (uint32_t i = 0; i < count; i++, entry += MANIFEST_ENTRY_BYTES) {
		if (memcmp(entry, attest_vtpm_guid, sizeof(attest_vtpm_guid)) != 0)
			continue;
		offset = bytes_get32(entry + 16);
		length = bytes_get32(entry + 20);
		if (offset < MANIFEST_ENTRY + count * MANIFEST_ENTRY_BYTES || offset > size || length > size - offset)
			return 0;
		*data = manifest + offset;
		return length;
	}
	return 0;
}
