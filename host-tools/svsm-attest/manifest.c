/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <tss2/tss2_mu.h>

static const uint8_t services_guid[16] = SVSM_GUID_SERVICES_MANIFEST;
static const uint8_t vtpm_guid[16] = SVSM_GUID_VTPM;
static const uint8_t uefi_mm_guid[16] = SVSM_GUID_UEFI_MM;

const struct bit_name manifest_uefi_mm_flags[] = {
	{"persistent-nv", SVSM_UEFI_MM_PERSISTENT_NV},
	{"secure-boot", SVSM_UEFI_MM_SECURE_BOOT},
	{"db-update", SVSM_UEFI_MM_DB_UPDATE},
	{NULL, 0},
};

static const char *const form_names[] = {
	[MANIFEST_FORM_KEY] = "key",
	[MANIFEST_FORM_LIST] = "list",
	[MANIFEST_FORM_SERVICES] = "services",
};

const char *manifest_form_name(enum manifest_form form)
{
	return form_names[form];
}

bool manifest_form_from_name(const char *name, enum manifest_form *out)
{
	for (size_t i = 0; i < sizeof(form_names) / sizeof(form_names[0]); i++) {
		if (strcmp(form_names[i], name) == 0) {
			*out = (enum manifest_form)i;
			return true;
		}
	}
	return false;
}

const char *manifest_form_words(enum manifest_form form)
{
	return form == MANIFEST_FORM_KEY    ? "a single-service manifest of version 0"
	       : form == MANIFEST_FORM_LIST ? "a single-service manifest of version 1"
					    : "a services manifest";
}

const char *manifest_kind_name(enum manifest_kind kind)
{
	return kind == MANIFEST_SERVICES ? "services" : "single-service";
}

bool manifest_form_of(enum manifest_kind kind, uint32_t version, enum manifest_form *out)
{
	if (kind == MANIFEST_SERVICES)
		*out = MANIFEST_FORM_SERVICES;
	else
		*out = version == SVSM_VTPM_MANIFEST_LIST ? MANIFEST_FORM_LIST : MANIFEST_FORM_KEY;
	return version == (*out == MANIFEST_FORM_LIST ? SVSM_VTPM_MANIFEST_LIST : 0u);
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
		return error_refuse(error, "more than %u keys", MANIFEST_EKS_MAX);
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
		return error_refuse(error, "is not a list of keys, which starts with version 1");
	if (Tss2_MU_UINT32_Unmarshal(bytes, size, &offset, &count) != TSS2_RC_SUCCESS || count == 0 ||
	    count > MANIFEST_EKS_MAX)
		return error_refuse(error, "version 1 must list 1 to %u keys", MANIFEST_EKS_MAX);
	for (UINT32 i = 0; i < count; i++) {
		UINT16 length;

		if (Tss2_MU_UINT16_Unmarshal(bytes, size, &offset, &length) != TSS2_RC_SUCCESS ||
		    length > size - offset)
			return error_refuse(error, "key %u of %u runs past the end", i + 1, count);
		if (!add_ek(out, bytes + offset, length, error))
			return false;
		offset += length;
	}
	if (offset != size)
		return error_refuse(error, "%zu bytes behind the last key", size - offset);
	return true;
}

static bool add_service(struct manifest *out, const struct svsm_services_entry *entry, uint32_t index, size_t *end,
			size_t size, struct error *error)
{
	struct manifest_service *service = &out->service[index];

	if (entry->offset != *end || entry->length > size - *end)
		return error_refuse(error, "service %u lies at %u+%u; it must follow the one before, inside %zu bytes",
				    index, entry->offset, entry->length, size);
	for (uint32_t i = 0; i < index; i++) {
		if (memcmp(entry->guid, out->service[i].guid, sizeof(entry->guid)) == 0)
			return error_refuse(error, "services %u and %u have one GUID", i, index);
	}
	memcpy(service->guid, entry->guid, sizeof(service->guid));
	service->offset = *end;
	service->size = entry->length;
	*end += entry->length;
	out->service_count = index + 1;
	return true;
}

