/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* libFuzzer target: OVMF table and SEV metadata. The input is the end of an image of one page. */
#include "abi/igvm.h"
#include "measure_ovmf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t footer[] = {0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
					 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d};
	const struct sev_hashes_input hashes = {.command_line = "fuzz"};
	struct measure_ovmf_options options = {
		.vcpus = 2, .sev_features = 1, .vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM, .hashes = &hashes, .threads = 1};
	struct measurement measurement;
	struct ovmf ovmf;
	struct error error;
	uint8_t *image = calloc(1, SNP_PAGE_SIZE);

	if (!image)
		return 0;
	if (size > SNP_PAGE_SIZE)
		size = SNP_PAGE_SIZE;
	if (size > 0)
		memcpy(image + SNP_PAGE_SIZE - size, bytes, size);
	memcpy(image + SNP_PAGE_SIZE - 48, footer, sizeof(footer));
	if (ovmf_parse("fuzz", image, SNP_PAGE_SIZE, &ovmf, &error)) {
		for (size_t i = 0; (options.vmm = vmm_at(i)); i++) {
			(void)!measure_ovmf(&ovmf, &options, &measurement, &error);
			measurement_free(&measurement);
		}
	}
	free(image);
	return 0;
}
