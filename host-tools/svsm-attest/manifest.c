/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest.h"

#include "abi/svsm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <tss2/tss2_mu.h>

static const uint8_t services_guid[16] = SVSM_GUID_SERVICES_MANIFEST;
static const uint8_t vtpm_guid[16] = SVSM_GUID_VTPM;

const char *manifest_kind_name(enum manifest_kind kind)
{
	return kind == MANIFEST_SERVICES ? "services" : "single-service";
}

void manifest_guid_text(const uint8_t guid[16], char text[MANIFEST_GUID_TEXT_SIZE])
{
	snprintf(text, MANIFEST_GUID_TEXT_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 guid[3], guid[2], guid[1], guid[0], guid[5], guid[4], guid[7], guid[6], guid[8], guid[9], guid[10],
		 guid[11], guid[12], guid[13], guid[14], guid[15]);
}

bool manifest_guid_is_vtpm(const char *text)
{
	char expected[MANIFEST_GUID_TEXT_SIZE];

	manifest_guid_text(vtpm_guid, expected);
	return strcasecmp(text, expected) == 0;
}

static bool add_ek(struct manifest *out, const uint8_t *bytes, size_t size, struct error *error)
{
	if (out->ek_count >= MANIFEST_EKS_MAX)
		return error_refuse(error, "manifest: more than %u keys", MANIFEST_EKS_MAX);
	if (!tpm_public_parse(&out->ek[out->ek_count], "manifest", bytes, size, error))
		return false;
	out->ek_count++;
	return true;
}

/* Version 1: big-endian 1, big-endian count, then as many sized public areas and nothing else */
static bool parse_key_list(struct manifest *out, const uint8_t *bytes, size_t size, struct error *error)
{
	size_t offset = 0;
	UINT32 version, count;

	if (Tss2_MU_UINT32_Unmarshal(bytes, size, &offset, &version) != TSS2_RC_SUCCESS || version != 1)
		return error_refuse(error, "manifest: is not a list of keys, which starts with version 1");
	if (Tss2_MU_UINT32_Unmarshal(bytes, size, &offset, &count) != TSS2_RC_SUCCESS || count == 0 ||
	    count > MANIFEST_EKS_MAX)
		return error_refuse(error, "manifest: version 1 must list 1 to %u keys", MANIFEST_EKS_MAX);
	for (UINT32 i = 0; i < count; i++) {
		UINT16 length;

		if (Tss2_MU_UINT16_Unmarshal(bytes, size, &offset, &length) != TSS2_RC_SUCCESS ||
		    length > size - offset)
			return error_refuse(error, "manifest: key %u of %u runs past the end", i + 1, count);
		if (!add_ek(out, bytes + offset, length, error))
			return false;
		offset += length;
	}
	if (offset != size)
		return error_refuse(error, "manifest: %zu bytes behind the last key", size - offset);
	return true;
}

/* The first four bytes tell the versions apart: a TPMT_PUBLIC starts with an algorithm, which is never 0. */
static uint32_t version_of(const uint8_t *bytes, size_t size)
{
	size_t offset = 0;
	UINT32 start = 0;

	return Tss2_MU_UINT32_Unmarshal(bytes, size, &offset, &start) == TSS2_RC_SUCCESS && start == 1
		       ? MANIFEST_VERSION_LIST
		       : MANIFEST_VERSION_KEY;
}

static bool parse_vtpm(struct manifest *out, uint32_t version, const uint8_t *bytes, size_t size, struct error *error)
{
	out->has_vtpm = true;
	out->vtpm_version = version;
	return version == MANIFEST_VERSION_LIST ? parse_key_list(out, bytes, size, error)
						: add_ek(out, bytes, size, error);
}

static bool parse_services(struct manifest *out, const uint8_t *bytes, size_t size, struct error *error)
{
	struct svsm_services_manifest header;
	struct svsm_services_entry entry[MANIFEST_SERVICES_MAX];
	size_t end;

	if (size < sizeof(header))
		return error_refuse(error, "manifest: %zu bytes are too few for a services manifest", size);
	memcpy(&header, bytes, sizeof(header));
	if (memcmp(header.guid, services_guid, sizeof(services_guid)) != 0)
		return error_refuse(error, "manifest: does not start with the GUID of a services manifest");
	if (header.length != size)
		return error_refuse(error, "manifest: says it has %u bytes, but has %zu", header.length, size);
	if (header.count > MANIFEST_SERVICES_MAX || size - sizeof(header) < header.count * sizeof(entry[0]))
		return error_refuse(error, "manifest: no room for a table of %u services", header.count);
	memcpy(entry, bytes + sizeof(header), header.count * sizeof(entry[0]));
	end = sizeof(header) + header.count * sizeof(entry[0]);
	out->service_count = header.count;
	/* In table order, without gap or overlap: nothing is hidden between services. */
	for (uint32_t i = 0; i < header.count; i++) {
		if (entry[i].offset != end || entry[i].length > size - end)
			return error_refuse(
				error,
				"manifest: service %u lies at %u+%u; it must follow the one before, inside %zu bytes",
				i, entry[i].offset, entry[i].length, size);
		for (uint32_t j = 0; j < i; j++) {
			if (memcmp(entry[i].guid, entry[j].guid, sizeof(entry[i].guid)) == 0)
				return error_refuse(error, "manifest: services %u and %u have one GUID", j, i);
		}
		if (memcmp(entry[i].guid, vtpm_guid, sizeof(vtpm_guid)) == 0 &&
		    !parse_vtpm(out, version_of(bytes + end, entry[i].length), bytes + end, entry[i].length, error))
			return false;
		end += entry[i].length;
	}
	if (end != size)
		return error_refuse(error, "manifest: %zu bytes behind the last service", size - end);
	return true;
}

static bool start(struct manifest *out, enum manifest_kind kind, size_t size, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	return size <= MANIFEST_MAX || error_refuse(error, "manifest: %zu bytes are more than %u", size, MANIFEST_MAX);
}

bool manifest_parse(struct manifest *out, enum manifest_kind kind, const uint8_t *bytes, size_t size,
		    struct error *error)
{
	if (kind == MANIFEST_SINGLE_SERVICE)
		return manifest_parse_vtpm(out, version_of(bytes, size), bytes, size, error);
	return start(out, kind, size, error) && parse_services(out, bytes, size, error);
}

bool manifest_parse_vtpm(struct manifest *out, uint32_t version, const uint8_t *bytes, size_t size, struct error *error)
{
	if (!start(out, MANIFEST_SINGLE_SERVICE, size, error))
		return false;
	out->service_count = 1;
	return parse_vtpm(out, version, bytes, size, error);
}

void manifest_free(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->ek_count; i++)
		tpm_public_free(&manifest->ek[i]);
	manifest->ek_count = 0;
}