static bool parse_services(struct manifest *out, const uint8_t *bytes, size_t size, struct error *error)
{
	struct svsm_services_manifest header;
	struct svsm_services_entry entry[MANIFEST_SERVICES_MAX];
	size_t end;

	if (size < sizeof(header))
		return error_refuse(error, "%zu bytes are too few for a services manifest", size);
	memcpy(&header, bytes, sizeof(header));
	if (memcmp(header.guid, services_guid, sizeof(services_guid)) != 0)
		return error_refuse(error, "does not start with the GUID of a services manifest");
	if (header.length != size)
		return error_refuse(error, "says it has %u bytes, but has %zu", header.length, size);
	if (header.count > MANIFEST_SERVICES_MAX || size - sizeof(header) < header.count * sizeof(entry[0]))
		return error_refuse(error, "no room for a table of %u services", header.count);
	memcpy(entry, bytes + sizeof(header), header.count * sizeof(entry[0]));
	end = sizeof(header) + header.count * sizeof(entry[0]);
	/* In table order, without gap or overlap: nothing is hidden between services. */
	for (uint32_t i = 0; i < header.count; i++) {
		if (!add_service(out, &entry[i], i, &end, size, error))
			return false;
	}
	if (end != size)
		return error_refuse(error, "%zu bytes behind the last service", size - end);
	for (size_t i = 0; i < out->service_count; i++) {
		const struct manifest_service *service = &out->service[i];

		if (memcmp(service->guid, vtpm_guid, sizeof(vtpm_guid)) != 0)
			continue;
		out->has_vtpm = true;
		if (!add_ek(out, bytes + service->offset, service->size, error))
			return false;
	}
	return true;
}

bool manifest_parse(struct manifest *out, enum manifest_form form, const uint8_t *bytes, size_t size,
		    struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->form = form;
	if (size > MANIFEST_MAX)
		return error_refuse(error, "%zu bytes are more than %u", size, MANIFEST_MAX);
	if (form == MANIFEST_FORM_SERVICES)
		return parse_services(out, bytes, size, error);
	out->has_vtpm = true;
	out->service_count = 1;
	out->service[0].size = size;
	memcpy(out->service[0].guid, vtpm_guid, sizeof(vtpm_guid));
	return form == MANIFEST_FORM_LIST ? parse_key_list(out, bytes, size, error) : add_ek(out, bytes, size, error);
}

bool manifest_is_uefi_mm(const struct manifest_service *service)
{
	return memcmp(service->guid, uefi_mm_guid, sizeof(uefi_mm_guid)) == 0;
}

bool manifest_uefi_mm(const struct manifest *manifest, const uint8_t *bytes, struct svsm_uefi_mm_manifest *out)
{
	for (size_t i = 0; i < manifest->service_count; i++) {
		const struct manifest_service *service = &manifest->service[i];

		if (!manifest_is_uefi_mm(service) || service->size != sizeof(*out))
			continue;
		memcpy(out, bytes + service->offset, sizeof(*out));
		return true;
	}
	return false;
}

void manifest_free(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->ek_count; i++)
		tpm_public_free(&manifest->ek[i]);
	manifest->ek_count = 0;
}

/* A services manifest starts with its GUID, a list of keys with its version; no TPMT_PUBLIC starts like either. */
enum manifest_form manifest_form_guess(const struct blob *bytes)
{
	static const uint8_t list[4] = {0, 0, 0, SVSM_VTPM_MANIFEST_LIST};

	if (bytes->size >= sizeof(services_guid) && memcmp(bytes->data, services_guid, sizeof(services_guid)) == 0)
		return MANIFEST_FORM_SERVICES;
	return bytes->size >= sizeof(list) && memcmp(bytes->data, list, sizeof(list)) == 0 ? MANIFEST_FORM_LIST
											   : MANIFEST_FORM_KEY;
}
