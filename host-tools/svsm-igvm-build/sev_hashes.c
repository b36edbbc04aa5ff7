/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sev_hashes.h"

#include "abi/ovmf.h"

#include <openssl/evp.h>
#include <string.h>

static const uint8_t header_guid[] = OVMF_GUID_HASHES_HEADER, command_line_guid[] = OVMF_GUID_HASHES_COMMAND_LINE,
		     initrd_guid[] = OVMF_GUID_HASHES_INITRD, kernel_guid[] = OVMF_GUID_HASHES_KERNEL;

static bool entry(struct ovmf_hash_entry *out, const uint8_t guid[OVMF_GUID_SIZE], const void *bytes, size_t size)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t digest_size = 0;

	memcpy(out->guid, guid, OVMF_GUID_SIZE);
	out->length = sizeof(*out);
	if (EVP_Q_digest(NULL, "SHA256", NULL, bytes, size, digest, &digest_size) != 1 ||
	    digest_size != sizeof(out->sha256))
		return false;
	memcpy(out->sha256, digest, sizeof(out->sha256));
	return true;
}

bool sev_hashes_page(const struct sev_hashes_input *input, size_t offset, uint8_t page[SNP_PAGE_SIZE],
		     struct error *error)
{
	const char *command_line = input->command_line ? input->command_line : "";
	struct ovmf_hash_table table = {.length = offsetof(struct ovmf_hash_table, padding)};

	if (offset > SNP_PAGE_SIZE - sizeof(table))
		return error_set(
			error, ERROR_INVALID,
			"the table of kernel hashes at offset 0x%zx leaves its page; OVMF reserves no such place",
			offset);
	memcpy(table.guid, header_guid, sizeof(table.guid));
	if (!entry(&table.command_line, command_line_guid, command_line, strlen(command_line) + 1) ||
	    !entry(&table.initrd, initrd_guid, input->initrd ? (const void *)input->initrd : "", input->initrd_size) ||
	    !entry(&table.kernel, kernel_guid, input->kernel ? (const void *)input->kernel : "", input->kernel_size))
		return error_set(error, ERROR_IO, "OpenSSL failed to hash");
	memset(page, 0, SNP_PAGE_SIZE);
	memcpy(page + offset, &table, sizeof(table));
	return true;
}
